/** The day's statement, without a network. */
import { describe, expect, it } from "vitest";
import type { StatementLine } from "../../../../shared/channels/statement.ts";
import {
  aDispute,
  answered,
  aRefund,
  aTransfer,
  okValue,
  openStripe,
  PAYMENT_ID,
  PAYOUT_ID,
  REFUND_ID,
  refusedWith,
  runPlan,
} from "./run-plan.ts";

const DAY = "2026-01-15";
const NOON = 1_768_478_400;
const NEXT_MORNING = Date.UTC(2026, 0, 16, 6);

const aCharge = {
  id: "ch_3abc",
  object: "charge",
  payment_intent: "pi_3abc",
  metadata: { payment_id: PAYMENT_ID },
};
const aLine = (overrides: Record<string, unknown> = {}) => ({
  id: "txn_1",
  object: "balance_transaction",
  amount: 1230,
  fee: 66,
  net: 1164,
  currency: "usd",
  created: NOON,
  type: "charge",
  reporting_category: "charge",
  source: aCharge,
  ...overrides,
});
const pageOf = (lines: unknown[], has_more = false) =>
  answered(200, { object: "list", data: lines, has_more });

function openPages(nowMs = NEXT_MORNING) {
  const source = okValue(runPlan(openStripe(nowMs).openStatement(DAY)).value);
  if (source.kind !== "pages") throw new Error(source.kind);
  return source.page;
}

function lineOf(overrides: Record<string, unknown>): StatementLine | undefined {
  const page = runPlan(openPages()(), [pageOf([aLine(overrides)])]).value;
  if (page.outcome !== "page") throw new Error(JSON.stringify(page));
  return page.lines[0];
}

describe("a statement", () => {
  it("is not ready before its day has been over for an hour", () => {
    const kindAt = (nowMs: number) => okValue(runPlan(openStripe(nowMs).openStatement(DAY)).value).kind;
    expect(kindAt(Date.UTC(2026, 0, 16, 0, 59, 59))).toBe("not-ready");
    expect(kindAt(Date.UTC(2026, 0, 16, 1))).toBe("pages");
  });

  it("is asked for by the page, and goes on behind the last line", () => {
    const page = openPages();
    const first = runPlan(page(), [pageOf([aLine(), aLine({ id: "txn_2" })], true)]);
    expect(decodeURIComponent(first.requests[0]?.url ?? "")).toBe(
      "https://api.stripe.com/v1/balance_transactions?created[gte]=1768435200&created[lt]=1768521600" +
        "&expand[]=data.source&limit=100",
    );
    expect(first.value).toMatchObject({ outcome: "page", next: "txn_2" });
    const second = runPlan(page("txn_2"), [pageOf([])]);
    expect(second.requests[0]?.url).toContain("starting_after=txn_2");
    expect(second.value).toEqual({ outcome: "page", lines: [] });
  });

  it("says what a payment brought and cost", () => {
    expect(lineOf({})).toEqual({
      kind: "payment",
      ourId: PAYMENT_ID,
      channelPaymentId: "pi_3abc",
      transactionId: "txn_1",
      amount: { value: 1230, currency: "USD" },
      fee: 66,
      occurredAtMs: NOON * 1000,
      rawType: "charge",
    });
  });

  it.each([
    ["a payment by another method", { type: "payment" }, "payment", 1230, PAYMENT_ID],
    ["a refund", { type: "refund", amount: -230, fee: 0, source: aRefund() }, "refund", 230, REFUND_ID],
    [
      "a refund that failed",
      { type: "refund_failure", amount: 230, source: aRefund() },
      "other",
      230,
      REFUND_ID,
    ],
    ["a payout", { type: "transfer", amount: -500, source: aTransfer() }, "payout", 500, PAYOUT_ID],
    [
      "a dispute's taking",
      { type: "adjustment", reporting_category: "dispute", amount: -1230, fee: 1500, source: aDispute() },
      "dispute",
      1230,
      undefined,
    ],
    [
      "a dispute's money back",
      { type: "adjustment", reporting_category: "dispute_reversal", amount: 1230, source: aDispute() },
      "other",
      1230,
      undefined,
    ],
    ["a fee of Stripe's", { type: "stripe_fee", amount: -25, fee: 0, source: null }, "fee", 25, undefined],
    ["a fee given back", { type: "stripe_fee", amount: 25, fee: 0, source: null }, "other", 25, undefined],
    ["money sent to our bank", { type: "payout", amount: -9000, source: "po_1" }, "other", -9000, undefined],
    [
      "a kind of tomorrow",
      { type: "stellar", amount: -1, source: { object: "star" } },
      "other",
      -1,
      undefined,
    ],
    [
      "an adjustment of nothing",
      { type: "adjustment", amount: 0, fee: 0, source: null },
      "other",
      0,
      undefined,
    ],
  ])("reads %s", (_what, overrides, kind, value, ourId) => {
    const line = lineOf(overrides);
    expect([line?.kind, line?.amount.value, line?.ourId]).toStrictEqual([kind, value, ourId]);
    expect(line?.rawType).toBe("type" in overrides ? overrides.type : "charge");
  });

  it("says what was paid, refunded or sent before Stripe converted it", () => {
    const eur = { amount: 1100, currency: "eur" };
    const jpy = { amount: 1700, currency: "jpy" };
    expect(lineOf({ source: { ...aCharge, ...eur } })).toMatchObject({
      amount: { value: 1230, currency: "USD" },
      presented: { value: 1100, currency: "EUR" },
    });
    expect(lineOf({ source: { ...aCharge, ...jpy } })?.presented).toEqual({ value: 1700, currency: "JPY" });
    expect(lineOf({ type: "refund", amount: -230, source: { ...aRefund(), ...eur } })).toMatchObject({
      kind: "refund",
      presented: { value: 1100, currency: "EUR" },
    });
    for (const source of [
      { ...aCharge, amount: 1230, currency: "usd" },
      { ...aCharge, currency: "eur" },
      { ...aCharge, amount: -5, currency: "eur" },
      { ...aDispute(), ...eur },
      "ch_3abc",
    ]) {
      expect(lineOf({ source })).not.toHaveProperty("presented");
    }
  });

  it("names the payment of a dispute and of a refund", () => {
    const dispute = { type: "adjustment", reporting_category: "dispute", amount: -1, source: aDispute() };
    expect(lineOf(dispute)?.channelPaymentId).toBe("pi_3abc");
    expect(lineOf({ type: "refund", amount: -1, source: aRefund() })?.channelPaymentId).toBe("pi_3abc");
  });

  it("tells a fee that came back", () => {
    expect(lineOf({ fee: -66 })?.fee).toBe(-66);
  });

  it("asks a reversal's transfer what it was for", () => {
    const source = { object: "transfer_reversal", id: "trr_1", transfer: "tr_3abc", metadata: {} };
    const returned = aLine({ type: "transfer_refund", amount: 500, fee: 0, source });
    const { value, requests } = runPlan(openPages()(), [pageOf([returned]), answered(200, aTransfer())]);
    expect(requests[1]?.url).toBe("https://api.stripe.com/v1/transfers/tr_3abc");
    expect(value).toMatchObject({
      lines: [{ kind: "payout-return", ourId: PAYOUT_ID, amount: { value: 500 } }],
    });
    const failed = runPlan(openPages()(), [pageOf([returned]), refusedWith(503, {})]).value;
    expect(failed.outcome).toBe("unknown");
  });

  it("writes amounts in our minor units", () => {
    expect(lineOf({ amount: 50_000, fee: 200, currency: "isk" })).toMatchObject({
      amount: { value: 500, currency: "ISK" },
      fee: 2,
    });
  });

  it.each([
    ["of another day", aLine({ created: 1_768_521_600 })],
    ["from before it", aLine({ created: 1_768_435_199 })],
    ["with half a króna", aLine({ amount: 150, currency: "isk" })],
    ["without a type", aLine({ type: undefined })],
    ["with a fraction", aLine({ amount: 1.5 })],
  ])("is not believed with a line %s", (_what, line) => {
    expect(runPlan(openPages()(), [pageOf([line])]).value.outcome).toBe("unknown");
  });

  it("is not believed when more is to come behind nothing, and fails when Stripe does", () => {
    expect(runPlan(openPages()(), [pageOf([], true)]).value.outcome).toBe("unknown");
    expect(runPlan(openPages()(), [refusedWith(429, {})]).value.outcome).toBe("notSent");
  });
});
