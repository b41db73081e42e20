/**
 * Reconciliation over the channel in memory: its statement of each day is what a test says, and the money of both sides
 * moves as people and the provider do.
 */
import { opsRoutes } from "../../functions/ops/contract.ts";
import { opsHandlers } from "../../functions/ops/handlers.ts";
import type { ReconciliationDeps } from "../../functions/reconciliation/deps.ts";
import { reconciliationEvents } from "../../functions/reconciliation/event-handlers.ts";
import { reconciliationStores } from "../../functions/reconciliation/wiring.ts";
import { createCampaigns } from "../../shared/campaigns/store.ts";
import type { ChannelCapabilities } from "../../shared/channels/capabilities.ts";
import type { ChannelFailure, ChannelOutcome } from "../../shared/channels/facts.ts";
import { settled } from "../../shared/channels/plan.ts";
import { StatementError, type StatementLine, type StatementSource } from "../../shared/channels/statement.ts";
import { consumeEvents } from "../../shared/events/consume.ts";
import { clearingAccounts, systemAccount } from "../../shared/ledger/account.ts";
import { DAY } from "../../shared/platform/clock.ts";
import type { FeeRules } from "../../shared/reconciliation/fee.ts";
import { FAKE } from "./fake-channel.ts";
import { createFakePaymentsWorld, type FakePaymentsWorld } from "./fake-payments-world.ts";
import { book } from "./ledger-sums.ts";
import { type Area, type Called, lambdaContext, messagesFor, sqsEvent, usd } from "./world.ts";

export const OPS = "olivia!";

type ToldPart = readonly StatementLine[] | "not-ready" | "unreachable";
/** `parts`: several files, one after the other. */
export type Told = ToldPart | "unreadable" | { readonly parts: readonly ToldPart[] };

export type ReconciliationWorld = FakePaymentsWorld & {
  readonly ops: Area<typeof opsRoutes>;
  readonly reconciling: ReconciliationDeps;
  /** What the provider's statement of a day says. */
  readonly states: (day: string, told: Told) => void;
  /** The provider's day now. */
  readonly today: () => string;
  /** A new day begins. */
  readonly nextDay: () => void;
  /** Ada tops up through the channel, and it succeeds. @returns its line in a statement */
  readonly topUp: (value: number) => Promise<StatementLine>;
  /** A member of ops asks for a run, and it is done. @returns its view */
  readonly run: (day: string, options?: { readonly channel?: string }) => Promise<Called["body"]>;
  /** Hands over what waits for the consumer; `twice` each message twice. */
  readonly work: (options?: { readonly twice?: boolean }) => Promise<void>;
  readonly exceptions: (status?: string) => Promise<readonly Called["body"][]>;
  /** What the provider owes us by the ledger. */
  readonly owed: (currency?: "USD" | "EUR") => Promise<number>;
  readonly suspense: () => Promise<number>;
  readonly fees: () => Promise<number>;
};

export async function createReconciliationWorld({
  statement = {},
  feeRules = {},
}: {
  readonly statement?: Partial<ChannelCapabilities["statement"]>;
  readonly feeRules?: FeeRules;
} = {}): Promise<ReconciliationWorld> {
  const kind = { kind: "pages", utcOffsetMinutes: 0, readyAfterMs: 0, ...statement } as const;
  const w = await createFakePaymentsWorld({ capabilities: { statement: kind } });
  await w.world.person("ada");
  const days = new Map<string, Told>();

  const failure: ChannelFailure = { outcome: "unknown", detail: "no answer" };
  const opened = (told: Told): ChannelOutcome<StatementSource> => {
    if (told === "unreachable") return failure;
    if (told === "unreadable") throw new StatementError("a line makes no sense");
    if (typeof told === "string" || !("parts" in told)) return { outcome: "ok", value: sourceOf(told) };
    const parts = told.parts.map((part) => () => settled(opened(part)));
    return { outcome: "ok", value: { kind: "parts", parts } };
  };
  const sourceOf = (told: Exclude<ToldPart, "unreachable">): StatementSource => {
    if (told === "not-ready") return { kind: "not-ready" };
    if (told.length === 0) return { kind: "empty" };
    // Two lines a page, so that there are pages.
    return {
      kind: "pages",
      page: (next = "0") => {
        const from = Number(next);
        const more = from + 2 < told.length ? { next: String(from + 2) } : {};
        return settled({ outcome: "page", lines: told.slice(from, from + 2), ...more });
      },
    };
  };
  const channels: ReconciliationDeps["channels"] = {
    async open(name) {
      const found = await w.deps.channels.open(name);
      return (
        found && {
          ...found,
          channel: { ...found.channel, openStatement: (day) => settled(opened(days.get(day) ?? [])) },
        }
      );
    },
  };
  const { table, platform } = w.deps;
  const reconciling: ReconciliationDeps = {
    ...w.deps,
    ...reconciliationStores({ table }),
    channels,
    feeRules,
  };
  const consumer = consumeEvents(reconciliationEvents(reconciling), platform);
  const ops = w.world.area(
    opsRoutes,
    opsHandlers({
      ...w.deps,
      campaigns: createCampaigns({ table }),
      currencies: ["USD", "EUR"],
      channelNames: [FAKE],
    }),
  );
  let seen = 0;
  const work: ReconciliationWorld["work"] = async ({ twice = false } = {}) => {
    await w.consume();
    const fresh = messagesFor("reconciliation", w.events.slice(seen));
    seen = w.events.length;
    for (const body of twice ? fresh.flatMap((message) => [message, message]) : fresh) {
      const { batchItemFailures } = await consumer(sqsEvent(body), lambdaContext);
      if (batchItemFailures.length > 0) throw new Error(`a run failed: ${w.lines.at(-1)}`);
    }
    await w.consume();
  };
  const today = (): string => new Date(w.world.clock.now()).toISOString().slice(0, 10);
  const balance = async (account: Parameters<typeof book>[1], currency?: "USD" | "EUR") =>
    (await book(w.world, account, currency)).available;
  let keys = 0;

  return {
    ...w,
    ops,
    reconciling,
    work,
    today,
    states: (day, told) => void days.set(day, told),
    nextDay: () => w.world.clock.advance(DAY - (w.world.clock.now() % DAY) + 1),
    async topUp(value) {
      keys += 1;
      const made = await w.api.call("createTopUp", {
        as: "ada",
        key: `top-up-${keys}`,
        body: { amount: usd(value), channel: FAKE },
      });
      const channelPaymentId = w.provider.payments().at(-1)?.id ?? "";
      w.provider.move(channelPaymentId, "succeeded");
      await w.tell("payment", { channelPaymentId });
      return {
        kind: "payment",
        ourId: made.body.id,
        channelPaymentId,
        transactionId: `tx_${channelPaymentId}`,
        amount: { value, currency: "USD" },
        fee: 0,
        occurredAtMs: w.world.clock.now(),
        rawType: "charge",
      };
    },
    async run(day, { channel = FAKE } = {}) {
      keys += 1;
      const asked = await ops.call("createReconciliation", {
        as: OPS,
        key: `run-${keys}`,
        body: { channel, day },
      });
      if (asked.status !== 201) throw new Error(`a run was refused: ${JSON.stringify(asked.body)}`);
      await work();
      return (await ops.call("getReconciliation", { as: OPS, params: { id: asked.body.id } })).body;
    },
    async exceptions(status = "open") {
      const listed = await ops.call("listExceptions", { as: OPS, query: { status } });
      return listed.body.items;
    },
    async owed(currency) {
      const accounts = clearingAccounts(FAKE, reconciling.clearingShards);
      const balances = await Promise.all(accounts.map((account) => balance(account, currency)));
      return 0 - balances.reduce((sum, one) => sum + one, 0);
    },
    suspense: () => balance(systemAccount("suspense")),
    fees: () => balance(systemAccount("fees")),
  };
}
