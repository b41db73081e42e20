import { describe, expect, it } from "vitest";
import type { ChannelOutcome } from "../../../../shared/channels/facts.ts";
import type { PayPalContext } from "../../../../shared/channels/paypal/access.ts";
import { queryDispute } from "../../../../shared/channels/paypal/disputes.ts";
import { orderFact, parseCaptureFact, parseOrder } from "../../../../shared/channels/paypal/payment-facts.ts";
import { parseBatch, payoutFact } from "../../../../shared/channels/paypal/payout-facts.ts";
import { parseRefundFact } from "../../../../shared/channels/paypal/refunds.ts";
import { PayPalSettings } from "../../../../shared/channels/paypal/settings.ts";
import { timeOf } from "../../../../shared/channels/paypal/shapes.ts";
import type { StepResult } from "../../../../shared/channels/plan.ts";

const NOW = Date.UTC(2026, 10, 22);
const REFERENCE = "0123456789ABCDEFGHJKMNPQRS";
const OTHER = "9123456789ABCDEFGHJKMNPQRS";
const paymentId = `pay_${REFERENCE}`;

const context: PayPalContext = {
  settings: PayPalSettings.parse({
    enabled: true,
    livemode: true,
    merchantId: "MERCHANT00001",
    webhookId: "8PT597110X687430L",
    returnUrl: "https://kith.example/return",
    cancelUrl: "https://kith.example/cancel",
  }),
  keys: { clientId: "client-id-0001", clientSecret: "client-secret-0001" },
  tools: { now: () => NOW, bytes: (count) => new Uint8Array(count) },
};

const money = { currency_code: "USD", value: "12.30" };
const capture = (status: string, changes: object = {}) => ({
  id: "3C679366HH908993F",
  status,
  amount: money,
  custom_id: REFERENCE,
  create_time: "2026-11-21T10:00:00Z",
  ...changes,
});
const order = (status: string, captures: readonly object[] = [], unit: object = {}) => ({
  id: "5O190127TN364715T",
  status,
  create_time: "2026-11-21T09:00:00Z",
  purchase_units: [
    { custom_id: REFERENCE, amount: money, ...(captures.length > 0 && { payments: { captures } }), ...unit },
  ],
});

function factOf(body: object) {
  const read = parseOrder(body);
  if (read === undefined) return "unreadable";
  return orderFact(context, read, { paymentId, orderId: "5O190127TN364715T" });
}
const statusOf = (fact: ReturnType<typeof factOf>) =>
  typeof fact === "string" ? fact : fact.outcome === "ok" ? fact.value.status : fact.outcome;

describe("an order of PayPal", () => {
  it.each([
    ["CREATED", "requires_action"],
    ["SAVED", "requires_action"],
    ["PAYER_ACTION_REQUIRED", "requires_action"],
    ["APPROVED", "requires_capture"],
    ["VOIDED", "cancelled"],
    ["COMPLETED", "unknown"],
    ["SOMETHING_NEW", "unknown"],
  ])("that is %s without a capture is %s", (status, neutral) => {
    expect(statusOf(factOf(order(status)))).toBe(neutral);
  });

  it.each([
    ["PENDING", "processing"],
    ["COMPLETED", "succeeded"],
    ["PARTIALLY_REFUNDED", "succeeded"],
    ["REFUNDED", "succeeded"],
    ["DECLINED", "failed"],
    ["FAILED", "failed"],
    ["SOMETHING_NEW", "unknown"],
  ])("that is COMPLETED is as its capture is: %s is %s", (status, neutral) => {
    expect(statusOf(factOf(order("COMPLETED", [capture(status)])))).toBe(neutral);
  });

  it("says the capture's id, amount, time and reason", () => {
    const declined = capture("DECLINED", {
      status_details: { reason: "REFUSED" },
      amount: { ...money, value: "12.31" },
    });
    expect(factOf(order("COMPLETED", [declined]))).toEqual({
      outcome: "ok",
      value: {
        channel: "paypal",
        kind: "payment",
        channelPaymentId: "5O190127TN364715T",
        transactionId: "3C679366HH908993F",
        paymentId,
        status: "failed",
        attemptFailed: { code: "REFUSED", message: expect.any(String) },
        amount: { value: 1231, currency: "USD" },
        livemode: true,
        occurredAtMs: Date.UTC(2026, 10, 21, 10),
        rawStatus: "DECLINED",
      },
    });
  });

  it("with several captures is as the one that brought money", () => {
    const captures = [
      capture("DECLINED"),
      capture("COMPLETED", { id: "GOOD" }),
      capture("DECLINED", { id: "LAST" }),
    ];
    expect(factOf(order("COMPLETED", captures))).toMatchObject({ value: { transactionId: "GOOD" } });
    const failed = [capture("DECLINED"), capture("DECLINED", { id: "LAST" })];
    expect(factOf(order("COMPLETED", failed))).toMatchObject({ value: { transactionId: "LAST" } });
  });

  it.each([
    ["another payment", order("APPROVED", [], { custom_id: OTHER })],
    ["no payment of ours", order("APPROVED", [], { custom_id: undefined })],
    ["another order", { ...order("APPROVED"), id: "OTHER" }],
    ["another merchant", order("APPROVED", [], { payee: { merchant_id: "SOMEBODYELSE" } })],
    [
      "another merchant's capture",
      order("COMPLETED", [capture("COMPLETED", { payee: { merchant_id: "X" } })]),
    ],
    ["an amount that is none", order("APPROVED", [], { amount: { ...money, value: "1e3" } })],
  ])("about %s is unknown", (_what, body) => {
    expect(statusOf(factOf(body))).toBe("unknown");
  });

  it.each([[{}], [null], ["text"], [{ ...order("APPROVED"), purchase_units: [] }]])("is none: %j", (body) => {
    expect(parseOrder(body)).toBeUndefined();
  });
});

describe("a capture of PayPal", () => {
  const asked = { paymentId, orderId: "5O190127TN364715T", captureId: "3C679366HH908993F" };
  const fact = (body: object) => parseCaptureFact(context, body, asked);

  it("is a fact of its order, also without our id", () => {
    expect(fact(capture("COMPLETED"))).toMatchObject({
      outcome: "ok",
      value: { paymentId, status: "succeeded" },
    });
    const anonymous = fact(capture("COMPLETED", { custom_id: undefined }));
    expect(anonymous).toMatchObject({ outcome: "ok", value: { channelPaymentId: asked.orderId } });
  });

  it.each([
    ["another capture", capture("COMPLETED", { id: "OTHER" })],
    ["another payment", capture("COMPLETED", { custom_id: OTHER })],
    ["another order", capture("COMPLETED", { supplementary_data: { related_ids: { order_id: "OTHER" } } })],
    ["another merchant", capture("COMPLETED", { payee: { merchant_id: "SOMEBODYELSE" } })],
    ["nothing", {}],
  ])("about %s is unknown", (_what, body) => {
    expect(fact(body).outcome).toBe("unknown");
  });
});

describe("a refund of PayPal", () => {
  const asked = { refundId: `rfd_${OTHER}`, paymentId };
  const body = (status: string, changes: object = {}) => ({
    id: "1JU08902781691411",
    status,
    amount: money,
    custom_id: OTHER,
    ...changes,
  });
  it.each([
    ["COMPLETED", "succeeded"],
    ["PENDING", "processing"],
    ["FAILED", "failed"],
    ["CANCELLED", "failed"],
  ])("that is %s is %s", (status, neutral) => {
    expect(parseRefundFact(context, body(status), asked)).toMatchObject({
      outcome: "ok",
      value: { status: neutral, refundId: asked.refundId, occurredAtMs: NOW },
    });
  });

  it("may carry its payment's id in place of its own, and then names no id of ours", () => {
    const fact = parseRefundFact(context, body("COMPLETED", { custom_id: REFERENCE }), asked);
    expect(fact.outcome === "ok" && fact.value.refundId).toBeUndefined();
    expect(fact.outcome).toBe("ok");
    const strange = body("COMPLETED", { custom_id: "8123456789ABCDEFGHJKMNPQRS" });
    expect(parseRefundFact(context, strange, asked).outcome).toBe("unknown");
    expect(parseRefundFact(context, body("NEW_WORD"), asked).outcome).toBe("unknown");
  });
});

describe("a payout of PayPal", () => {
  const asked = { payoutId: `wdr_${REFERENCE}`, batchId: "BATCH1", money: { value: 1230, currency: "USD" } };
  const batch = (batchStatus: string, item?: string, changes: object = {}) => ({
    batch_header: {
      payout_batch_id: "BATCH1",
      batch_status: batchStatus,
      sender_batch_header: { sender_batch_id: REFERENCE },
    },
    ...(item !== undefined && {
      items: [
        {
          payout_item_id: "ITEM1",
          transaction_status: item,
          payout_item: { amount: { currency: "USD", value: "12.30" }, sender_item_id: REFERENCE },
          ...changes,
        },
      ],
    }),
  });
  const statusOfPayout = (body: object): string => {
    const read = parseBatch(body, asked);
    const fact: ChannelOutcome<{ status: string }> =
      read === undefined ? { outcome: "unknown" } : payoutFact(context, read, asked);
    return fact.outcome === "ok" ? fact.value.status : fact.outcome;
  };

  it.each([
    ["SUCCESS", "SUCCESS", "succeeded"],
    ["SUCCESS", "UNCLAIMED", "requires_action"],
    ["SUCCESS", "ONHOLD", "processing"],
    ["SUCCESS", "BLOCKED", "failed"],
    ["DENIED", "FAILED", "failed"],
    ["SUCCESS", "RETURNED", "returned"],
    ["SUCCESS", "REVERSED", "returned"],
    ["SUCCESS", "REFUNDED", "returned"],
    ["SUCCESS", "NEW_WORD", "unknown"],
    ["SUCCESS", undefined, "processing"],
    ["PENDING", undefined, "processing"],
    ["DENIED", undefined, "failed"],
    ["NEW_WORD", undefined, "unknown"],
  ])("in a batch %s with an item %s is %s", (batchStatus, item, neutral) => {
    expect(statusOfPayout(batch(batchStatus, item))).toBe(neutral);
  });

  it("about another batch, sender or item is none", () => {
    const good = batch("SUCCESS", "SUCCESS");
    const header = { ...good.batch_header, payout_batch_id: "BATCH2" };
    const sender = { ...good.batch_header, sender_batch_header: { sender_batch_id: OTHER } };
    const strange = batch("SUCCESS", "SUCCESS", {
      payout_item: { amount: { currency: "USD", value: "12.30" }, sender_item_id: OTHER },
    });
    const several = { items: [...(good.items ?? []), ...(good.items ?? [])] };
    const unreadable = { items: [{ ...good.items?.[0], payout_item: { amount: money } }] };
    for (const changes of [
      { batch_header: header },
      { batch_header: sender },
      strange,
      several,
      unreadable,
    ]) {
      expect(parseBatch({ ...good, ...changes }, asked)).toBeUndefined();
    }
    expect(parseBatch(good, asked)).toBeDefined();
  });
});

describe("a dispute of PayPal", () => {
  const body = (status: string, outcome_code?: string, changes: object = {}) => ({
    dispute_id: "PP-D-12345",
    status,
    reason: "UNAUTHORISED",
    dispute_amount: money,
    disputed_transactions: [{ seller_transaction_id: "3C679366HH908993F" }],
    ...(outcome_code !== undefined && { dispute_outcome: { outcome_code } }),
    ...changes,
  });
  /** Answers the plan's steps: a remembered token, then this body. */
  const query = (answer: object) => {
    const plan = queryDispute(context, "PP-D-12345");
    const results: StepResult[] = [
      "token",
      {
        kind: "answer",
        answer: { status: 200, headers: {}, body: Buffer.from(JSON.stringify(answer)) },
        earlierMayCount: false,
      },
    ];
    let step = plan.next();
    for (const result of results) if (step.done !== true) step = plan.next(result);
    if (step.done !== true) throw new Error("the plan wants more");
    return step.value;
  };
  it.each([
    ["OPEN", undefined, "open"],
    ["WAITING_FOR_SELLER_RESPONSE", undefined, "open"],
    ["UNDER_REVIEW", undefined, "open"],
    ["RESOLVED", "RESOLVED_BUYER_FAVOUR", "lost"],
    ["RESOLVED", "ACCEPTED", "lost"],
    ["RESOLVED", "RESOLVED_SELLER_FAVOUR", "won"],
    ["RESOLVED", "RESOLVED_WITH_PAYOUT", "won"],
    ["RESOLVED", "CANCELED_BY_BUYER", "won"],
    ["RESOLVED", "DENIED", "won"],
    ["RESOLVED", "NEW_WORD", "open"],
    ["RESOLVED", undefined, "open"],
  ])("that is %s with %s is %s", (status, outcome, neutral) => {
    expect(query(body(status, outcome))).toMatchObject({
      outcome: "ok",
      value: { status: neutral, transactionId: "3C679366HH908993F", amount: { value: 1230 } },
    });
  });

  it("about another dispute or merchant is unknown", () => {
    expect(query(body("OPEN", undefined, { dispute_id: "PP-D-1" })).outcome).toBe("unknown");
    const sale = { seller: { merchant_id: "SOMEBODYELSE" } };
    expect(query(body("OPEN", undefined, { disputed_transactions: [sale] })).outcome).toBe("unknown");
  });
});

describe("a time of PayPal", () => {
  it.each([
    ["2026-11-22T09:30:00Z", Date.UTC(2026, 10, 22, 9, 30)],
    ["2026-11-22T09:30:00.123456Z", Date.UTC(2026, 10, 22, 9, 30, 0, 123)],
    ["2026-11-22T09:30:00+0000", Date.UTC(2026, 10, 22, 9, 30)],
    ["2026-11-22T01:30:00-08:00", Date.UTC(2026, 10, 22, 9, 30)],
    ["2026-11-22", undefined],
    ["2026-13-45T09:30:00Z", undefined],
    [undefined, undefined],
  ])("%s", (text, at) => {
    expect(timeOf(text)).toBe(at);
  });
});
