#!/usr/bin/env node
/**
 * Verifies a statement of a wallet with nothing but the statement: no network, no packages, no code of the service.
 *
 *   node scripts/verify-statement.mjs statement.json      (or - for standard input)
 *
 * A statement is the reply of GET /v1/wallet/statement. For each entry it checks that its hash is the SHA-256
 * (base64url) of its canonical form, that it points to the entry before it, that the numbers follow without a gap,
 * and that each balance is the one before plus the entry's amount. It prints the closing balance and the last hash: keep
 * the hash, and a later statement that contains it proves that nothing before it was changed.
 * Exits with 0 when all is well, 1 when something is not, 2 when the input is not a statement.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const canonicalForm = (entry) =>
  JSON.stringify([
    1,
    entry.account,
    entry.currency,
    entry.sequence,
    entry.transferId,
    entry.kind,
    entry.amount.available,
    entry.amount.held,
    entry.balance.available,
    entry.balance.held,
    entry.outflow.hour,
    entry.outflow.hourCount,
    entry.outflow.day,
    entry.outflow.dayTotal,
    entry.outflow.dayCount,
    entry.outflow.month,
    entry.outflow.monthTotal,
    entry.frozenFor,
    entry.revokedSessions.map(({ session, until }) => [session, until]),
    entry.signedInAfter ?? 0,
    entry.counterparty ?? "",
    entry.memo ?? "",
    Date.parse(entry.at),
    entry.previousHash,
  ]);

/** The hash covers the moment, so its text has one form only: RFC 3339 in UTC with milliseconds. */
const isTimestamp = (text) => {
  const at = Date.parse(text);
  return !Number.isNaN(at) && new Date(at).toISOString() === text;
};

function faultsOf(statement) {
  const faults = [];
  const end = statement.entries.at(-1)?.sequence ?? statement.from - 1;
  if (statement.to !== end)
    faults.push(`the statement says it ends with ${statement.to}, and ends with ${end}`);
  let before;
  for (const entry of statement.entries) {
    const fault = (what) => faults.push(`entry ${entry.sequence}: ${what}`);
    if (entry.account !== statement.account || entry.currency !== statement.currency)
      fault("belongs to another chain");
    const hash = createHash("sha256").update(canonicalForm(entry)).digest("base64url");
    if (!isTimestamp(entry.at)) fault("its time is not written in the one form");
    if (hash !== entry.hash) fault("its hash does not match its content");
    if (before === undefined && entry.sequence !== statement.from)
      fault(`the statement should begin with ${statement.from}`);
    if (before === undefined && entry.sequence === 1 && entry.previousHash !== "")
      fault("a first entry points to nothing");
    const start = entry.sequence === 1 ? { available: 0, held: 0 } : before?.balance;
    if (before !== undefined && entry.sequence !== before.sequence + 1)
      fault("an entry before it is missing");
    if (before !== undefined && entry.previousHash !== before.hash)
      fault("it does not point to the entry before it");
    for (const part of ["available", "held"]) {
      if (start !== undefined && entry.balance[part] !== start[part] + entry.amount[part])
        fault(`the ${part} balance does not follow`);
    }
    before = entry;
  }
  return faults;
}

function main(file) {
  if (file === undefined || file === "--help") {
    console.log("usage: node scripts/verify-statement.mjs FILE    (- for standard input)");
    return file === undefined ? 2 : 0;
  }
  let statement;
  try {
    statement = JSON.parse(readFileSync(file === "-" ? 0 : file, "utf8"));
    if (statement.format !== 1 || !Array.isArray(statement.entries))
      throw new Error("it has no entries, or another format");
  } catch (cause) {
    console.error(`This is not a statement: ${cause.message}`);
    return 2;
  }
  const faults = faultsOf(statement);
  for (const fault of faults) console.error(fault);
  const last = statement.entries.at(-1);
  const balance =
    last === undefined
      ? "no entries"
      : `${last.balance.available} available, ${last.balance.held} held (minor units of ${statement.currency})`;
  console.log(
    `${statement.account}: ${statement.entries.length} entries, ${balance}, last hash ${last?.hash ?? "none"}: ${faults.length === 0 ? "verified" : `${faults.length} faults`}`,
  );
  return faults.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2]);
