/**
 * A day's transactions as statement lines, from the transaction search in pages of 500.
 * @see https://developer.paypal.com/docs/api/transaction-search/v1/
 */
import * as z from "zod";
import { DAY } from "../../platform/clock.ts";
import type { StatementDay } from "../channel.ts";
import type { ChannelFailure, ChannelMoney, ChannelOutcome } from "../facts.ts";
import { startOfDay } from "../local-time.ts";
import type { Plan } from "../plan.ts";
import { fromReference } from "../reference.ts";
import type { StatementLine, StatementLineKind, StatementPage, StatementSource } from "../statement.ts";
import { callApi, isFailure, type PayPalContext, successOf } from "./access.ts";
import { fromSigned } from "./amounts.ts";
import { failureOf, unreadable } from "./errors.ts";
import { listTransactions } from "./requests.ts";
import { Text, timeOf, WireMoney } from "./shapes.ts";

/** The largest page there is. */
export const PAGE_SIZE = 500;

const Info = z.object({
  transaction_id: z.string().min(1),
  paypal_reference_id: Text,
  paypal_reference_id_type: Text,
  transaction_event_code: z.string(),
  transaction_initiation_date: z.string(),
  transaction_amount: WireMoney,
  fee_amount: WireMoney.optional(),
  /** S succeeded, V succeeded and was reversed later, P pending, D denied. */
  transaction_status: z.string(),
  invoice_id: Text,
  custom_field: Text,
});

type Info = z.infer<typeof Info>;

const Page = z.object({
  transaction_details: z.array(z.object({ transaction_info: Info })).default([]),
  last_refreshed_datetime: Text,
  page: z.number().int(),
  total_pages: z.number().int().min(0),
});

type Page = z.infer<typeof Page>;

/**
 * What a line is, by PayPal's event code and the sign of its amount. T00nn are payments between accounts, T0001 a
 * payout (mass payment); T1106 and T1201 are what disputes take. Money that comes back against the sign that a kind
 * implies (a won dispute T1202, a returned fee T1108) is `other`, which keeps its sign, as are holds and conversions.
 * @see https://developer.paypal.com/docs/transaction-search/transaction-event-codes/
 */
function kindOf(code: string, value: number): StatementLineKind {
  const gained = value > 0;
  if (code === "T0001") return gained ? "other" : "payout";
  if (code.startsWith("T00")) return gained ? "payment" : "other";
  if (code.startsWith("T01")) return gained ? "other" : "fee";
  switch (code) {
    case "T1107":
      return gained ? "other" : "refund";
    case "T1106":
    case "T1201":
      return gained ? "other" : "dispute";
    case "T1114":
    case "T1115":
      return gained ? "payout-return" : "other";
    default:
      return "other";
  }
}

/** Our id of what the line is about. Our reference travels in both fields; other programs of the account use them too. */
function ourIdOf(kind: StatementLineKind, { custom_field, invoice_id }: Info): string | undefined {
  const from = (what: "payment" | "refund" | "payout") =>
    fromReference(what, custom_field) ?? fromReference(what, invoice_id);
  switch (kind) {
    case "payment":
      return from("payment");
    case "refund":
      return from("refund");
    case "payout":
    case "payout-return":
      return from("payout");
    case "dispute":
    case "fee":
    case "other":
      return undefined;
  }
}

const moneyOf = ({ value, currency_code }: z.infer<typeof WireMoney>): ChannelMoney | undefined =>
  fromSigned(value, currency_code);

/** One transaction as a line; `skipped` for one that has not moved money, `unreadable` for one that makes no sense. */
export function lineOf(info: Info): StatementLine | "skipped" | "unreadable" {
  if (info.transaction_status !== "S" && info.transaction_status !== "V") return "skipped";
  const moved = moneyOf(info.transaction_amount);
  const fee =
    info.fee_amount === undefined ? { value: 0, currency: moved?.currency } : moneyOf(info.fee_amount);
  const occurredAtMs = timeOf(info.transaction_initiation_date);
  if (moved === undefined || fee?.currency !== moved.currency || occurredAtMs === undefined)
    return "unreadable";
  const kind = kindOf(info.transaction_event_code, moved.value);
  const ourId = ourIdOf(kind, info);
  const order = info.paypal_reference_id_type === "ODR" ? info.paypal_reference_id : undefined;
  return {
    kind,
    ...(ourId !== undefined && { ourId }),
    ...(order !== undefined && { channelPaymentId: order }),
    transactionId: info.transaction_id,
    amount: kind === "other" ? moved : { ...moved, value: Math.abs(moved.value) },
    // PayPal writes a fee that it kept as a negative amount.
    fee: 0 - fee.value,
    occurredAtMs,
    rawType: info.transaction_event_code,
  };
}

function* readPage(
  context: PayPalContext,
  day: StatementDay,
  page: number,
): Plan<{ readonly page: Page } | ChannelFailure> {
  const reply = yield* callApi(context, listTransactions(day, page, PAGE_SIZE));
  if (isFailure(reply)) return reply;
  const body = successOf(reply);
  if (body === undefined) return failureOf(reply, { moves: false });
  const read = Page.safeParse(body).data;
  return read === undefined || read.page !== page
    ? unreadable("a page of transactions that cannot be read")
    : { page: read };
}

function* statementPage(
  context: PayPalContext,
  day: StatementDay,
  next: string | undefined,
): Plan<StatementPage | ChannelFailure> {
  const number = next === undefined ? 1 : Number(next);
  if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`${next} is not a page`);
  const read = yield* readPage(context, day, number);
  if (!("page" in read)) return read;
  const lines = read.page.transaction_details.map(({ transaction_info }) => lineOf(transaction_info));
  if (lines.includes("unreadable")) return unreadable("a transaction that cannot be read");
  return {
    outcome: "page",
    lines: lines.filter((line) => typeof line !== "string"),
    ...(number < read.page.total_pages && { next: String(number + 1) }),
  };
}

/**
 * A UTC day's transactions. `not-ready` until PayPal's index, which is up to three hours late, has passed the day's
 * end; where PayPal does not say how far it is, three hours after the end have to do (the caller's time table).
 * A day of more than 10,000 transactions is more than PayPal's search gives out, and is declined.
 */
export function* openStatement(
  context: PayPalContext,
  day: StatementDay,
): Plan<ChannelOutcome<StatementSource>> {
  const end = startOfDay(day, 0) + DAY;
  const first = yield* readPage(context, day, 1);
  if (!("page" in first)) return first;
  const indexedUntil = timeOf(first.page.last_refreshed_datetime) ?? context.tools.now();
  if (indexedUntil < end) return { outcome: "ok", value: { kind: "not-ready" } };
  return first.page.transaction_details.length === 0
    ? { outcome: "ok", value: { kind: "empty" } }
    : { outcome: "ok", value: { kind: "pages", page: (next) => statementPage(context, day, next) } };
}
