// Small durable state of the local cloud itself: stream positions, clock offset, last runs of schedules, lock.

import { execFileSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseObject } from "./json.ts";

export type StateStore = {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  close(): void;
};

/** A key-value table in SQLite; a value that was set survives a kill of the process. */
export function openStateStore(file: string): StateStore {
  mkdirSync(path.dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  database.exec("CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL)");
  const read = database.prepare("SELECT value FROM state WHERE key = ?");
  const write = database.prepare(
    "INSERT INTO state VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  );
  return {
    get: (key) => {
      const value = read.get(key)?.["value"];
      return typeof value === "string" ? value : undefined;
    },
    set: (key, value) => {
      write.run(key, value);
    },
    close: () => database.close(),
  };
}

/** Writes a file so that readers see the old content or the new, never a part. */
export function writeAtomically(file: string, content: string, mode = 0o644): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, content, { mode });
  renameSync(draft, file);
}

export type Lock = { release(): void };

/**
 * Takes the directory for this process. Throws while another living process holds it; the lock of a process that
 * was killed is taken over.
 */
export function takeLock(directory: string): Lock {
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, "lock");
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const descriptor = openSync(file, "wx", 0o600);
      writeSync(descriptor, JSON.stringify({ pid: process.pid, started: startedAt(process.pid) }));
      closeSync(descriptor);
      return { release: () => rmSync(file, { force: true }) };
    } catch (cause) {
      if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw cause;
      const holder = holderOf(file);
      if (holder !== undefined) {
        throw new Error(`A local cloud already runs on ${directory} (process ${holder}). Stop it first.`, {
          cause,
        });
      }
      rmSync(file, { force: true });
    }
  }
  throw new Error(`Could not take the lock ${file}`);
}

/** The living process that holds a lock; `undefined` when it is stale. */
function holderOf(file: string): number | undefined {
  const content = existsSync(file) ? parseObject(readFileSync(file, "utf8")) : undefined;
  const pid = content?.["pid"];
  if (typeof pid !== "number" || !isAlive(pid)) return undefined;
  // A process id is used again: the same id with another start time is another process.
  return startedAt(pid) === content?.["started"] ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EPERM";
  }
}

/** When a process started, in whatever words `ps` has for it; empty where there is no `ps`. */
function startedAt(pid: number): string {
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, LC_ALL: "C" },
    }).trim();
  } catch {
    return "";
  }
}
