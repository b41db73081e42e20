/**
 * The payments area in a small world, whatever its channels are: its routes, its consumer and its sweep over the
 * embedded engine, with callbacks coming in through the callbacks area.
 */
import { callbacksRoutes } from "../../functions/callbacks/contract.ts";
import { callbacksHandlers } from "../../functions/callbacks/handlers.ts";
import { paymentsEventHandlers } from "../../functions/payments/consumer-handlers.ts";
import { paymentsRoutes } from "../../functions/payments/contract.ts";
import { type PaymentDeps, paymentStores } from "../../functions/payments/deps.ts";
import { paymentsHandlers } from "../../functions/payments/handlers.ts";
import type { ObserveDeps } from "../../functions/payments/observe-payment.ts";
import { routingSchema } from "../../functions/payments/routing-variables.ts";
import { type SweepReport, sweepDue } from "../../functions/payments/sweep-due.ts";
import { transfersRoutes } from "../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../functions/transfers/handlers.ts";
import { stages } from "../../infra/config.ts";
import type { DomainEvent } from "../../shared/events/catalogue.ts";
import { consumeEvents } from "../../shared/events/consume.ts";
import type { Limits } from "../../shared/ledger/limits.ts";
import { createLedger } from "../../shared/ledger/store.ts";
import type { Channels } from "../../shared/payments/open-channels.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { RiskSettings } from "../../shared/risk/settings.ts";
import { createObservations } from "../../shared/routing/store.ts";
import type { Item } from "../../shared/table/table.ts";
import { wideLimits } from "./book.ts";
import { type Crashes, crashingTable, createCrashes } from "./crashes.ts";
import { type Area, createWorld, lambdaContext, messagesFor, sqsEvent, type World } from "./world.ts";

export const CLEARING_SHARDS = 4;

/** Everybody has all of the limits, and nothing needs a step-up. */
const noRisk: Pick<RiskSettings, "levels" | "stepUp"> = {
  levels: [{ minAgeDays: 0, consents: [], sharePercent: 100 }],
  stepUp: { above: {} },
};

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

export type PaymentsBase = {
  readonly world: World;
  readonly deps: PaymentDeps & ObserveDeps;
  readonly platform: Platform;
  readonly api: Area<typeof paymentsRoutes>;
  readonly transfers: Area<typeof transfersRoutes>;
  readonly callbacks: Area<typeof callbacksRoutes>;
  readonly crashes: Crashes;
  readonly lines: readonly string[];
  readonly metrics: ReadonlyMap<string, number>;
  /** Every event announced so far. */
  readonly events: readonly DomainEvent[];
  /** How many events of a type were announced. */
  readonly announced: (type: DomainEvent["type"]) => number;
  /** Handles what the table announced, again until nothing is left; `twice` hands each message over twice. */
  readonly consume: (options?: { readonly twice?: boolean }) => Promise<void>;
  /** How many messages wait for another try. */
  readonly unhandled: () => number;
  readonly sweep: () => Promise<SweepReport>;
  readonly items: (prefix: string) => Promise<readonly Item[]>;
  /** The lines of a payment's history. */
  readonly facts: (id: string) => Promise<readonly Item[]>;
  /** Sum over all entries of the ledger: 0, always. */
  readonly ledgerTotal: () => Promise<number>;
};

/** What the channels of a world are opened from. */
export type Outside = (base: {
  readonly world: World;
  readonly platform: Platform;
  readonly crashes: Crashes;
}) => Channels | Promise<Channels>;

export async function createPaymentsBase(
  outside: Outside,
  {
    limits = wideLimits,
    risk = noRisk,
  }: { readonly limits?: Limits; readonly risk?: Pick<RiskSettings, "levels" | "stepUp"> } = {},
): Promise<PaymentsBase> {
  const world = await createWorld({ limits });
  const { lines, log } = createLines();
  const metrics = new Map<string, number>();
  const crashes = createCrashes();
  const platform: Platform = {
    ...world.platform,
    log,
    metrics: {
      count: (name, value = 1) => void metrics.set(name, (metrics.get(name) ?? 0) + value),
      gauge: (name, value) => void metrics.set(name, value),
      flush: () => {},
    },
  };
  const channels = await outside({ world, platform, crashes });
  const table = crashingTable(world.table, crashes);
  const ledger = createLedger({ table, platform, limits, openChain: world.accounts.openChain });
  const base = { table, ledger, platform };
  const deps: PaymentsBase["deps"] = {
    ...base,
    ...paymentStores(base),
    observations: createObservations(base),
    routing: routingSchema.parse(stages.local.routing),
    accounts: world.accounts,
    channels,
    clearingShards: CLEARING_SHARDS,
  };
  const consumer = consumeEvents(paymentsEventHandlers(deps), platform);

  const events: DomainEvent[] = [];
  let queue: string[] = [];
  const collect = (): void => {
    const fresh = world.newEvents();
    events.push(...fresh);
    queue.push(...messagesFor("payments", fresh));
  };
  const items = async (prefix: string): Promise<readonly Item[]> => {
    const found: Item[] = [];
    for await (const page of world.table.scan()) {
      found.push(...page.filter((item) => String(item["pk"]).startsWith(prefix)));
    }
    return found;
  };

  return {
    world,
    deps,
    platform,
    api: world.area(
      paymentsRoutes,
      paymentsHandlers({
        ...deps,
        observations: createObservations(base),
        routing: routingSchema.parse(stages.local.routing),
        risk,
      }),
    ),
    transfers: world.area(transfersRoutes, transfersHandlers({ ...deps, risk: noRisk })),
    callbacks: world.area(callbacksRoutes, callbacksHandlers({ table: world.table, platform, channels })),
    crashes,
    lines,
    metrics,
    events,
    announced: (type) => {
      collect();
      return events.filter((event) => event.type === type).length;
    },
    async consume({ twice = false } = {}) {
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
    },
    unhandled: () => queue.length,
    sweep: () => sweepDue(deps),
    items,
    facts: async (id) => (await items(`PAYMENT#${id}`)).filter(({ sk }) => String(sk).startsWith("FACT#")),
    async ledgerTotal() {
      const entries = await items("LEDGER#");
      return entries.reduce((sum, entry) => {
        const { available, held } = entry["amount"] as { available: number; held: number };
        return sum + available + held;
      }, 0);
    },
  };
}
