/** Everything fails now and then: people and their apps ask again under the same key, and each thing happens once. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  advance,
  auditOf,
  closeAll,
  control,
  dollarsOf,
  drained,
  leftOver,
  type Person,
  payAtStripe,
  person,
  type System,
  startSystem,
  topUp,
  usd,
} from "./system.ts";

let system: System;
let round = 0;

beforeAll(async () => {
  system = await startSystem("faults");
});
afterAll(closeAll);

type Fault = {
  readonly kind: string;
  readonly function?: string;
  readonly operation?: string;
  readonly queue?: string;
  readonly count?: number;
};

const write = "TransactWriteItems";

/** Counts are large enough to be seen behind the SDK's own three tries. */
const cases: readonly (readonly [what: string, faults: readonly Fault[]])[] = [
  ["the table throttles", [{ kind: "throttle", function: "transfers", operation: write, count: 12 }]],
  [
    "another transaction holds the item",
    [{ kind: "conflict", function: "transfers", operation: write, count: 5 }],
  ],
  [
    "the table fails",
    [
      { kind: "internal-error", function: "transfers", operation: write, count: 7 },
      { kind: "internal-error", function: "callbacks", operation: "PutItem", count: 4 },
    ],
  ],
  [
    "connections break before the work",
    [
      { kind: "timeout-before", function: "payments", operation: write, count: 4 },
      { kind: "timeout-before", function: "transfers", operation: write, count: 4 },
    ],
  ],
  [
    "answers are lost after the commit",
    [
      { kind: "timeout-after-commit", function: "transfers", operation: write, count: 5 },
      { kind: "timeout-after-commit", function: "payments", operation: write, count: 1 },
      { kind: "timeout-after-commit", function: "callbacks", operation: "PutItem", count: 1 },
      { kind: "timeout-after-commit", function: "payments-consumer", operation: write, count: 1 },
      { kind: "timeout-after-commit", function: "relay", operation: "SendMessageBatch", count: 1 },
    ],
  ],
  [
    "workers die after their work",
    [
      { kind: "worker-crash", function: "transfers", count: 3 },
      { kind: "worker-crash", function: "payments", count: 2 },
      { kind: "worker-crash", function: "callbacks", count: 1 },
      { kind: "worker-crash", function: "payments-consumer", count: 1 },
      { kind: "worker-crash", function: "notifications-consumer", count: 1 },
      { kind: "worker-crash", function: "relay", count: 1 },
    ],
  ],
  [
    "batches come twice, or only at the third try",
    [
      { kind: "duplicate-delivery", queue: "kith-local-payments" },
      { kind: "duplicate-delivery", queue: "kith-local-notifications" },
      { kind: "duplicate-delivery", queue: "kith-local-referrals" },
      { kind: "drop-stream-batch", function: "relay", count: 2 },
    ],
  ],
];

const MOST_TRIES = 25;
const TRANSFERS = 4;
const TRANSFER = 150;
const TOP_UP = 1_000;
/** Longer than the provider's first pause after a callback that was not taken. */
const PAUSE_MS = 6 * 60_000;

/** Asks until it is answered with 201, as an app does. @returns the answer and how often it had to ask. */
async function insist({ api }: Person, route: string, body: unknown, key: string) {
  const seen: number[] = [];
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const answer = await api.call("POST", route, body, { key });
    if (answer.status === 201) return { answer, tries };
    seen.push(answer.status);
    if (answer.status < 500) break;
  }
  throw new Error(`${route} answered ${seen.join(", ")}`);
}

const waitingFaults = async (): Promise<unknown> => control(system.cloud, "GET", "/faults");

describe("when", () => {
  it.each(cases)("%s, everything that was asked happens once", { timeout: 90_000 }, async (_what, faults) => {
    const { cloud } = system;
    round += 1;
    const names = [`Fay ${round}`, `Gus ${round}`] as const;
    const [payer, payee] = [await person(cloud, names[0]), await person(cloud, names[1])];
    await topUp(cloud, payer, 10_000);
    for (const fault of faults) await control(cloud, "POST", "/faults", fault);

    const transfer = { payee: { id: payee.id }, amount: usd(TRANSFER) };
    const asked = Array.from({ length: TRANSFERS }, (_, index) =>
      insist(payer, "/transfers", transfer, `fault-${round}-${index}`),
    );
    const done = await Promise.all(asked);
    const order = { amount: usd(TOP_UP), channel: "stripe" };
    const key = `fault-${round}-top-up`;
    const { answer } = await insist(payer, "/top-ups", order, key);
    // What the app needs to pay may be missing in an answer that was cut short: it asks again.
    const { body } =
      answer.body.action === undefined ? (await insist(payer, "/top-ups", order, key)).answer : answer;
    await payAtStripe(cloud, body.action.paymentIntentId);
    await drained(cloud);
    await advance(cloud, PAUSE_MS);
    await drained(cloud);

    expect(await waitingFaults()).toEqual({ faults: [] });
    expect(new Set(done.map((one) => one.answer.body.id)).size).toBe(TRANSFERS);
    const [paid, received] = [await person(cloud, names[0]), await person(cloud, names[1])];
    expect([await dollarsOf(paid), await dollarsOf(received)]).toEqual([
      10_000 + TOP_UP - TRANSFERS * TRANSFER,
      TRANSFERS * TRANSFER,
    ]);
    const told = await received.api.get("/notifications");
    expect(told.body.items.filter(({ type }: { type: string }) => type.startsWith("transfer."))).toHaveLength(
      TRANSFERS,
    );
    expect(await leftOver(cloud)).toEqual([]);
  });

  it("all is over, the audit finds nothing", async () => {
    expect((await auditOf(system.cloud)).findings).toEqual([]);
  });
});
