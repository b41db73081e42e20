/** The simulator's API, driven by Stripe's official library. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  officialClient,
  PUBLISHABLE_KEY,
  SECRET_KEY,
  START_MS,
  type StripeWorld,
  startStripeWorld,
  stripeErrorOf,
} from "./stripe-simulator-world.ts";

let world: StripeWorld;
beforeEach(async () => {
  world = await startStripeWorld();
});
afterEach(() => world.close());

const create = (overrides = {}) =>
  world.stripe.paymentIntents.create({
    amount: 1230,
    currency: "usd",
    automatic_payment_methods: { enabled: true },
    metadata: { payment_id: "pay_1", note: "a b&c=d[e]" },
    description: "Tea",
    ...overrides,
  });

const confirm = (id: string, payment_method: string) =>
  world.stripe.paymentIntents.confirm(id, { payment_method });

describe("creating", () => {
  it("answers a payable intent with the fields and headers of Stripe", async () => {
    const intent = await create();
    expect(intent).toMatchObject({
      object: "payment_intent",
      status: "requires_payment_method",
      amount: 1230,
      amount_received: 0,
      currency: "usd",
      livemode: false,
      created: START_MS / 1000,
      metadata: { payment_id: "pay_1", note: "a b&c=d[e]" },
      automatic_payment_methods: { enabled: true },
      capture_method: "automatic_async",
    });
    expect(intent.id).toMatch(/^pi_[0-9A-Za-z]{24}$/);
    expect(intent.client_secret).toMatch(new RegExp(`^${intent.id}_secret_[0-9A-Za-z]{25}$`));
    expect(intent.lastResponse.requestId).toMatch(/^req_/);
    expect(intent.lastResponse.apiVersion).toBe("2026-10-28.endive");
  });

  it.each([
    [{ amount: 49 }, "amount_too_small", "amount"],
    [{ amount: 100_000_000 }, "amount_too_large", "amount"],
    [{ amount: 12.5 }, "parameter_invalid_integer", "amount"],
    [{ currency: "xxx" }, "invalid_currency", "currency"],
    [{ currency: "kwd", amount: 1001 }, undefined, "amount"],
    [{ unknown_thing: "1" }, "parameter_unknown", "unknown_thing"],
    [{ metadata: { ["n".repeat(41)]: "v" } }, undefined, "metadata"],
  ])("refuses %j", async (overrides, code, param) => {
    const error = await stripeErrorOf(create(overrides));
    expect(error).toMatchObject({ type: "StripeInvalidRequestError", statusCode: 400, param });
    expect(error.code).toBe(code);
    expect(error.requestId).toMatch(/^req_/);
  });

  it("takes a zero-decimal currency as it is", async () => {
    expect(await create({ amount: 500, currency: "jpy" })).toMatchObject({ amount: 500, currency: "jpy" });
  });

  it("confirms in the same call when asked", async () => {
    const intent = await create({
      confirm: true,
      payment_method: "pm_card_visa",
      return_url: "https://example.test",
    });
    expect(intent.status).toBe("succeeded");
  });
});

describe("confirming", () => {
  it("succeeds with a good card and makes a charge", async () => {
    const { id } = await create();
    expect(await confirm(id, "pm_card_visa")).toMatchObject({ status: "succeeded", amount_received: 1230 });
    const intent = await world.stripe.paymentIntents.retrieve(id, {
      expand: ["latest_charge.balance_transaction"],
    });
    expect(intent.latest_charge).toMatchObject({
      object: "charge",
      paid: true,
      captured: true,
      amount_captured: 1230,
      payment_intent: id,
      balance_transaction: { object: "balance_transaction", amount: 1230, fee: 66, net: 1164 },
    });
  });

  it.each([
    ["pm_card_chargeDeclined", "card_declined", "generic_decline"],
    ["pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"],
  ])("declines %s, and the intent stays payable", async (method, code, declineCode) => {
    const { id } = await create();
    const error = await stripeErrorOf(confirm(id, method));
    expect(error).toMatchObject({
      type: "StripeCardError",
      statusCode: 402,
      code,
      decline_code: declineCode,
    });
    expect(error.payment_intent).toMatchObject({ id, status: "requires_payment_method" });
    const after = await world.stripe.paymentIntents.retrieve(id);
    expect(after).toMatchObject({
      status: "requires_payment_method",
      last_payment_error: { code, decline_code: declineCode, charge: after.latest_charge },
    });
    expect((await confirm(id, "pm_card_visa")).status).toBe("succeeded");
  });

  it("asks for authentication, and says where", async () => {
    const { id, client_secret } = await create();
    const intent = await world.stripe.paymentIntents.confirm(id, {
      payment_method: "pm_card_authenticationRequired",
      return_url: "https://shop.example/back",
    });
    expect(intent).toMatchObject({
      status: "requires_action",
      next_action: {
        type: "redirect_to_url",
        redirect_to_url: {
          return_url: "https://shop.example/back",
          url: `${world.simulator.url()}/pay/payment/${client_secret}`,
        },
      },
    });
  });

  it("processes a bank debit first and settles it later, well or badly", async () => {
    const good = await create();
    const bad = await create();
    expect((await confirm(good.id, "pm_usBankAccount_success")).status).toBe("processing");
    expect((await confirm(bad.id, "pm_usBankAccount_insufficientFunds")).status).toBe("processing");
    await world.pass(4999);
    expect((await world.stripe.paymentIntents.retrieve(good.id)).status).toBe("processing");
    await world.pass(1);
    expect((await world.stripe.paymentIntents.retrieve(good.id)).status).toBe("succeeded");
    expect(await world.stripe.paymentIntents.retrieve(bad.id)).toMatchObject({
      status: "requires_payment_method",
      last_payment_error: { code: "payment_method_not_available" },
    });
  });

  it("refuses a second confirmation of a paid intent", async () => {
    const { id } = await create();
    await confirm(id, "pm_card_visa");
    const error = await stripeErrorOf(confirm(id, "pm_card_visa"));
    expect(error).toMatchObject({ statusCode: 400, code: "payment_intent_unexpected_state" });
    expect(error.payment_intent).toMatchObject({ status: "succeeded" });
  });

  it("lets a client with the publishable key and the secret confirm, and shows it less", async () => {
    const { id, client_secret } = await create();
    const mobile = officialClient(world.simulator.url(), PUBLISHABLE_KEY);
    const params = { payment_method: "pm_card_visa", client_secret: client_secret ?? "" };
    const wrong = { ...params, client_secret: `${id}_secret_guess` };
    expect((await stripeErrorOf(mobile.paymentIntents.confirm(id, wrong))).statusCode).toBe(400);
    const confirmed = await mobile.paymentIntents.confirm(id, params);
    expect(confirmed.status).toBe("succeeded");
    expect(confirmed).not.toHaveProperty("metadata");
    const refused = await stripeErrorOf(mobile.paymentIntents.create({ amount: 100, currency: "usd" }));
    expect(refused).toMatchObject({ statusCode: 403, code: "secret_key_required" });
  });
});

describe("cancelling and capturing", () => {
  it("cancels an open intent, once, and never a paid one", async () => {
    const open = await create();
    const cancelled = await world.stripe.paymentIntents.cancel(open.id, { cancellation_reason: "abandoned" });
    expect(cancelled).toMatchObject({ status: "canceled", cancellation_reason: "abandoned" });
    expect((await stripeErrorOf(world.stripe.paymentIntents.cancel(open.id))).code).toBe(
      "payment_intent_unexpected_state",
    );
    expect((await stripeErrorOf(confirm(open.id, "pm_card_visa"))).code).toBe(
      "payment_intent_unexpected_state",
    );
    const paid = await create();
    await confirm(paid.id, "pm_card_visa");
    expect((await stripeErrorOf(world.stripe.paymentIntents.cancel(paid.id))).statusCode).toBe(400);
  });

  it("captures a part of an authorised amount and lets the rest go", async () => {
    const { id } = await create({ capture_method: "manual" });
    expect(await confirm(id, "pm_card_visa")).toMatchObject({
      status: "requires_capture",
      amount_capturable: 1230,
    });
    const tooMuch = world.stripe.paymentIntents.capture(id, { amount_to_capture: 1231 });
    expect((await stripeErrorOf(tooMuch)).code).toBe("amount_too_large");
    const captured = await world.stripe.paymentIntents.capture(id, { amount_to_capture: 1000 });
    expect(captured).toMatchObject({ status: "succeeded", amount_received: 1000, amount_capturable: 0 });
  });

  it("gives an authorised amount back when cancelled", async () => {
    const { id } = await create({ capture_method: "manual" });
    const { latest_charge } = await confirm(id, "pm_card_visa");
    await world.stripe.paymentIntents.cancel(id);
    expect(await world.stripe.charges.retrieve(String(latest_charge))).toMatchObject({ refunded: true });
  });
});

describe("refunds", () => {
  const paid = async (method = "pm_card_visa") => {
    const { id } = await create();
    await confirm(id, method);
    return id;
  };

  it("refunds in parts up to what was paid", async () => {
    const payment_intent = await paid();
    const first = await world.stripe.refunds.create({
      payment_intent,
      amount: 230,
      reason: "requested_by_customer",
    });
    expect(first).toMatchObject({ status: "succeeded", amount: 230, payment_intent });
    const tooMuch = await stripeErrorOf(world.stripe.refunds.create({ payment_intent, amount: 1001 }));
    expect(tooMuch).toMatchObject({ statusCode: 400, param: "amount" });
    const rest = await world.stripe.refunds.create({ payment_intent, metadata: { refund_id: "rf_1" } });
    expect(rest).toMatchObject({ amount: 1000, metadata: { refund_id: "rf_1" } });
    expect((await stripeErrorOf(world.stripe.refunds.create({ payment_intent }))).code).toBe(
      "charge_already_refunded",
    );
    expect(await world.stripe.refunds.retrieve(first.id)).toMatchObject({ id: first.id });
    const list = await world.stripe.refunds.list({ payment_intent });
    expect(list.data.map(({ id }) => id)).toEqual([rest.id, first.id]);
  });

  it("can fail after it succeeded, and then puts the money back", async () => {
    const payment_intent = await paid("pm_card_refundFail");
    const refund = await world.stripe.refunds.create({ payment_intent });
    expect(refund.status).toBe("succeeded");
    await world.pass(5000);
    expect((await world.stripe.refunds.retrieve(refund.id)).status).toBe("failed");
    const lines = await world.stripe.balanceTransactions.list({});
    expect(lines.data.map(({ type, amount }) => [type, amount])).toEqual([
      ["refund_failure", 1230],
      ["refund", -1230],
      ["charge", 1230],
    ]);
    expect(world.receiver.types()).toContain("refund.failed");
  });

  it("can be pending first", async () => {
    const refund = await world.stripe.refunds.create({ payment_intent: await paid("pm_card_pendingRefund") });
    expect(refund.status).toBe("pending");
    await world.pass(5000);
    expect((await world.stripe.refunds.retrieve(refund.id)).status).toBe("succeeded");
  });

  it("refuses to refund what was not paid", async () => {
    const { id } = await create();
    expect((await stripeErrorOf(world.stripe.refunds.create({ payment_intent: id }))).statusCode).toBe(400);
  });
});

describe("lists", () => {
  it("pages newest first through everything, both ways", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.unshift((await create()).id);
    const all: string[] = [];
    for await (const intent of world.stripe.paymentIntents.list({ limit: 2 })) all.push(intent.id);
    expect(all).toEqual(ids);
    const before = await world.stripe.paymentIntents.list({ limit: 2, ending_before: ids[3] ?? "" });
    expect(before.data.map(({ id }) => id)).toEqual(ids.slice(1, 3));
    expect(before.has_more).toBe(true);
  });

  it("filters by creation time", async () => {
    await create();
    await world.pass(10_000);
    const later = await create();
    const found = await world.stripe.paymentIntents.list({ created: { gt: START_MS / 1000 } });
    expect(found.data.map(({ id }) => id)).toEqual([later.id]);
  });

  it("searches by metadata and status", async () => {
    const one = await create({ metadata: { payment_id: "pay_a" } });
    await create({ metadata: { payment_id: "pay_b" } });
    const query = "metadata['payment_id']:'pay_a' AND status:'requires_payment_method'";
    const found = await world.stripe.paymentIntents.search({ query });
    expect(found.data.map(({ id }) => id)).toEqual([one.id]);
    expect((await stripeErrorOf(world.stripe.paymentIntents.search({ query: "nonsense" }))).statusCode).toBe(
      400,
    );
  });

  it("keeps events, by type and by id", async () => {
    await create();
    const [event] = (await world.stripe.events.list({ type: "payment_intent.created" })).data;
    expect(event).toMatchObject({ object: "event", api_version: "2026-10-28.endive", pending_webhooks: 1 });
    await world.pass();
    const again = await world.stripe.events.retrieve(event?.id ?? "");
    expect(again).toMatchObject({ type: "payment_intent.created", pending_webhooks: 0 });
  });
});

describe("keys and addresses", () => {
  it("answers 401 without a right key", async () => {
    const error = await stripeErrorOf(
      officialClient(world.simulator.url(), "sk_test_other").paymentIntents.list(),
    );
    expect(error).toMatchObject({ type: "StripeAuthenticationError", statusCode: 401 });
    expect(error.message).not.toContain("sk_test_other");
    expect((await fetch(`${world.simulator.url()}/v1/payment_intents`)).status).toBe(401);
  });

  it("takes the key as basic authentication too", async () => {
    const authorization = `Basic ${Buffer.from(`${SECRET_KEY}:`).toString("base64")}`;
    const reply = await fetch(`${world.simulator.url()}/v1/payment_intents`, { headers: { authorization } });
    expect(reply.status).toBe(200);
  });

  it("answers 404 for unknown ids and addresses", async () => {
    const missing = await stripeErrorOf(world.stripe.paymentIntents.retrieve("pi_missing"));
    expect(missing).toMatchObject({ statusCode: 404, code: "resource_missing" });
    expect((await stripeErrorOf(world.stripe.customers.list())).statusCode).toBe(404);
  });
});
