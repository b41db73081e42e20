/** The pool's store in one SQLite file, so that people stay signed in when the local cloud restarts. */

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { IdentityStore, StoredValue } from "./store.ts";

/** A store with a file to let go of. */
export interface SqliteIdentityStore extends IdentityStore {
  close(): void;
}

/** Opens (and makes, with its folder) the store in `path`. One process at a time should own the file. */
export function openSqliteIdentityStore(path: string): SqliteIdentityStore {
  mkdirSync(dirname(path), { recursive: true });
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  db.exec(
    "CREATE TABLE IF NOT EXISTS identity (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at_ms INTEGER)",
  );
  db.exec(
    "CREATE INDEX IF NOT EXISTS identity_expiry ON identity (expires_at_ms) WHERE expires_at_ms IS NOT NULL",
  );
  const select = db.prepare("SELECT value, expires_at_ms FROM identity WHERE key = ?");
  const upsert = db.prepare(
    "INSERT INTO identity (key, value, expires_at_ms) VALUES (?, ?, ?) " +
      "ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at_ms = excluded.expires_at_ms",
  );
  const remove = db.prepare("DELETE FROM identity WHERE key = ?");
  const removeExpired = db.prepare("DELETE FROM identity WHERE expires_at_ms <= ?");
  return {
    get: (key) => {
      const row = select.get(key);
      if (row === undefined) return undefined;
      const expiresAtMs = row.expires_at_ms;
      return {
        value: parseValue(key, row.value),
        expiresAtMs: typeof expiresAtMs === "number" ? expiresAtMs : undefined,
      };
    },
    put: (key, value, expiresAtMs) => {
      // Whole milliseconds: an INTEGER column would keep a fraction as REAL.
      const expiry = expiresAtMs === undefined ? null : Math.ceil(expiresAtMs);
      upsert.run(key, JSON.stringify(value), expiry);
    },
    delete: (key) => {
      remove.run(key);
    },
    deleteExpired: (nowMs) => {
      removeExpired.run(nowMs);
    },
    close: () => db.close(),
  };
}

function parseValue(key: string, text: unknown): StoredValue {
  const value: unknown = typeof text === "string" ? JSON.parse(text) : undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(
      `The identity store holds no JSON object under "${key}": the file is damaged or not ours.`,
    );
  }
  return { ...value };
}
