/** The transaction search. @see https://developer.paypal.com/docs/api/transaction-search/v1/ */
import { parseForm } from "../kit/form.ts";
import { dayAt, type ExtraMovement, type Movement } from "../kit/statement.ts";
import { json, type WireAnswer, type WireRequest } from "../wire.ts";
import { errorAnswer, invalid, PayPalRefusal } from "./errors.ts";
import { moneyOf } from "./money.ts";
import { DAY_MS, HOUR_MS, type PayPalWorld, printTime } from "./state.ts";

/** The index runs behind by up to three hours. */
const BEHIND_MS = 3 * HOUR_MS;
const MAX_RANGE_MS = 31 * DAY_MS;
const MAX_PAGE = 500;
const MAX_RESULT = 10_000;

/** One transaction. `amount` and `fee` have no sign; `direction` is 1 for money that comes in. */
type Transaction = Movement & {
  readonly transactionId: string;
  readonly code: string;
  readonly currency: string;
  readonly direction: 1 | -1;
  readonly customField?: string | undefined;
  readonly invoiceId?: string | undefined;
  readonly referenceId?: string;
  readonly status: "S" | "P";
};

function* captureTransactions({ kit }: PayPalWorld): Generator<Transaction> {
  for (const capture of kit.state.captures.values()) {
    if (capture.status === "DECLINED") continue;
    yield {
      id: capture.orderId,
      transactionId: capture.id,
      atMs: capture.createdAt,
      code: "T0006",
      direction: 1,
      amount: capture.value,
      fee: capture.fee,
      currency: capture.currency,
      customField: capture.customId,
      invoiceId: capture.invoiceId,
      status: capture.status === "PENDING" ? "P" : "S",
    };
  }
}

function* refundTransactions({ kit }: PayPalWorld): Generator<Transaction> {
  for (const refund of kit.state.refunds.values()) {
    if (refund.status === "FAILED") continue;
    yield {
      id: refund.id,
      transactionId: refund.id,
      atMs: refund.createdAt,
      code: "T1107",
      direction: -1,
      amount: refund.value,
      fee: 0,
      currency: refund.currency,
      customField: refund.customId,
      invoiceId: refund.invoiceId,
      referenceId: refund.captureId,
      status: refund.status === "PENDING" ? "P" : "S",
    };
  }
}

function* payoutTransactions({ kit }: PayPalWorld): Generator<Transaction> {
  for (const payout of kit.state.payouts.values()) {
    const { id, transactionId, currency, value, senderItemId } = payout;
    const line = { id, currency, amount: value, customField: senderItemId, status: "S" } as const;
    if (payout.sentAt !== undefined) {
      yield { ...line, transactionId, atMs: payout.sentAt, code: "T0001", direction: -1, fee: payout.fee };
    }
    if (payout.returnedAt !== undefined) {
      const returnId = `R${transactionId.slice(1)}`;
      const back = { atMs: payout.returnedAt, code: "T1115", direction: 1, fee: 0 } as const;
      yield { ...line, ...back, transactionId: returnId, referenceId: transactionId };
    }
  }
}

function* disputeTransactions({ kit }: PayPalWorld): Generator<Transaction> {
  for (const dispute of kit.state.disputes.values()) {
    const { id, captureId, currency, value } = dispute;
    const line = { id, currency, amount: value, fee: 0, referenceId: captureId, status: "S" } as const;
    const name = id.replaceAll("-", "");
    yield { ...line, transactionId: `${name}T1201`, atMs: dispute.createdAt, code: "T1201", direction: -1 };
    if (dispute.outcome === "RESOLVED_SELLER_FAVOUR") {
      yield { ...line, transactionId: `${name}T1202`, atMs: dispute.updatedAt, code: "T1202", direction: 1 };
    }
  }
}

function* allTransactions(world: PayPalWorld): Generator<Transaction> {
  yield* captureTransactions(world);
  yield* refundTransactions(world);
  yield* payoutTransactions(world);
  yield* disputeTransactions(world);
}

/** A payment that never happened. */
const extra = ({ id, day, amount }: ExtraMovement): Transaction => ({
  id,
  transactionId: id,
  atMs: Date.parse(`${day}T12:00:00Z`),
  code: "T0006",
  direction: 1,
  amount,
  fee: 0,
  currency: "USD",
  customField: id,
  status: "S",
});

const reportTime = (atMs: number): string => printTime(atMs).replace("Z", "+0000");

const transactionView = (line: Transaction) => ({
  transaction_info: {
    transaction_id: line.transactionId,
    ...(line.referenceId !== undefined && {
      paypal_reference_id: line.referenceId,
      paypal_reference_id_type: "TXN",
    }),
    transaction_event_code: line.code,
    transaction_initiation_date: reportTime(line.atMs),
    transaction_updated_date: reportTime(line.atMs),
    transaction_amount: moneyOf(line.amount * line.direction, line.currency),
    ...(line.fee !== 0 && { fee_amount: moneyOf(0 - line.fee, line.currency) }),
    transaction_status: line.status,
    ...(line.customField !== undefined && { custom_field: line.customField }),
    ...(line.invoiceId !== undefined && { invoice_id: line.invoiceId }),
  },
});

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/;

function timeOf(query: ReadonlyMap<string, string>, name: string): number {
  const text = query.get(name) ?? "";
  const at = Date.parse(text);
  if (!RFC3339.test(text) || Number.isNaN(at)) throw invalid(name, "INVALID_PARAMETER_SYNTAX");
  return at;
}

function countOf(query: ReadonlyMap<string, string>, name: string, fallback: number, max: number): number {
  const text = query.get(name) ?? String(fallback);
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > max) throw invalid(name, "INVALID_PARAMETER_VALUE");
  return count;
}

/** Every transaction between two times, day by day, so that the ordered faults of each day apply. */
function transactionsBetween(world: PayPalWorld, fromMs: number, toMs: number): readonly Transaction[] {
  const all = [...allTransactions(world)];
  const days: string[] = [];
  for (let at = Date.parse(dayAt(fromMs, 0)); at <= toMs; at += DAY_MS) days.push(dayAt(at, 0));
  return days.flatMap((day) => world.kit.statementOf(all, day, { utcOffsetMinutes: 0, extra }));
}

/** `GET /v1/reporting/transactions` */
export function listTransactions(world: PayPalWorld, request: WireRequest): WireAnswer {
  const query = parseForm(request.query);
  const from = timeOf(query, "start_date");
  const to = timeOf(query, "end_date");
  if (to <= from || to - from > MAX_RANGE_MS) throw invalid("end_date", "INVALID_DATE_RANGE");
  const pageSize = countOf(query, "page_size", 100, MAX_PAGE);
  const page = countOf(query, "page", 1, Number.MAX_SAFE_INTEGER);
  const indexedUntil = world.kit.now() - BEHIND_MS;
  const found = transactionsBetween(world, from, to).filter(({ atMs }) => atMs <= indexedUntil);
  if (found.length > MAX_RESULT) {
    throw new PayPalRefusal(
      errorAnswer(400, "RESULTSET_TOO_LARGE", "Result set size is greater than the maximum."),
    );
  }
  const shown = found.slice((page - 1) * pageSize, page * pageSize);
  return json(200, {
    transaction_details: shown.map(transactionView),
    account_number: world.merchantId,
    start_date: reportTime(from),
    end_date: reportTime(to),
    last_refreshed_datetime: reportTime(indexedUntil),
    page,
    total_items: found.length,
    total_pages: Math.ceil(found.length / pageSize),
    links: [],
  });
}
