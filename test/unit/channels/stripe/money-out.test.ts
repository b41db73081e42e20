/** Refunds, payouts and disputes as requests and readings, without a network. */
import { describe, expect, it } from "vitest";
import {
  aDispute,
  answered,
  aPaymentRef,
  aPayoutInput,
  aRefund,
  aRefundInput,
  aTransfer,
  fieldsOf,
  NOW_MS,
  okValue,
  openStripe,
  PAYMENT_ID,
  PAYOUT_ID,
  REFUND_ID,
  refusedWith,
  runPlan,
} from "./run-plan.ts";

const { refund, queryRefund, payout, queryPayout, queryDispute } = openStripe();
if (!refund || !queryRefund || !payout || !queryPayout || !queryDispute)
  throw new Error("not a whole channel");

const OTHER = "01KEZZZZZZ0000000000000009";
const listOf = (...data: unknown[]) => answered(200, { object: "list", data, has_more: false });

describe("a refund", () => {
  const asked = {
    refundId: REFUND_ID,
    channelRefundId: "re_3abc",
    payment: aPaymentRef,
    money: aRefundInput.money,
    createdAtMs: NOW_MS,
  };
  const query = (body: unknown) => runPlan(queryRefund(asked), [answered(200, body)]).value;

  it("is asked for under a key of its own, with both our ids and no words of ours", () => {
    const { value, requests } = runPlan(refund(aRefundInput), [answered(200, aRefund())]);
    expect(requests[0]).toMatchObject({
      method: "POST",
      url: "https://api.stripe.com/v1/refunds",
      headers: { "idempotency-key": "01KEZZZZZZ0000000000000002:refund:1" },
    });
    expect(fieldsOf(requests[0])).toEqual({
      payment_intent: "pi_3abc",
      amount: "230",
      reason: "requested_by_customer",
      "metadata[refund_id]": REFUND_ID,
      "metadata[payment_id]": PAYMENT_ID,
    });
    expect(okValue(value)).toEqual({
      channel: "stripe",
      kind: "refund",
      channelRefundId: "re_3abc",
      refundId: REFUND_ID,
      status: "succeeded",
      amount: { value: 230, currency: "USD" },
      livemode: false,
      occurredAtMs: 1_768_478_500_000,
      rawStatus: "succeeded",
    });
  });

  it.each([
    ["pending", "processing"],
    ["requires_action", "needs_attention"],
    ["succeeded", "succeeded"],
    ["failed", "failed"],
    ["canceled", "failed"],
  ])("that is %s is %s", (status, neutral) => {
    const fact = okValue(query(aRefund({ status, failure_reason: "expired_or_canceled_card" })));
    expect(fact).toMatchObject({ status: neutral, rawStatus: status });
    expect(fact.failure?.code).toBe(neutral === "failed" ? "expired_or_canceled_card" : undefined);
  });

  it.each([
    ["another refund", aRefund({ id: "re_other" })],
    ["another refund of ours", aRefund({ metadata: { refund_id: `rfd_${OTHER}` } })],
    ["another payment's refund", aRefund({ payment_intent: "pi_other" })],
    ["something else", { object: "charge" }],
  ])("is not believed when the answer is about %s", (_what, body) => {
    expect(query(body).outcome).toBe("unknown");
  });

  it.each([
    ["a failure that is given again for a day", refusedWith(500, { type: "api_error" })],
    ["a payment that is refunded already", refusedWith(400, { code: "charge_already_refunded" })],
  ])("is looked for after %s", (_what, failed) => {
    const others = aRefund({ id: "re_0", metadata: { refund_id: `rfd_${OTHER}` } });
    const { value, requests } = runPlan(refund(aRefundInput), [failed, listOf(others, aRefund())]);
    expect(requests[1]?.url).toBe("https://api.stripe.com/v1/refunds?payment_intent=pi_3abc&limit=100");
    expect(okValue(value).channelRefundId).toBe("re_3abc");
    const first = runPlan(refund(aRefundInput), [failed, listOf(others)]).value;
    expect(first.outcome).not.toBe("ok");
    expect(runPlan(refund(aRefundInput), [failed, refusedWith(503, {})]).value).toEqual(first);
  });

  it("is not looked for when nobody answers, or when it was refused", () => {
    const silence = { kind: "no-answer", mayCount: true, detail: "ECONNRESET" } as const;
    expect(runPlan(refund(aRefundInput), [silence]).value.outcome).toBe("unknown");
    const { value } = runPlan(refund(aRefundInput), [refusedWith(400, { code: "charge_not_found" })]);
    expect(value).toMatchObject({ outcome: "declined", reason: "rejected" });
  });

  it("of an amount that Stripe cannot express is refused without a request", () => {
    const money = { value: 1, currency: "KWD" };
    expect(runPlan(refund({ ...aRefundInput, money })).value).toMatchObject({
      outcome: "declined",
      reason: "amount-not-accepted",
    });
  });
});

describe("a payout", () => {
  const asked = { ...aPayoutInput, channelPayoutId: "tr_3abc" };
  const query = (body: unknown) => runPlan(queryPayout(asked), [answered(200, body)]).value;

  it("is a transfer to the recipient's account, under a key and in a group of its own", () => {
    const { value, requests } = runPlan(payout(aPayoutInput), [answered(200, aTransfer())]);
    expect(requests[0]).toMatchObject({
      url: "https://api.stripe.com/v1/transfers",
      headers: { "idempotency-key": "01KEZZZZZZ0000000000000003:transfer:1" },
    });
    expect(fieldsOf(requests[0])).toEqual({
      amount: "500",
      currency: "usd",
      destination: "acct_1abc",
      description: "Withdrawal",
      "metadata[payout_id]": PAYOUT_ID,
      transfer_group: "01KEZZZZZZ0000000000000003",
    });
    expect(okValue(value)).toEqual({
      fact: {
        channel: "stripe",
        kind: "payout",
        channelPayoutId: "tr_3abc",
        payoutId: PAYOUT_ID,
        status: "succeeded",
        amount: { value: 500, currency: "USD" },
        livemode: false,
        occurredAtMs: 1_768_478_500_000,
        rawStatus: "created",
      },
    });
  });

  it("is returned when all of it was reversed", () => {
    const reversed = aTransfer({ reversed: true, amount_reversed: 500 });
    expect(okValue(query(reversed))).toMatchObject({ status: "returned", rawStatus: "reversed" });
    expect(okValue(query(aTransfer({ amount_reversed: 100 }))).status).toBe("succeeded");
  });

  it.each([
    ["another transfer", aTransfer({ id: "tr_other" })],
    ["another payout of ours", aTransfer({ metadata: { payout_id: `wdr_${OTHER}` } })],
    ["another recipient", aTransfer({ destination: "acct_other" })],
  ])("is not believed when the answer is about %s", (_what, body) => {
    expect(query(body).outcome).toBe("unknown");
  });

  it("whose answer never came is found by its group", () => {
    const { channelPayoutId: _, ...lost } = asked;
    const found = runPlan(queryPayout(lost), [listOf(aTransfer())]);
    expect(found.requests[0]?.url).toBe(
      "https://api.stripe.com/v1/transfers?transfer_group=01KEZZZZZZ0000000000000003&limit=2",
    );
    expect(okValue(found.value).channelPayoutId).toBe("tr_3abc");
    expect(runPlan(queryPayout(lost), [listOf()]).value).toMatchObject({
      outcome: "declined",
      reason: "not-found",
    });
    const two = runPlan(queryPayout(lost), [listOf(aTransfer(), aTransfer({ id: "tr_2" }))]).value;
    expect(two.outcome).toBe("unknown");
  });

  it.each([
    [{ type: "stripe_account", accountId: "ba_1" }, "recipient-not-accepted"],
    [{ type: "paypal", email: "a@b.test" }, "recipient-not-accepted"],
  ])("to %j is refused without a request", (recipient, reason) => {
    expect(runPlan(payout({ ...aPayoutInput, recipient })).value).toMatchObject({
      outcome: "declined",
      reason,
    });
  });

  it("of a part of a unit that no bank there pays out is refused without a request", () => {
    const money = { value: 1050, currency: "HUF" };
    expect(runPlan(payout({ ...aPayoutInput, money })).value).toMatchObject({
      outcome: "declined",
      reason: "amount-not-accepted",
    });
  });
});

describe("a dispute", () => {
  const query = (body: unknown) => runPlan(queryDispute("du_3abc"), [answered(200, body)]).value;

  it.each([
    ["warning_needs_response", "open"],
    ["warning_under_review", "open"],
    ["warning_closed", "won"],
    ["needs_response", "open"],
    ["under_review", "open"],
    ["won", "won"],
    ["lost", "lost"],
    ["appeal_needs_response", "open"],
    ["appeal_under_review", "open"],
    ["prevented", "won"],
  ])("that is %s is %s", (status, neutral) => {
    expect(okValue(query(aDispute({ status })))).toEqual({
      channel: "stripe",
      kind: "dispute",
      channelDisputeId: "du_3abc",
      channelPaymentId: "pi_3abc",
      transactionId: "ch_3abc",
      status: neutral,
      reason: "fraudulent",
      amount: { value: 1230, currency: "USD" },
      livemode: false,
      occurredAtMs: 1_768_478_500_000,
      rawStatus: status,
    });
  });

  it("is not believed when it is another one, or of a status we do not know", () => {
    expect(query(aDispute({ id: "du_other" })).outcome).toBe("unknown");
    expect(query(aDispute({ status: "status_of_tomorrow" })).outcome).toBe("unknown");
  });
});
