/**
 * The payments area in a small world: its routes, its consumer and its sweep over the embedded engine, with the real
 * Stripe channel speaking HTTP to the Stripe simulator, whose webhooks come in through the callbacks area.
 */

import { callbacksRoutes } from "../../functions/callbacks/contract.ts";
import { callbacksHandlers } from "../../functions/callbacks/handlers.ts";
import type { OpenedChannel } from "../../functions/payments/channels.ts";
import { paymentsEventHandlers } from "../../functions/payments/consumer-handlers.ts";
import { paymentsRoutes } from "../../functions/payments/contract.ts";
import type { PaymentApiDeps } from "../../functions/payments/deps.ts";
import { paymentsHandlers } from "../../functions/payments/handlers.ts";
import { type SweepReport, sweepDue } from "../../functions/payments/sweep-due.ts";
import { createStripeSimulator, type StripeSimulator } from "../../local/stripe/simulator.ts";
import { signatureHeader } from "../../local/stripe/webhooks.ts";
import { openChannel } from "../../shared/channels/registry.ts";
import type { DomainEvent } from "../../shared/events/catalogue.ts";
import { consumeEvents } from "../../shared/events/consume.ts";
import { createHolds, type Holds } from "../../shared/ledger/holds.ts";
import { createLedger } from "../../shared/ledger/store.ts";
import { createPayments } from "../../shared/payments/store.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { Item, Table } from "../../shared/table/table.ts";
import { wideLimits } from "./book.ts";
import { handTimers } from "./hand-timers.ts";
import {
  type Area,
  type Called,
  createWorld,
  lambdaContext,
  messagesFor,
  seededRandom,
  sqsEvent,
  type World,
} from "./world.ts";

export const WEBHOOK_SECRET = "whsec_current";
export const OLD_WEBHOOK_SECRET = "whsec_previous";
export const CLEARING_SHARDS = 4;

/** Where the process ends: before or after the n-th write to the table or call of the channel, counted from 1. */
export type Crash = { readonly at: number; readonly when: "before" | "after" };

export class Crashed extends Error {}

/** Counts effects, and throws at the one that was asked for. */
function createCrashes() {
  let count = 0;
  let planned: Crash | undefined;
  return {
    plan(crash: Crash | undefined) {
      count = 0;
      planned = crash;
    },
    count: () => count,
    async around<T>(effect: () => Promise<T>): Promise<T> {
      count += 1;
      const here = planned?.at === count ? planned.when : undefined;
      if (here === "before") throw new Crashed("the process ended before an effect");
      const result = await effect();
      if (here === "after") throw new Crashed("the process ended after an effect");
      return result;
    },
  };
}
export type Crashes = ReturnType<typeof createCrashes>;

const crashingTable = (table: Table, crashes: Crashes): Table => ({
  ...table,
  put: (operation) => crashes.around(() => table.put(operation)),
  update: (operation) => crashes.around(() => table.update(operation)),
  remove: (operation) => crashes.around(() => table.remove(operation)),
  transact: (operations) => crashes.around(() => table.transact(operations)),
});

const crashingChannel = ({ channel, ...rest }: OpenedChannel, crashes: Crashes): OpenedChannel => ({
  ...rest,
  channel: {
    ...channel,
    createPayment: (input) => crashes.around(() => channel.createPayment(input)),
    queryPayment: (input) => crashes.around(() => channel.queryPayment(input)),
    closePayment: (input) => crashes.around(() => channel.closePayment(input)),
  },
});

/** A log that keeps every line as text, so that a test can look for what must not be in it. */
function createLines() {
  const lines: string[] = [];
  const add = (code: string, rest: unknown[]) => void lines.push(`${code} ${JSON.stringify(rest)}`);
  const log: Log = {
    info: (code, fields) => add(code, [fields]),
    warn: (code, fields) => add(code, [fields]),
    error: (code, cause, fields) => add(code, [String(cause), fields]),
    with: () => log,
  };
  return { lines, log };
}

export type PaymentsWorld = {
  readonly world: World;
  readonly simulator: StripeSimulator;
  readonly deps: PaymentApiDeps;
  readonly holds: Holds;
  readonly api: Area<typeof paymentsRoutes>;
  readonly callbacks: Area<typeof callbacksRoutes>;
  readonly crashes: Crashes;
  readonly lines: readonly string[];
  readonly metrics: ReadonlyMap<string, number>;
  /** Every event announced so far. */
  readonly events: readonly DomainEvent[];
  /** Changes the simulator's answers on their way to the channel. */
  answers: ((call: string, body: Record<string, unknown>) => Record<string, unknown>) | undefined;
  /** The channel's settings; a test may change them. */
  readonly settings: { enabled: boolean; livemode: boolean };
  /** Lets time pass: the simulator's timers run and its webhooks arrive. */
  readonly pass: (ms?: number) => Promise<void>;
  /** Handles what the table announced, again until nothing is left; `twice` hands each message over twice. */
  readonly consume: (options?: { readonly twice?: boolean }) => Promise<void>;
  /** How many messages wait for another try. */
  readonly unhandled: () => number;
  readonly sweep: () => Promise<SweepReport>;
  /** Time passes in steps of a minute with the sweep and the consumer at work, as long as asked. */
  readonly live: (ms: number, stepMs?: number) => Promise<void>;
  /** POST of a body that is signed as Stripe does, unless told otherwise. */
  readonly callback: (body: string, signed?: SignOptions) => Promise<Called>;
  readonly items: (prefix: string) => Promise<readonly Item[]>;
  /** Sum over all entries of the ledger: 0, always. */
  readonly ledgerTotal: () => Promise<number>;
  readonly close: () => Promise<void>;
};

export type SignOptions = { readonly secret?: string; readonly atMs?: number; readonly header?: string };

export async function createPaymentsWorld(): Promise<PaymentsWorld> {
  const world = await createWorld();
  const { clock } = world;
  const { lines, log } = createLines();
  const metrics = new Map<string, number>();
  const crashes = createCrashes();
  const timers = handTimers(clock.now);
  const settings = { enabled: true, livemode: false };
  const platform = {
    ...world.platform,
    log,
    metrics: {
      count: (name: string, value = 1) => void metrics.set(name, (metrics.get(name) ?? 0) + value),
      gauge: (name: string, value: number) => void metrics.set(name, value),
      flush: () => {},
    },
  };

  const callbacks = world.area(
    callbacksRoutes,
    callbacksHandlers({
      table: world.table,
      platform,
      settings: { stripe: settings },
      webhookSecrets: async () => [WEBHOOK_SECRET, OLD_WEBHOOK_SECRET],
    }),
  );
  const post = (body: string, headers: Readonly<Record<string, string>>) =>
    callbacks.call("receiveCallback", { params: { channel: "stripe" }, rawBody: body, headers });

  const simulator = createStripeSimulator({
    secretKey: "sk_test_world",
    publishableKey: "pk_test_world",
    webhookSecret: WEBHOOK_SECRET,
    webhookUrl: "https://kith.example/v1/callbacks/stripe",
    accountId: "acct_world",
    now: clock.now,
    schedule: timers.schedule,
    random: seededRandom(2).fraction,
    store: { load: () => undefined, save: () => {} },
    log: () => {},
    sendWebhook: async (_url, headers, body) => (await post(body, headers)).status,
  });
  await simulator.listen(0);

  const result: Pick<PaymentsWorld, "answers"> = { answers: undefined };
  const throughSimulator: typeof fetch = async (input, init) => {
    const url = String(input).replace("https://api.stripe.com", simulator.url);
    const answer = await fetch(url, init);
    if (result.answers === undefined) return answer;
    const call = `${init?.method ?? "GET"} ${new URL(url).pathname}`;
    const body = result.answers(call, (await answer.json()) as Record<string, unknown>);
    return Response.json(body, { status: answer.status });
  };
  const channel = await openChannel({
    channel: "stripe",
    apiKey: "sk_test_world",
    publishableKey: "pk_test_world",
    livemode: false,
    timeoutMs: 10_000,
    maxNetworkRetries: 0,
    fetch: throughSimulator,
  });

  const table = crashingTable(world.table, crashes);
  const deps: PaymentApiDeps = {
    table,
    accounts: world.accounts,
    payments: createPayments({ table }),
    ledger: createLedger({ table, platform, limits: wideLimits, openChain: world.accounts.openChain }),
    channels: {
      open: async (name) =>
        name === "stripe" ? crashingChannel({ channel, ...settings }, crashes) : undefined,
    },
    platform,
    clearingShards: CLEARING_SHARDS,
  };
  const holds = createHolds(deps);
  const consumer = consumeEvents(paymentsEventHandlers(deps), platform);

  const events: DomainEvent[] = [];
  let queue: string[] = [];
  const collect = (): void => {
    const fresh = world.newEvents();
    events.push(...fresh);
    queue.push(...messagesFor("payments", fresh));
  };

  const pass = async (ms = 0): Promise<void> => {
    const until = clock.now() + ms;
    for (let due = timers.next(until); due !== undefined; due = timers.next(until)) {
      clock.advance(Math.max(0, due.at - clock.now()));
      due.run();
      await simulator.control.idle();
    }
    clock.advance(until - clock.now());
  };

  const consume = async ({ twice = false } = {}): Promise<void> => {
    collect();
    const failed: string[] = [];
    while (queue.length > 0) {
      const bodies = queue.flatMap((body) => (twice ? [body, body] : [body]));
      queue = [];
      const event = sqsEvent(...bodies);
      const { batchItemFailures } = await consumer(event, lambdaContext);
      for (const { itemIdentifier } of batchItemFailures) {
        const record = event.Records.find(({ messageId }) => messageId === itemIdentifier);
        if (record !== undefined) failed.push(record.body);
      }
      collect();
    }
    queue = [...new Set(failed)];
  };
  const sweep = () => sweepDue({ ...deps, holds });

  const items = async (prefix: string): Promise<readonly Item[]> => {
    const found: Item[] = [];
    for await (const page of world.table.scan()) {
      found.push(...page.filter((item) => String(item["pk"]).startsWith(prefix)));
    }
    return found;
  };

  return Object.assign(result, {
    world,
    simulator,
    deps,
    holds,
    api: world.area(paymentsRoutes, paymentsHandlers(deps)),
    callbacks,
    crashes,
    lines,
    metrics,
    events,
    settings,
    pass,
    consume,
    unhandled: () => queue.length,
    sweep,
    async live(ms: number, stepMs = 60_000) {
      const until = clock.now() + ms;
      while (clock.now() < until) {
        await pass(Math.min(stepMs, until - clock.now()));
        await consume();
        await sweep();
      }
      await consume();
    },
    callback: (body: string, { secret = WEBHOOK_SECRET, atMs = clock.now(), header }: SignOptions = {}) =>
      post(body, {
        "stripe-signature": header ?? signatureHeader(secret, Math.floor(atMs / 1000), body),
      }),
    items,
    async ledgerTotal() {
      const entries = await items("LEDGER#");
      return entries.reduce((sum, entry) => {
        const { available, held } = entry["amount"] as { available: number; held: number };
        return sum + available + held;
      }, 0);
    },
    async close() {
      await simulator.close();
      world.close();
    },
  });
}
