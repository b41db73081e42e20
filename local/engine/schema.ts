/** The SQLite tables behind the engine. Keys are bytes whose order is the order DynamoDB gives them. */

export const SCHEMA_VERSION = 2;

/**
 * Items are kept in the order of their arrival and found by their key: a transaction's items are then on one page, where
 * a tree of whole items splits a page for every few. `index_entries` holds only keys and joins back to `items`, so that
 * an index never differs from its table. Stream records are read in the order of their sequence, whichever table's.
 */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS tables (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  definition TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS items (
  id INTEGER PRIMARY KEY,
  table_id INTEGER NOT NULL,
  pk BLOB NOT NULL,
  sk BLOB NOT NULL,
  item TEXT NOT NULL,
  size INTEGER NOT NULL,
  UNIQUE (table_id, pk, sk)
);
CREATE TABLE IF NOT EXISTS index_entries (
  table_id INTEGER NOT NULL,
  index_number INTEGER NOT NULL,
  hash BLOB NOT NULL,
  range BLOB NOT NULL,
  pk BLOB NOT NULL,
  sk BLOB NOT NULL,
  PRIMARY KEY (table_id, index_number, hash, range, pk, sk)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stream_records (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  table_id INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  event TEXT NOT NULL,
  keys TEXT NOT NULL,
  new_image TEXT,
  old_image TEXT,
  size INTEGER NOT NULL,
  by_ttl INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS client_tokens (
  token TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  expires_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS queues (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  attributes TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  modified_ms INTEGER NOT NULL,
  purged_ms INTEGER
);
CREATE TABLE IF NOT EXISTS messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  queue_id INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  body TEXT NOT NULL,
  attributes TEXT NOT NULL,
  trace_header TEXT,
  sender_id TEXT NOT NULL,
  sent_ms INTEGER NOT NULL,
  visible_ms INTEGER NOT NULL,
  in_flight INTEGER NOT NULL,
  receive_count INTEGER NOT NULL,
  first_received_ms INTEGER,
  receipt TEXT,
  source_arn TEXT
);
CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages (queue_id, visible_ms, id);
CREATE TABLE IF NOT EXISTS move_tasks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  handle TEXT NOT NULL,
  source_arn TEXT NOT NULL,
  destination_arn TEXT,
  moved INTEGER NOT NULL,
  started_ms INTEGER NOT NULL
);
`;

/** What makes a file of version 1 one of version 2, in one transaction with {@link SCHEMA} in its middle. */
export const FROM_VERSION_1 = {
  before: `
ALTER TABLE items RENAME TO items_1;
DROP INDEX stream_records_by_table;
DROP INDEX client_tokens_by_expiry;
`,
  after: `
INSERT INTO items (table_id, pk, sk, item, size) SELECT table_id, pk, sk, item, size FROM items_1;
DROP TABLE items_1;
`,
};
