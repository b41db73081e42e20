/**
 * Stripe's statement: the balance transactions of a UTC day, page by page.
 * @see https://docs.stripe.com/api/balance_transactions and /reports/balance-transaction-types
 */
import * as z from "zod";
import { DAY } from "../../platform/clock.ts";
import type { ChannelTools, StatementDay } from "../channel.ts";
import type { ChannelFailure, ChannelMoney, ChannelOutcome } from "../facts.ts";
import { startOfDay } from "../local-time.ts";
import { type Plan, settled } from "../plan.ts";
import type { StatementLine, StatementLineKind, StatementPage, StatementSource } from "../statement.ts";
import { fromStripeAmount } from "./amounts.ts";
import { pathTo, type StripeApi } from "./api.ts";
import { stripeCapabilities } from "./capabilities.ts";
import { doubtful, IdOrObject, idOf, Metadata, notUnderstood, ObjectId, ownId, Seconds } from "./shapes.ts";

const PAGE_LINES = 100;

const LineShape = z.object({
  id: ObjectId,
  object: z.literal("balance_transaction"),
  amount: z.int(),
  fee: z.int(),
  currency: z.string().length(3),
  created: Seconds,
  type: z.string().min(1).max(100),
  reporting_category: z.string().nullish(),
  source: z.unknown(),
});
type Line = z.output<typeof LineShape>;

const PageShape = z.object({ object: z.literal("list"), data: z.array(LineShape), has_more: z.boolean() });

const related = IdOrObject.nullish().catch(undefined);

/** The object behind a line, leniently: a charge, a refund, a transfer, a reversal, a dispute, or none of these. */
const SourceShape = z.object({
  object: z.string().optional().catch(undefined),
  metadata: Metadata.catch(undefined),
  payment_intent: related,
  transfer: related,
  amount: z.int().nonnegative().optional().catch(undefined),
  currency: z.string().length(3).optional().catch(undefined),
});
type Source = z.output<typeof SourceShape>;

/** What a line means, and whether money came (1) or went (-1). */
type Meaning = { readonly kind: StatementLineKind; readonly direction: 1 | -1 };

const meanings: ReadonlyMap<string, Meaning> = new Map([
  ["charge", { kind: "payment", direction: 1 }],
  ["payment", { kind: "payment", direction: 1 }],
  ["refund", { kind: "refund", direction: -1 }],
  ["payment_refund", { kind: "refund", direction: -1 }],
  ["transfer", { kind: "payout", direction: -1 }],
  ["transfer_refund", { kind: "payout-return", direction: 1 }],
  ["transfer_cancel", { kind: "payout-return", direction: 1 }],
  ["transfer_failure", { kind: "payout-return", direction: 1 }],
  ["stripe_fee", { kind: "fee", direction: -1 }],
  ["stripe_fx_fee", { kind: "fee", direction: -1 }],
  ["tax_fee", { kind: "fee", direction: -1 }],
]);

const takenByDispute: Meaning = { kind: "dispute", direction: -1 };

/**
 * A line that goes the other way than its kind (a dispute's money that came back, a refund that failed) is `other`,
 * which alone carries a sign.
 */
function kindOf({ amount, reporting_category, type }: Line): StatementLineKind {
  const meaning = reporting_category === "dispute" ? takenByDispute : meanings.get(type);
  return meaning !== undefined && amount * meaning.direction >= 0 ? meaning.kind : "other";
}

/** A signed amount, exactly; `undefined` when our minor units cannot say it. */
function signedMoney(amount: number, currency: string): ChannelMoney | undefined {
  const money = fromStripeAmount(Math.abs(amount), currency);
  // Adding 0 turns -0, which no reader expects, into 0.
  return money && { ...money, value: Math.sign(amount) * money.value + 0 };
}

const ourIdOf = (metadata: Source["metadata"]): string | undefined =>
  // A refund carries its payment's id too, and is meant itself.
  ownId("refund", metadata) ?? ownId("payout", metadata) ?? ownId("payment", metadata);

/**
 * What was paid, refunded or sent, by the object behind the line itself, where Stripe converted it for the balance.
 * Others have amounts of their own meaning: a dispute's is in either currency.
 */
function presentedOf(line: Line): ChannelMoney | undefined {
  const { object, amount, currency } = SourceShape.safeParse(line.source).data ?? {};
  if (object === undefined || !presenting.has(object) || amount === undefined || currency === undefined)
    return undefined;
  return currency === line.currency ? undefined : fromStripeAmount(amount, currency);
}
const presenting: ReadonlySet<string> = new Set(["charge", "refund", "transfer", "transfer_reversal"]);

function toLine(line: Line, source: Source | undefined): StatementLine | undefined {
  const amount = signedMoney(line.amount, line.currency);
  const fee = signedMoney(line.fee, line.currency);
  if (amount === undefined || fee === undefined) return undefined;
  const kind = kindOf(line);
  const ourId = ourIdOf(source?.metadata);
  const channelPaymentId = idOf(source?.payment_intent);
  const presented = presentedOf(line);
  return {
    kind,
    ...(ourId === undefined ? {} : { ourId }),
    ...(channelPaymentId === undefined ? {} : { channelPaymentId }),
    transactionId: line.id,
    amount: kind === "other" ? amount : { ...amount, value: Math.abs(amount.value) },
    ...(presented === undefined ? {} : { presented }),
    fee: fee.value,
    occurredAtMs: line.created * 1000,
    rawType: line.type,
  };
}

export function stripeStatement(api: StripeApi, tools: Pick<ChannelTools, "now">) {
  /** A reversal does not say what its transfer was for; the transfer does. Reversals are rare. */
  function* sourceOf(line: Line): Plan<Source | undefined | ChannelFailure> {
    const source = SourceShape.safeParse(line.source).data;
    const transferId = source?.object === "transfer_reversal" ? idOf(source.transfer) : undefined;
    if (transferId === undefined) return source;
    const result = yield* api.get("stripe.statement-transfer", pathTo("transfers", transferId));
    return result.ok ? SourceShape.safeParse(result.object).data : result.failure;
  }

  function* page(from: number, until: number, after?: string): Plan<StatementPage | ChannelFailure> {
    const result = yield* api.get("stripe.statement", "/v1/balance_transactions", {
      created: { gte: from / 1000, lt: until / 1000 },
      expand: ["data.source"],
      limit: PAGE_LINES,
      starting_after: after,
    });
    if (!result.ok) return result.failure;
    const read = PageShape.safeParse(result.object).data;
    if (read === undefined) return notUnderstood;
    const lines: StatementLine[] = [];
    for (const raw of read.data) {
      if (raw.created * 1000 < from || raw.created * 1000 >= until)
        return doubtful("a line is of another day");
      const source = yield* sourceOf(raw);
      if (source !== undefined && "outcome" in source) return source;
      const line = toLine(raw, source);
      if (line === undefined) return doubtful("a line has an amount that cannot be expressed");
      lines.push(line);
    }
    const last = read.data.at(-1)?.id;
    if (!read.has_more) return { outcome: "page", lines };
    return last === undefined ? notUnderstood : { outcome: "page", lines, next: last };
  }

  return {
    openStatement(day: StatementDay): Plan<ChannelOutcome<StatementSource>> {
      const from = startOfDay(day, stripeCapabilities.statement.utcOffsetMinutes);
      const until = from + DAY;
      const source: StatementSource =
        tools.now() < until + stripeCapabilities.statement.readyAfterMs
          ? { kind: "not-ready" }
          : { kind: "pages", page: (next) => page(from, until, next) };
      return settled({ outcome: "ok", value: source });
    },
  };
}
