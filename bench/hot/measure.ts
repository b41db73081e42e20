/**
 * Many at once on few chains: each commit reads the newest entries, decides, and writes under the condition that no
 * other was faster; whoever loses reads again. Over the embedded engine in memory, with answers delayed as if there
 * were a network, since it is the time between reading and writing in which commits collide.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createEngine, type Engine } from "../../local/engine/engine.ts";
import { inProcessHandler } from "../../local/engine/in-process-handler.ts";
import { createAccounts } from "../../shared/accounts/store.ts";
import {
  clearingAccount,
  type LedgerAccount,
  systemAccount,
  userAccount,
} from "../../shared/ledger/account.ts";
import { movement } from "../../shared/ledger/postings.ts";
import { createLedger, type Ledger } from "../../shared/ledger/store.ts";
import { type Money, money } from "../../shared/money/money.ts";
import { type AccountId, newId, type TransferId } from "../../shared/platform/ids.ts";
import { silentLog } from "../../shared/platform/log.ts";
import { silentMetrics } from "../../shared/platform/metrics.ts";
import { lambdaPlatform, type Platform } from "../../shared/platform/platform.ts";
import { documentClient, dynamoClient } from "../../shared/table/client.ts";
import { createTable } from "../../shared/table/table.ts";
import { wideLimits } from "../../test/builders/book.ts";
import { createKithTable } from "../../test/builders/kith-table.ts";
import { type LoadResult, toLoadResult } from "../latency.ts";

export type HotCase = {
  readonly what: "top-ups" | "one popular person";
  /** Chains that the money comes from or goes to. */
  readonly chains: number;
};

export type HotResult = LoadResult &
  HotCase & {
    /** Times a commit found that another was faster, for each that was made. */
    readonly conflictsEach: number;
    /** Commits that gave up after the bounded number of tries: the caller gets 503 with `Retry-After`. */
    readonly busy: number;
  };

export type HotOptions = {
  readonly cases: readonly HotCase[];
  /** In flight at any time, each with a chain of their own. */
  readonly payers: number;
  readonly rounds: number;
  /** For each case in each round. */
  readonly seconds: number;
  readonly readDelayMs: number;
  readonly writeDelayMs: number;
};

const TABLE = "bench-table";
const CENT = money(1, "USD");
const FUNDS = money(1_000_000_00, "USD");

/** An SDK client on the engine, with the way there and back. */
function distantClient(engine: Engine, { readDelayMs, writeDelayMs }: HotOptions): DynamoDBClient {
  const inner = inProcessHandler(engine);
  const handle: typeof inner.handle = async (request, options) => {
    const isWrite = /Write|Put|Update/.test(request.headers["x-amz-target"] ?? "");
    const oneWayMs = (isWrite ? writeDelayMs : readDelayMs) / 2;
    await sleep(oneWayMs);
    const answer = await inner.handle(request, options);
    await sleep(oneWayMs);
    return answer;
  };
  return dynamoClient({
    region: "eu-west-1",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
    requestHandler: { ...inner, handle },
  });
}

/** A platform that counts lost races. */
function countingPlatform() {
  let conflicts = 0;
  const platform: Platform = {
    ...lambdaPlatform(),
    log: silentLog,
    metrics: {
      ...silentMetrics,
      count: (name) => {
        if (name === "LedgerConflicts") conflicts += 1;
      },
    },
  };
  return { platform, conflicts: () => conflicts };
}

type Move = {
  readonly id: TransferId;
  readonly from: LedgerAccount;
  readonly to: LedgerAccount;
  readonly amount: Money;
};

const commit = (ledger: Ledger, { id, from, to, amount }: Move) =>
  ledger.commit({
    posting: movement({ transferId: id, from, to, amount, countOutflow: false }),
    record: { kind: "bench-transfer" },
  });

async function measureCase(hot: HotCase, options: HotOptions): Promise<HotResult> {
  const engine = createEngine();
  const { platform, conflicts } = countingPlatform();
  try {
    await createKithTable(engine, TABLE);
    const near = createTable({
      tableName: TABLE,
      client: documentClient(distantClient(engine, { ...options, readDelayMs: 0, writeDelayMs: 0 })),
    });
    const far = createTable({ tableName: TABLE, client: documentClient(distantClient(engine, options)) });
    const accounts = createAccounts({ table: near, platform });
    const ledgerOn = (table: typeof near) =>
      createLedger({ table, platform, limits: wideLimits, openChain: accounts.openChain });
    const newTransfer = (): TransferId => newId("transfer", platform.clock, platform.random);

    const join = async (name: string): Promise<AccountId> => {
      const { id } = await accounts.ensure({ cognitoSubject: name }, { name }, "bench");
      const funding = {
        id: newTransfer(),
        from: systemAccount("funding"),
        to: userAccount(id),
        amount: FUNDS,
      };
      const { outcome } = await commit(ledgerOn(near), funding);
      if (outcome !== "committed") throw new Error(`giving ${name} money ended as ${outcome}`);
      return id;
    };
    const popular = await join("popular");
    const payers: AccountId[] = [];
    for (let index = 0; index < options.payers; index += 1) payers.push(await join(`payer-${index}`));

    const moveOf = (payer: AccountId): Move => {
      const id = newTransfer();
      return hot.what === "top-ups"
        ? { id, amount: CENT, from: clearingAccount("stripe", id, hot.chains), to: userAccount(payer) }
        : { id, amount: CENT, from: userAccount(payer), to: userAccount(popular) };
    };
    return await raceFor(hot, options, conflicts, payers, (payer) => commit(ledgerOn(far), moveOf(payer)));
  } finally {
    engine.close();
  }
}

async function raceFor(
  hot: HotCase,
  { seconds, payers: count }: HotOptions,
  conflicts: () => number,
  payers: readonly AccountId[],
  pay: (payer: AccountId) => ReturnType<Ledger["commit"]>,
): Promise<HotResult> {
  const latencies: number[] = [];
  let busy = 0;
  const before = conflicts();
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1000;
  await Promise.all(
    payers.map(async (payer) => {
      while (performance.now() < endsAt) {
        const at = performance.now();
        const { outcome } = await pay(payer);
        if (outcome === "committed") latencies.push(performance.now() - at);
        else if (outcome === "busy") busy += 1;
        else throw new Error(`a payment ended as ${outcome}`);
      }
    }),
  );
  const result = toLoadResult(count, (performance.now() - startedAt) / 1000, latencies);
  return { ...hot, ...result, busy, conflictsEach: (conflicts() - before) / Math.max(1, result.count) };
}

/**
 * Rounds in which each case has its turn, on a table of its own.
 * @returns a result for each case and round, round by round.
 * @throws Error when a payment fails for another reason than a race.
 */
export async function measureHot(options: HotOptions): Promise<readonly HotResult[]> {
  const results: HotResult[] = [];
  for (let round = 0; round < options.rounds; round += 1)
    for (const hot of options.cases) results.push(await measureCase(hot, options));
  return results;
}
