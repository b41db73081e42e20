/** One SQLite database: opening it so that what was committed survives a kill, and transactions over it. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { FROM_VERSION_1, SCHEMA, SCHEMA_VERSION } from "./schema.ts";

export type Row = Record<string, SQLOutputValue>;

/**
 * How much is forced to disk at each commit. `FULL` survives a power cut; `NORMAL` survives the death of the
 * process but may lose the last commits when the machine dies.
 * @see https://www.sqlite.org/pragma.html#pragma_synchronous
 */
export type Synchronous = "FULL" | "NORMAL";

export type Store = {
  /** A statement prepared once and kept by its text. */
  prepare(sql: string): StatementSync;
  /** Runs the work in one transaction: all of it is durable on return, none of it when it throws. */
  transaction<T>(work: () => T): T;
  /** Runs after the transaction that is under way has been committed; never when it is not. */
  onCommit(run: () => void): void;
  close(): void;
};

/**
 * Pages of 4 KB in the log before they are moved to the file, which forces both to disk and is waited for: a page that
 * changed often in between is moved once. SQLite's own 1,000 are reached several times a second under load.
 */
const CHECKPOINT_PAGES = 4_000;

/**
 * Opens a file, or memory when none is given. One process at a time: the lock is taken exclusively, since the
 * catalogue of tables is kept in memory.
 * @throws when another process holds the file, or a newer version of the engine wrote it.
 */
export function openStore(file: string | undefined, synchronous: Synchronous): Store {
  if (file !== undefined) mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file ?? ":memory:");
  try {
    if (file !== undefined) {
      database.exec("PRAGMA locking_mode = EXCLUSIVE");
      database.exec("PRAGMA journal_mode = WAL");
      database.exec(`PRAGMA synchronous = ${synchronous}`);
      database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    }
    migrate(database, file);
  } catch (error) {
    database.close();
    throw new Error(`cannot open the engine's file ${file ?? "in memory"}`, { cause: error });
  }
  return buildStore(database);
}

/** Brings a new file, or one of an earlier version, to this one: all of it or nothing. */
function migrate(database: DatabaseSync, file: string | undefined): void {
  const found = Number(database.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
  if (found > SCHEMA_VERSION) {
    throw new Error(
      `${file} was written by version ${found} of the engine, this is version ${SCHEMA_VERSION}`,
    );
  }
  database.exec("BEGIN IMMEDIATE");
  if (found === 1) database.exec(FROM_VERSION_1.before);
  database.exec(SCHEMA);
  if (found === 1) database.exec(FROM_VERSION_1.after);
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  database.exec("COMMIT");
}

function buildStore(database: DatabaseSync): Store {
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const begin = prepare("BEGIN IMMEDIATE");
  const commit = prepare("COMMIT");
  let afterCommit: (() => void)[] = [];
  return {
    prepare,
    transaction(work) {
      begin.run();
      afterCommit = [];
      let result: ReturnType<typeof work>;
      try {
        result = work();
        commit.run();
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
      for (const run of afterCommit) run();
      return result;
    },
    onCommit: (run) => void afterCommit.push(run),
    close: () => database.close(),
  };
}

/** Column readers: a column of another type means that the file is not ours. */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw new TypeError(`column ${column} is not text`);
  return value;
}

export function optionalTextOf(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : textOf(row, column);
}

export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw new TypeError(`column ${column} is not a number`);
  return value;
}

export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new TypeError(`column ${column} is not bytes`);
  return value;
}
