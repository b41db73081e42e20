/**
 * The same money on PostgreSQL, as little as double entry needs: accounts, transfers, entries; both accounts locked,
 * one transaction a transfer. No HTTP, no tokens, no events, no history of states, no hashes.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { type LoadResult, toLoadResult } from "../latency.ts";
import { type Postgres, startPostgres } from "./postgres-cluster.ts";

const FUNDS = 1_000_000_00;

const schema = (accounts: number): string => `
  CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
  CREATE TABLE transfers (id bigserial PRIMARY KEY, key uuid NOT NULL UNIQUE, payer int NOT NULL REFERENCES accounts,
    payee int NOT NULL REFERENCES accounts, amount bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE entries (id bigserial PRIMARY KEY, transfer bigint NOT NULL REFERENCES transfers,
    account int NOT NULL REFERENCES accounts, amount bigint NOT NULL);
  CREATE INDEX ON entries (account, id);
  INSERT INTO accounts SELECT id, ${FUNDS} FROM generate_series(1, ${accounts}) AS id;`;

/** Every client has two accounts of its own; the one with the lower id is locked first. */
const script = `\\set payer :client_id * 2 + 1
\\set payee :client_id * 2 + 2
BEGIN;
SELECT balance FROM accounts WHERE id IN (:payer, :payee) ORDER BY id FOR UPDATE;
INSERT INTO transfers (key, payer, payee, amount) VALUES (gen_random_uuid(), :payer, :payee, 1) RETURNING id AS transfer \\gset
UPDATE accounts SET balance = balance - 1 WHERE id = :payer;
UPDATE accounts SET balance = balance + 1 WHERE id = :payee;
INSERT INTO entries (transfer, account, amount) VALUES (:transfer, :payer, -1), (:transfer, :payee, 1);
COMMIT;
`;

/**
 * Latencies of a run, in milliseconds. A line: client, number, microseconds, script, time.
 * @see pgbench, "Per-Transaction Logging"
 */
function latenciesIn(folder: string, prefix: string): number[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${prefix}.`))
    .flatMap((name) => readFileSync(path.join(folder, name), "utf8").trimEnd().split("\n"))
    .filter((line) => line !== "")
    .map((line) => Number(line.split(" ")[2]) / 1000);
}

/** @throws Error when money was made or lost, or a transfer has not two entries. */
async function checkBooks(postgres: Postgres, accounts: number, atLeast: number): Promise<void> {
  const sums =
    "SELECT (SELECT sum(balance) FROM accounts), (SELECT sum(amount) FROM entries), (SELECT count(*) FROM entries), (SELECT count(*) FROM transfers)";
  const [balances = 0, entries = 0, lines = 0, transfers = 0] = (
    await postgres.program("psql", ["-Atc", sums])
  )
    .trim()
    .split("|")
    .map(Number);
  if (balances !== accounts * FUNDS || entries !== 0 || lines !== 2 * transfers || transfers < atLeast)
    throw new Error(
      `the books on PostgreSQL do not balance: ${[balances, entries, lines, transfers].join(", ")}`,
    );
}

export type PostgresUnderLoad = {
  readonly version: string;
  /** Puts it under the load of so many clients. */
  readonly run: (clients: number, seconds: number) => Promise<LoadResult>;
  /** @throws Error when the books of all runs do not balance. */
  readonly audit: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** @param settings of the server, as in `fsync=off`. */
export async function openPostgres(
  bin: string,
  settings: readonly string[],
  mostClients: number,
): Promise<PostgresUnderLoad> {
  const postgres = await startPostgres(bin, settings);
  try {
    const accounts = 2 * mostClients;
    const file = path.join(postgres.folder, "transfer.sql");
    writeFileSync(file, script, { mode: 0o644 });
    await postgres.program("psql", ["-q", "-v", "ON_ERROR_STOP=1", "-c", schema(accounts)]);
    let runs = 0;
    let transfers = 0;
    return {
      version: postgres.version,
      stop: postgres.stop,
      audit: () => checkBooks(postgres, accounts, transfers),
      async run(clients, seconds) {
        runs += 1;
        const prefix = `run-${runs}`;
        const threads = Math.min(clients, availableParallelism());
        const wholeSeconds = Math.ceil(seconds);
        await postgres.program("pgbench", [
          ...["-n", "-M", "prepared", "-f", file, "-l", `--log-prefix=${prefix}`],
          ...["-c", String(clients), "-j", String(threads), "-T", String(wholeSeconds)],
        ]);
        const result = toLoadResult(clients, wholeSeconds, latenciesIn(postgres.folder, prefix));
        transfers += result.count;
        return result;
      },
    };
  } catch (cause) {
    await postgres.stop();
    throw cause;
  }
}
