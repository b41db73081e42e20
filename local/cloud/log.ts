// The log: one line for each request, event and message; on the console aligned, in a file as JSON lines.

import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";
import { parseObject } from "./json.ts";

export type LogEntry = {
  /** Counts up from 1 within a run: what `since` refers to. */
  readonly sequence: number;
  /** RFC 3339, on the movable clock. */
  readonly at: string;
  /** Who: a function's label, `http`, a queue, `schedule`, `cloud`. */
  readonly who: string;
  readonly what: string;
  readonly text: string;
  /** Ties together the lines of one request, message or batch. */
  readonly correlation?: string;
};

export type Write = (what: string, text: string, correlation?: string) => void;

export type Log = {
  of(who: string): Write;
  /** Entries after `sequence`, oldest first, as far back as memory keeps them. */
  since(sequence: number): LogEntry[];
  close(): void;
};

export type LogOptions = {
  /** File for JSON lines; none when absent. */
  readonly file?: string;
  readonly now: () => number;
  /** Prints lines for people; nothing is printed when absent. */
  readonly print?: (line: string) => void;
  readonly color?: boolean;
  readonly rotateAtBytes?: number;
};

const KEPT_ENTRIES = 5_000;
const FORGOTTEN_AT_ONCE = 1_000;
const ROTATE_AT_BYTES = 8 * 1024 * 1024;
/** What is written in so many milliseconds goes to the file together. */
const GATHERED_MS = 20;

/** Opens the log. The file is rotated to `<file>.1` when it has grown too large. */
export function createLog(options: LogOptions): Log {
  const entries: LogEntry[] = [];
  const file = options.file === undefined ? undefined : openRotated(options.file, options.rotateAtBytes);
  let sequence = 0;

  const write = (who: string, what: string, text: string, correlation?: string): void => {
    sequence += 1;
    const entry: LogEntry = {
      sequence,
      at: new Date(options.now()).toISOString(),
      who,
      what,
      text,
      ...(correlation === undefined ? {} : { correlation }),
    };
    entries.push(entry);
    // Not at each line: forgetting moves all that is kept.
    if (entries.length > KEPT_ENTRIES + FORGOTTEN_AT_ONCE) entries.splice(0, FORGOTTEN_AT_ONCE);
    file?.write(`${JSON.stringify(entry)}\n`);
    const line = options.print && forPeople(entry, options.color === true);
    if (line !== undefined) options.print?.(line);
  };

  return {
    of: (who) => (what, text, correlation) => write(who, what, text, correlation),
    since: (after) => entries.filter((entry) => entry.sequence > after),
    close: () => file?.close(),
  };
}

function openRotated(path: string, rotateAtBytes = ROTATE_AT_BYTES) {
  let descriptor = openSync(path, "a", 0o600);
  let size = fstatSync(descriptor).size;
  let waiting = "";
  const flush = (): void => {
    if (waiting === "") return;
    size += writeSync(descriptor, waiting);
    waiting = "";
    if (size < rotateAtBytes) return;
    closeSync(descriptor);
    if (existsSync(path)) renameSync(path, `${path}.1`);
    descriptor = openSync(path, "a", 0o600);
    size = 0;
  };
  return {
    write: (text: string): void => {
      if (waiting === "") setTimeout(flush, GATHERED_MS);
      waiting += text;
    },
    close: (): void => {
      flush();
      closeSync(descriptor);
    },
  };
}

const dim = "\u001b[2m";
const red = "\u001b[31m";
const reset = "\u001b[0m";

/** One aligned line; nothing for lines that are for machines (metrics). */
function forPeople(entry: LogEntry, color: boolean): string | undefined {
  const text = entry.what === "function" ? functionLine(entry.text) : entry.text;
  if (text === undefined) return undefined;
  const id = entry.correlation?.slice(0, 8) ?? "";
  const columns = [entry.at.slice(11, 23), entry.who.padEnd(22), entry.what.padEnd(10), id.padEnd(8)];
  const head = columns.join("  ");
  const failed = /^(error|denied|refused)$/.test(entry.what) || /\bERROR\b/.test(text);
  if (!color) return `${head}  ${text}`.trimEnd();
  return `${dim}${head}${reset}  ${failed ? `${red}${text}${reset}` : text}`;
}

/** Members of a structured log line that say nothing new beside the columns. */
const usual =
  /^(level|message|timestamp|service|sampling_rate|error|cold_start|function_\w+|xray_trace_id|\w*[iI]d)$/;
const LONGEST_DETAIL = 160;

/** A function's structured log line as level, message and what else is short; metrics are left to the file. */
function functionLine(line: string): string | undefined {
  const record = parseObject(line);
  if (record === undefined) return line;
  if ("_aws" in record) return undefined;
  const level = typeof record["level"] === "string" ? record["level"] : "";
  const message = typeof record["message"] === "string" ? record["message"] : line;
  const cause = record["error"];
  const reason =
    typeof cause === "object" && cause !== null && "message" in cause ? ` (${String(cause.message)})` : "";
  const detail = Object.entries(record)
    .filter(([name, value]) => !usual.test(name) && (typeof value !== "object" || value === null))
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(" ")
    .slice(0, LONGEST_DETAIL);
  return `${level} ${message}${reason} ${detail}`.trim();
}
