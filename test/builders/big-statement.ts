/**
 * A day of many payments with a statement as a file, one line in a hundred wrong, each class of difference in turn: for
 * measuring that reconciliation finds them all, finds no others, and holds little of it in memory.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { ReconciliationDeps } from "../../functions/reconciliation/deps.ts";
import { reconcile } from "../../functions/reconciliation/run.ts";
import { reconciliationStores } from "../../functions/reconciliation/wiring.ts";
import { settled } from "../../shared/channels/plan.ts";
import type { StatementLine, StatementReader } from "../../shared/channels/statement.ts";
import { createTransport } from "../../shared/channels/transport.ts";
import { clearingAccount } from "../../shared/ledger/account.ts";
import { toEntryItem } from "../../shared/ledger/codec.ts";
import { type Entry, initialState, seal } from "../../shared/ledger/entry.ts";
import { outflowAt } from "../../shared/ledger/limits.ts";
import { createLedger } from "../../shared/ledger/store.ts";
import { toPaymentItem } from "../../shared/payments/codec.ts";
import { topUpTransferId } from "../../shared/payments/payment.ts";
import { DAY } from "../../shared/platform/clock.ts";
import { derivedId, type PaymentId } from "../../shared/platform/ids.ts";
import { silentLog } from "../../shared/platform/log.ts";
import { type ExceptionClass, exceptionClasses } from "../../shared/reconciliation/exception.ts";
import { newReconciliation, type Reconciliation } from "../../shared/reconciliation/run.ts";
import { documentClient } from "../../shared/table/client.ts";
import { keys } from "../../shared/table/keys.ts";
import { createTable, type Item } from "../../shared/table/table.ts";
import { wideLimits } from "./book.ts";
import { createFakeProvider, FAKE, fakePayer } from "./fake-channel.ts";
import { aPayment } from "./payment-facts.ts";
import { usd } from "./usd.ts";
import { createWorld, TABLE_NAME } from "./world.ts";

const DAY_TEXT = "2026-11-21";
const FROM = Date.parse(`${DAY_TEXT}T00:00:00Z`);
const SHARDS = 4;
const BASIS_POINTS = 100;

/** `late`: posted a day later than the statement says, which is no difference. */
type Planted = ExceptionClass | "late" | "none";
const planted: readonly Planted[] = [...exceptionClasses, "late"];

/** One in a hundred is wrong, each class in turn. */
const plantedAt = (at: number): Planted =>
  at % 100 === 37 ? (planted[Math.floor(at / 100) % planted.length] ?? "none") : "none";

const paymentAt = (at: number): PaymentId => derivedId("payment", "big", String(at));
const amountAt = (at: number): number => 1_00 + ((at * 7_919) % 50_000);

function lineAt(at: number): StatementLine {
  const value = amountAt(at);
  return {
    kind: "payment",
    ourId: paymentAt(at),
    channelPaymentId: `fp_${at}`,
    transactionId: `tx_${at}`,
    amount: { value, currency: "USD" },
    fee: Math.round((value * BASIS_POINTS) / 10_000),
    occurredAtMs: FROM + Math.floor((at * (DAY / 2)) / 1_000_000),
    rawType: "charge",
  };
}

/** The lines that the statement has of one payment. */
function linesAt(at: number): readonly StatementLine[] {
  const line = lineAt(at);
  switch (plantedAt(at)) {
    case "missing-in-statement":
      return [];
    case "amount-mismatch":
      // The fee still fits, so that there is one difference.
      return [{ ...line, amount: { ...line.amount, value: line.amount.value + 1 } }];
    case "currency-mismatch":
      return [{ ...line, amount: { ...line.amount, currency: "EUR" } }];
    case "fee-unexpected":
      return [{ ...line, fee: line.fee + 50 }];
    case "duplicate-line":
      return [line, line];
    case "unknown-kind": {
      const { ourId: _, ...rest } = line;
      return [line, { ...rest, kind: "other", transactionId: `other_${at}`, rawType: "adjustment" }];
    }
    case "missing-in-ledger":
    case "status-mismatch":
    case "late":
    case "none":
      return [line];
  }
}

const isPostedThatDay = (at: number): boolean =>
  !["missing-in-ledger", "status-mismatch", "late"].includes(plantedAt(at));

/** Everything of our side, chain by chain in order. */
function* itemsOf(count: number): Generator<Item> {
  const heads = new Map<string, Entry>();
  const post = (at: number, postedAt: number): Item => {
    const paymentId = paymentAt(at);
    const transferId = topUpTransferId(paymentId);
    const account = clearingAccount(FAKE, transferId, SHARDS);
    const before = heads.get(account);
    const available = (before?.state.available ?? 0) - amountAt(at);
    const entry = seal({
      account,
      currency: "USD",
      sequence: (before?.sequence ?? 0) + 1,
      transferId,
      kind: "transfer",
      amount: { available: -amountAt(at), held: 0 },
      state: { ...initialState, available, outflow: outflowAt(initialState.outflow, postedAt) },
      memo: `top-up:${paymentId}`,
      at: postedAt,
      previousHash: before?.hash ?? "",
    });
    heads.set(account, entry);
    return toEntryItem(entry);
  };
  for (let at = 0; at < count; at += 1) {
    if (isPostedThatDay(at)) yield post(at, FROM + Math.floor((at * (DAY - 1)) / count));
  }
  for (let at = 0; at < count; at += 1) {
    const kind = plantedAt(at);
    const record = aPayment({
      id: paymentAt(at),
      channel: FAKE,
      channelPaymentId: `fp_${at}`,
      amount: usd(amountAt(at)),
    });
    const { nextCheckAt: _, ...ended } = record;
    if (kind === "status-mismatch") yield toPaymentItem({ ...ended, status: "failed" });
    if (kind !== "late") continue;
    const postedAt = FROM + DAY + 1_000;
    const transferId = topUpTransferId(record.id);
    yield post(at, postedAt);
    yield toPaymentItem({ ...ended, status: "succeeded" });
    yield { ...keys.transfer(transferId), transferId, postedAt, kind: "top-up", amount: record.amount };
  }
}

const ROWS = 200;

/** The file, piece by piece as it is read. @param sample told now and then */
function fileOf(count: number, sample: () => void): ReadableStream<Uint8Array> {
  let at = 0;
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull(controller) {
      if (at % 10_000 === 0) sample();
      const until = Math.min(at + ROWS, count);
      let text = "";
      for (; at < until; at += 1) {
        for (const line of linesAt(at)) text += `${JSON.stringify(line)}\n`;
      }
      controller.enqueue(encoder.encode(text));
      if (at === count) controller.close();
    },
  });
}

function readerOfRows(): StatementReader {
  const decoder = new TextDecoder();
  let rest = "";
  return {
    push(chunk) {
      const rows = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = rows.pop() ?? "";
      return rows.map((row): StatementLine => JSON.parse(row));
    },
    end: () => [],
  };
}

/** Bytes that are really in use, those of typed arrays too. */
function liveHeap(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  const { heapUsed, external } = process.memoryUsage();
  // Typed arrays lie outside the heap.
  return heapUsed + external;
}

export type BigRun = {
  readonly run: Reconciliation;
  readonly expected: Readonly<Partial<Record<ExceptionClass, number>>>;
  readonly late: number;
  readonly heapGrowthBytes: number;
  readonly seconds: number;
};

/** @param count payments of the day */
export async function reconcileBigStatement(count: number): Promise<BigRun> {
  const world = await createWorld();
  const { platform } = world;
  // Without the meter, which keeps a line for each request.
  const table = createTable({ tableName: TABLE_NAME, client: documentClient(world.client) });
  let batch: Item[] = [];
  for (const item of itemsOf(count)) {
    batch.push(item);
    if (batch.length < 1_000) continue;
    await table.putMany(batch);
    batch = [];
  }
  await table.putMany(batch);

  let [base, peak] = [0, 0];
  const sample = (): void => {
    peak = Math.max(peak, liveHeap());
  };
  const provider = createFakeProvider(world.clock.now);
  const transport = createTransport({ platform, fetch: async () => new Response(fileOf(count, sample)) });
  const channel: typeof provider.channel = {
    ...provider.channel,
    openStatement: () =>
      settled({
        outcome: "ok",
        value: {
          kind: "file",
          request: () => ({ method: "GET", url: "https://fakepay.example/statement", headers: {} }),
          reader: readerOfRows(),
        },
      }),
  };
  const opened = { channel, transport, payer: fakePayer, recipients: [], enabled: true, livemode: false };
  const deps: ReconciliationDeps = {
    ...reconciliationStores({ table }),
    table,
    platform,
    ledger: createLedger({ table, platform, limits: wideLimits, openChain: world.accounts.openChain }),
    channels: { open: async () => opened },
    clearingShards: SHARDS,
    feeRules: { [FAKE]: { USD: { basisPoints: BASIS_POINTS, fixed: 0, tolerance: 1 } } },
  };
  const id = derivedId("reconciliation", "big");
  const now = platform.clock.now();
  await deps.reconciliations.request(
    newReconciliation({ id, channel: FAKE, day: DAY_TEXT, fingerprint: "f", correlationId: "c", now }),
  );
  base = liveHeap();
  const startedAt = performance.now();
  await reconcile(deps, id, silentLog);
  const seconds = (performance.now() - startedAt) / 1000;
  sample();
  const run = await deps.reconciliations.get(id);
  if (run === undefined) throw new Error("the run is gone");
  world.close();
  const expected: Partial<Record<ExceptionClass, number>> = {};
  let late = 0;
  for (let at = 0; at < count; at += 1) {
    const kind = plantedAt(at);
    if (kind === "late") late += 1;
    else if (kind !== "none") expected[kind] = (expected[kind] ?? 0) + 1;
  }
  return { run, expected, late, heapGrowthBytes: peak - base, seconds };
}
