/** Payments as requests and readings, without a network. */
import { describe, expect, it } from "vitest";
import {
  answered,
  aPayment,
  aPaymentRef,
  fieldsOf,
  okValue,
  openStripe,
  PAYMENT_ID,
  refusedWith,
  runPlan,
} from "./run-plan.ts";
import { anIntent } from "./stripe-builders.ts";

const channel = openStripe();
const ours = (overrides: Record<string, unknown> = {}) =>
  anIntent({ metadata: { payment_id: PAYMENT_ID }, ...overrides });
const unpaid = (overrides: Record<string, unknown> = {}) =>
  ours({ status: "requires_payment_method", amount_received: 0, latest_charge: null, ...overrides });
const query = (intent: unknown) => runPlan(channel.queryPayment(aPaymentRef), [answered(200, intent)]).value;

const APPLE = JSON.stringify({
  version: "EC_v1",
  data: "cG1fY2FyZF92aXNh",
  signature: "MIAGCSqGSIb3",
  header: { publicKeyHash: "aGFzaA==", transactionId: "31323334", ephemeralPublicKey: "a2V5" },
});

describe("creating", () => {
  it("asks for the amount under a key of its own, and gives the app the client secret", () => {
    const { value, requests } = runPlan(channel.createPayment(aPayment), [answered(200, unpaid())]);
    const [request] = requests;
    expect(request).toMatchObject({
      method: "POST",
      url: "https://api.stripe.com/v1/payment_intents",
      headers: {
        authorization: "Bearer sk_test_unit",
        "stripe-version": "2026-10-28.endive",
        "content-type": "application/x-www-form-urlencoded",
        "idempotency-key": "01KEZZZZZZ0000000000000001:create:1",
      },
    });
    expect(fieldsOf(request)).toEqual({
      amount: "1230",
      currency: "usd",
      description: "Tea & cake",
      capture_method: "automatic",
      "metadata[payment_id]": PAYMENT_ID,
      "automatic_payment_methods[enabled]": "true",
    });
    expect(okValue(value).action).toEqual({
      type: "stripe_client_secret",
      publishableKey: "pk_test_unit",
      clientSecret: "pi_3abc_secret_x",
      paymentIntentId: "pi_3abc",
    });
    expect(okValue(value).fact).toEqual({
      channel: "stripe",
      kind: "payment",
      channelPaymentId: "pi_3abc",
      paymentId: PAYMENT_ID,
      status: "requires_action",
      amount: { value: 1230, currency: "USD" },
      livemode: false,
      occurredAtMs: 1_768_478_400_000,
      rawStatus: "requires_payment_method",
    });
  });

  it("is the same request when it is repeated", () => {
    const once = () => runPlan(channel.createPayment(aPayment), [answered(200, unpaid())]).requests;
    expect(once()).toEqual(once());
  });

  it.each([
    [{ value: 49, currency: "USD" }, "amount-not-accepted", "amount_too_small"],
    [{ value: 100_000_000, currency: "USD" }, "amount-not-accepted", "amount_too_large"],
    [{ value: 1001, currency: "KWD" }, "amount-not-accepted", "amount_not_representable"],
    [{ value: 1000, currency: "XYZ" }, "currency-not-accepted", "invalid_currency"],
    [{ value: 1000, currency: "toString" }, "currency-not-accepted", "invalid_currency"],
  ])("refuses %j without a request", (money, reason, code) => {
    expect(runPlan(channel.createPayment({ ...aPayment, money })).value).toEqual({
      outcome: "declined",
      reason,
      code,
    });
  });

  it.each([
    ["of another shape", { object: "payment_intent" }],
    ["not JSON", "<html>"],
    ["of a status we do not know", unpaid({ status: "status_of_tomorrow" })],
    ["without a client secret", unpaid({ client_secret: null })],
    ["about another payment", unpaid({ metadata: { payment_id: "pay_01KEZZZZZZ0000000000000009" } })],
  ])("does not believe an answer %s", (_what, body) => {
    const { value } = runPlan(channel.createPayment(aPayment), [answered(200, body)]);
    expect(value.outcome).toBe("unknown");
  });
});

describe("creating with a wallet", () => {
  const withWallet = (payer: Record<string, string>, currency = "USD") =>
    channel.createPayment({ ...aPayment, payer, money: { value: 1230, currency } });
  const aMethod = answered(200, { id: "pm_9", object: "payment_method" });
  const confirmed = {
    "allowed_payment_method_types[]": "card",
    payment_method: "pm_9",
    confirm: "true",
    use_stripe_sdk: "true",
  };

  it("makes a payment method of what Apple Pay gave, and confirms with it", () => {
    const { value, requests } = runPlan(withWallet({ wallet: "apple_pay", token: APPLE }), [
      answered(200, { id: "tok_9", object: "token" }),
      aMethod,
      answered(200, ours()),
    ]);
    expect(requests.map(({ url, headers }) => [url, headers["idempotency-key"]])).toEqual([
      ["https://api.stripe.com/v1/tokens", "01KEZZZZZZ0000000000000001:token:1"],
      ["https://api.stripe.com/v1/payment_methods", "01KEZZZZZZ0000000000000001:method:1"],
      ["https://api.stripe.com/v1/payment_intents", "01KEZZZZZZ0000000000000001:create:1"],
    ]);
    expect(fieldsOf(requests[0])).toEqual({ pk_token: APPLE, pk_token_transaction_id: "31323334" });
    expect(fieldsOf(requests[1])).toEqual({ type: "card", "card[token]": "tok_9" });
    expect(fieldsOf(requests[2])).toMatchObject(confirmed);
    expect(fieldsOf(requests[2])).not.toHaveProperty("automatic_payment_methods[enabled]");
    expect(okValue(value).fact).toMatchObject({ status: "succeeded", transactionId: "ch_3abc" });
  });

  it("makes one of the token that Google Pay's text names", () => {
    const token = JSON.stringify({ id: "tok_google", object: "token" });
    const { requests } = runPlan(withWallet({ wallet: "google_pay", token }), [
      aMethod,
      answered(200, ours()),
    ]);
    expect(fieldsOf(requests[0])).toEqual({ type: "card", "card[token]": "tok_google" });
    expect(fieldsOf(requests[1])).toMatchObject(confirmed);
  });

  it("does not go on with something else than it asked for", () => {
    const token = JSON.stringify({ id: "tok_google" });
    const other = answered(200, { id: "cus_1", object: "customer" });
    expect(runPlan(withWallet({ wallet: "google_pay", token }), [other]).value.outcome).toBe("unknown");
  });

  it("ends with the payment as it is when the card is refused: it can be paid in another way", () => {
    const last_payment_error = { code: "card_declined", decline_code: "lost_card", message: "No." };
    const token = JSON.stringify({ id: "tok_google" });
    const { value } = runPlan(withWallet({ wallet: "google_pay", token }), [
      aMethod,
      refusedWith(402, {
        type: "card_error",
        code: "card_declined",
        payment_intent: unpaid({ last_payment_error }),
      }),
    ]);
    expect(okValue(value)).toMatchObject({
      action: { clientSecret: "pi_3abc_secret_x" },
      fact: { status: "requires_action", attemptFailed: { code: "lost_card", message: "No." } },
    });
  });

  it("ends with the refusal when there is no payment, or when the token is refused", () => {
    const token = JSON.stringify({ id: "tok_google" });
    const used = refusedWith(400, { type: "invalid_request_error", code: "token_already_used" });
    expect(runPlan(withWallet({ wallet: "google_pay", token }), [used]).value).toMatchObject({
      outcome: "declined",
      code: "token_already_used",
    });
    expect(runPlan(withWallet({ wallet: "apple_pay", token: APPLE }), [used]).value.outcome).toBe("declined");
  });

  it.each([
    ["apple_pay", "not JSON"],
    ["apple_pay", "{}"],
    ["apple_pay", '{"version":"EC_v1","data":"x","signature":"y"}'],
    ["google_pay", "tok_google"],
    ["google_pay", '{"id":"pm_1"}'],
    ["google_pay", '{"id":"tok_a/b"}'],
  ])("refuses a token that %s does not make: %s", (wallet, token) => {
    expect(runPlan(withWallet({ wallet, token })).value).toMatchObject({
      outcome: "declined",
      reason: "rejected",
      code: "wallet_token_malformed",
    });
  });

  it("takes Samsung Pay as the Korean wallet only", () => {
    expect(runPlan(withWallet({ wallet: "samsung_pay" })).value).toMatchObject({
      outcome: "declined",
      reason: "not-supported",
      detail: expect.stringContaining("KRW"),
    });
    const intent = unpaid({ amount: 1230, currency: "krw" });
    const { requests } = runPlan(withWallet({ wallet: "samsung_pay" }, "KRW"), [answered(200, intent)]);
    expect(fieldsOf(requests[0])).toMatchObject({
      "allowed_payment_method_types[]": "samsung_pay",
      currency: "krw",
    });
    expect(fieldsOf(requests[0])).not.toHaveProperty("confirm");
  });
});

describe("querying", () => {
  it("asks for the charge too, and tells its time", () => {
    const { requests } = runPlan(channel.queryPayment(aPaymentRef), [answered(200, ours())]);
    expect(decodeURIComponent(requests[0]?.url ?? "")).toBe(
      "https://api.stripe.com/v1/payment_intents/pi_3abc?expand[]=latest_charge",
    );
    const fact = okValue(query(ours({ latest_charge: { id: "ch_9", created: 1_768_478_555 } })));
    expect(fact).toMatchObject({ transactionId: "ch_9", occurredAtMs: 1_768_478_555_000 });
  });

  it.each([
    ["requires_payment_method", "requires_action"],
    ["requires_confirmation", "requires_action"],
    ["requires_action", "requires_action"],
    ["processing", "processing"],
    ["requires_capture", "processing"],
    ["succeeded", "succeeded"],
    ["canceled", "cancelled"],
  ])("reads %s as %s", (status, neutral) => {
    expect(okValue(query(ours({ status })))).toMatchObject({ status: neutral, rawStatus: status });
  });

  it("tells the received amount once succeeded, the asked one before, and the time of a cancellation", () => {
    expect(okValue(query(ours({ amount_received: 1000 }))).amount.value).toBe(1000);
    expect(okValue(query(ours({ status: "processing", amount_received: 0 }))).amount.value).toBe(1230);
    const cancelled = ours({ status: "canceled", canceled_at: 1_768_478_999 });
    expect(okValue(query(cancelled)).occurredAtMs).toBe(1_768_478_999_000);
  });

  it("names no movement of an attempt that failed", () => {
    const last_payment_error = { code: "card_declined" };
    const fact = okValue(
      query(ours({ status: "requires_payment_method", latest_charge: "ch_bad", last_payment_error })),
    );
    expect(fact).toMatchObject({ attemptFailed: { code: "card_declined" } });
    expect(fact).not.toHaveProperty("transactionId");
    expect(okValue(query(ours({ last_payment_error })))).not.toHaveProperty("attemptFailed");
  });

  it("gives our id back only when it is one of ours", () => {
    const idOf = (payment_id: string) => okValue(query(ours({ metadata: { payment_id } }))).paymentId;
    expect(idOf(PAYMENT_ID)).toBe(PAYMENT_ID);
    expect(idOf("01KEZZZZZZ0000000000000001")).toBe(PAYMENT_ID);
    expect(idOf("order 7")).toBeUndefined();
  });

  it.each([
    ["another intent", ours({ id: "pi_other" })],
    ["another payment of ours", ours({ metadata: { payment_id: "pay_01KEZZZZZZ0000000000000009" } })],
    ["an amount between two króna", ours({ amount_received: 150, currency: "isk" })],
  ])("does not believe an answer about %s", (_what, intent) => {
    expect(query(intent).outcome).toBe("unknown");
  });

  it("keeps an id that is no id in its place in the path", () => {
    const { requests } = runPlan(channel.queryPayment({ ...aPaymentRef, channelPaymentId: "../charges?x" }), [
      refusedWith(404, { code: "resource_missing" }),
    ]);
    expect(requests[0]?.url).toContain("/v1/payment_intents/..%2Fcharges%3Fx?");
  });
});

describe("closing", () => {
  const wrongState = refusedWith(400, { code: "payment_intent_unexpected_state" });
  const close = (replies: Parameters<typeof runPlan>[1]) =>
    runPlan(channel.closePayment(aPaymentRef, "expired"), replies);

  it("cancels, for a reason of Stripe's, under no key", () => {
    const { value, requests } = close([answered(200, ours({ status: "canceled" }))]);
    expect(okValue(value)).toMatchObject({ result: "closed", fact: { status: "cancelled" } });
    expect(requests[0]?.url).toBe("https://api.stripe.com/v1/payment_intents/pi_3abc/cancel");
    expect(requests[0]?.headers).not.toHaveProperty("idempotency-key");
    expect(fieldsOf(requests[0])).toEqual({ cancellation_reason: "abandoned" });
    const requested = runPlan(channel.closePayment(aPaymentRef, "requested"), [answered(200, ours())]);
    expect(fieldsOf(requested.requests[0])).toEqual({ cancellation_reason: "requested_by_customer" });
  });

  it.each([
    ["succeeded", "already-paid"],
    ["processing", "in-progress"],
    ["canceled", "closed"],
  ])("asks when it cannot cancel: %s is %s", (status, result) => {
    expect(okValue(close([wrongState, answered(200, ours({ status }))]).value).result).toBe(result);
  });

  it("is not done when it cannot ask, or when another refusal came", () => {
    expect(close([wrongState, refusedWith(500, {})]).value.outcome).toBe("unknown");
    expect(close([refusedWith(404, { code: "resource_missing" })]).value).toMatchObject({
      outcome: "declined",
      reason: "not-found",
    });
    expect(close([answered(200, ours({ id: "pi_other", status: "canceled" }))]).value.outcome).toBe(
      "unknown",
    );
  });
});
