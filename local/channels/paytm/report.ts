/** Settlement reports: a CSV per Indian day, as the merchant's transfer job would store it. */

import { dayAt, type Movement } from "../kit/statement.ts";
import type { WireAnswer, WireRequest } from "../wire.ts";
import type { Paytm } from "./context.ts";
import { indianTime, rupees, type State } from "./state.ts";

const INDIA = 330;

const heading =
  "transaction_type,order_id,transaction_id,ref_id,amount,commission,gst,settled_amount,transaction_date,payment_mode";

type ReportLine = Movement & {
  readonly type: "ACQUIRING" | "REFUND";
  readonly orderId: string;
  readonly transactionId: string;
  readonly refId: string;
};

/** Two per cent, and 18 per cent tax on that. */
const feeOf = (value: number): number => {
  const commission = Math.floor((value * 2) / 100);
  return commission + Math.floor((commission * 18) / 100);
};

function* movements({ orders, refunds }: State): Generator<ReportLine> {
  for (const { orderId, value, transaction } of orders.values()) {
    if (transaction?.status !== "TXN_SUCCESS") continue;
    const { txnId, atMs } = transaction;
    const ids = { id: orderId, orderId, transactionId: txnId, refId: "" };
    yield { type: "ACQUIRING", ...ids, atMs, amount: value, fee: feeOf(value) };
  }
  for (const { refId, refundId, orderId, value, creditedAtMs } of refunds.values()) {
    if (creditedAtMs === null) continue;
    const ids = { id: refId, orderId, transactionId: refundId, refId };
    yield { type: "REFUND", ...ids, atMs: creditedAtMs, amount: value, fee: 0 };
  }
}

function printed({ type, orderId, transactionId, refId, amount, fee, atMs }: ReportLine): string {
  const gst = Math.trunc((fee * 18) / 118);
  const settled = (type === "REFUND" ? -amount : amount) - fee;
  const money = [amount, fee - gst, gst, settled].map(rupees);
  return [type, orderId, transactionId, refId, ...money, indianTime(atMs), '"UPI, ""intent"""'].join(",");
}

function report({ kit }: Paytm, day: string): string {
  const lines = kit.statementOf(movements(kit.state), day, {
    utcOffsetMinutes: INDIA,
    extra: ({ id, amount }): ReportLine => ({
      type: "ACQUIRING",
      id,
      orderId: id,
      transactionId: id,
      refId: "",
      amount,
      fee: 0,
      atMs: Date.parse(`${day}T06:30:00Z`),
    }),
  });
  return [heading, ...lines.map(printed), ""].join("\r\n");
}

/** Answers for the place that `template` (`https://…/{day}…`) names; `undefined` for any other address. */
export function answerReport(
  paytm: Paytm,
  request: WireRequest,
  { template, token }: { readonly template: string | undefined; readonly token: string | undefined },
): WireAnswer | undefined {
  if (template === undefined || request.method !== "GET") return undefined;
  const [before = "", after = ""] = decodeURI(new URL(template).pathname).split("{day}", 2);
  const { path } = request;
  if (!path.startsWith(before) || !path.endsWith(after)) return undefined;
  const day = path.slice(before.length, path.length - after.length);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const text = { "content-type": "text/plain" };
  if (token !== undefined && request.headers["authorization"] !== `Bearer ${token}`) {
    return { status: 401, headers: text, body: "The token is missing or wrong." };
  }
  // A day's report exists once the day is over.
  if (day >= dayAt(paytm.kit.now(), INDIA)) return { status: 404, headers: text, body: "Not there yet." };
  const body = Buffer.from(report(paytm, day));
  const headers = { "content-type": "text/csv; charset=utf-8", "accept-ranges": "bytes" };
  return request.headers["range"] === "bytes=0-0"
    ? {
        status: 206,
        headers: { ...headers, "content-range": `bytes 0-0/${body.length}` },
        body: body.subarray(0, 1),
      }
    : { status: 200, headers, body };
}
