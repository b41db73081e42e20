/** The product's Stripe channel against the simulated Stripe: payments, outcomes, webhooks. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CreatePaymentInput, PaymentRef } from "../../../shared/channels/channel.ts";
import { START_MS } from "./stripe-simulator-world.ts";
import { type ChannelWorld, okValue, PAYMENT_ID, startChannelWorld } from "./stripe-world.ts";

let world: ChannelWorld;
beforeEach(async () => {
  world = await startChannelWorld();
});
afterEach(() => world.close());

const input = (overrides: Partial<CreatePaymentInput> = {}): CreatePaymentInput => ({
  paymentId: PAYMENT_ID,
  money: { value: 1230, currency: "USD" },
  description: "Tea",
  createdAtMs: START_MS,
  expiresAtMs: START_MS + 3_600_000,
  payer: {},
  ...overrides,
});
const create = async (overrides: Partial<CreatePaymentInput> = {}) =>
  okValue(await world.run(world.channel.createPayment(input(overrides))));
const refOf = (channelPaymentId: string): PaymentRef => ({ ...input(), channelPaymentId });
const query = async (id: string) => okValue(await world.run(world.channel.queryPayment(refOf(id))));
const intentCount = () => world.control.objects().filter(({ kind }) => kind === "payment").length;

/** A payment that was approved. */
async function paid(overrides: Partial<CreatePaymentInput> = {}): Promise<PaymentRef> {
  const { fact } = await create(overrides);
  world.control.act({ kind: "payment", id: fact.channelPaymentId, action: "approve" });
  return { ...input(overrides), channelPaymentId: fact.channelPaymentId };
}
describe("a payment", () => {
  it("is created, confirmed by the app with the client secret, and told by a webhook we verify", async () => {
    const { action, fact } = await create();
    expect(fact).toMatchObject({ paymentId: PAYMENT_ID, status: "requires_action", livemode: false });
    const { clientSecret, paymentIntentId, publishableKey } = action;
    // A variable, as the library's types leave the client secret to Stripe's own SDKs.
    const confirmation = { client_secret: String(clientSecret), payment_method: "pm_card_visa" };
    await world.peer(String(publishableKey)).paymentIntents.confirm(String(paymentIntentId), confirmation);
    expect(await world.received()).toContainEqual({
      eventId: expect.stringMatching(/^evt_/),
      type: "payment_intent.succeeded",
      occurredAtMs: START_MS,
      kind: "payment",
      ref: {
        paymentId: PAYMENT_ID,
        channelPaymentId: fact.channelPaymentId,
        transactionId: expect.stringMatching(/^ch_/),
      },
    });
    expect(await query(fact.channelPaymentId)).toEqual({
      channel: "stripe",
      kind: "payment",
      channelPaymentId: fact.channelPaymentId,
      transactionId: expect.stringMatching(/^ch_/),
      paymentId: PAYMENT_ID,
      status: "succeeded",
      amount: { value: 1230, currency: "USD" },
      livemode: false,
      occurredAtMs: START_MS,
      rawStatus: "succeeded",
    });
  });

  it("is approved by a person on the page, or settles slowly", async () => {
    const { fact } = await create();
    const page = world.control.objects().find(({ id }) => id === fact.channelPaymentId)?.page ?? "";
    expect(await (await fetch(page)).text()).toContain("12.30 USD");
    world.control.act({ kind: "payment", id: fact.channelPaymentId, action: "pend" });
    expect((await query(fact.channelPaymentId)).status).toBe("processing");
    world.control.act({ kind: "payment", id: fact.channelPaymentId, action: "settle" });
    expect((await query(fact.channelPaymentId)).status).toBe("succeeded");
  });

  it("stays payable after a declined attempt", async () => {
    const { fact } = await create();
    world.control.act({ kind: "payment", id: fact.channelPaymentId, action: "decline" });
    expect(await query(fact.channelPaymentId)).toMatchObject({
      status: "requires_action",
      attemptFailed: { code: "generic_decline" },
    });
  });

  it("keeps its amount through a currency that Stripe writes differently", async () => {
    const { fact } = await create({ money: { value: 500, currency: "ISK" } });
    expect(fact.amount).toEqual({ value: 500, currency: "ISK" });
    expect((await world.peer().paymentIntents.retrieve(fact.channelPaymentId)).amount).toBe(50_000);
  });

  it("is not found under an id that Stripe does not know", async () => {
    const outcome = await world.run(world.channel.queryPayment(refOf("pi_missing")));
    expect(outcome).toMatchObject({ outcome: "declined", reason: "not-found", code: "resource_missing" });
  });
});

describe("a wallet", () => {
  const apple = (card: string) =>
    JSON.stringify({
      version: "EC_v1",
      data: Buffer.from(card).toString("base64"),
      signature: "MIAGCSqGSIb3",
      header: { publicKeyHash: "aGFzaA==", transactionId: "31323334", ephemeralPublicKey: "a2V5" },
    });

  it("pays at once with Apple Pay, once however often it is asked for", async () => {
    const payer = { wallet: "apple_pay", token: apple("pm_card_visa") };
    const { fact } = await create({ payer });
    expect(fact).toMatchObject({ status: "succeeded", amount: { value: 1230, currency: "USD" } });
    expect((await create({ payer })).fact).toEqual(fact);
    expect(intentCount()).toBe(1);
    const intent = await world.peer().paymentIntents.retrieve(fact.channelPaymentId, {
      expand: ["latest_charge"],
    });
    expect(intent.latest_charge).toMatchObject({
      payment_method_details: { card: { wallet: { type: "apple_pay" } } },
    });
  });

  it("pays at once with Google Pay, and waits for the app where the bank asks", async () => {
    const google = (id: string) => ({ wallet: "google_pay", token: JSON.stringify({ id, object: "token" }) });
    expect((await create({ payer: google("tok_visa") })).fact.status).toBe("succeeded");
    const { fact } = await create({
      paymentId: "pay_01KEZZZZZZ0000000000000004",
      payer: google("tok_authenticationRequired"),
    });
    expect(fact).toMatchObject({ status: "requires_action", rawStatus: "requires_action" });
    world.control.act({ kind: "payment", id: fact.channelPaymentId, action: "abandon" });
    const after = await world.peer().paymentIntents.retrieve(fact.channelPaymentId);
    expect(after.last_payment_error?.code).toBe("payment_intent_authentication_failure");
  });

  it("leaves a payment that can be paid otherwise when its card is refused", async () => {
    const payer = { wallet: "apple_pay", token: apple("pm_card_chargeDeclinedInsufficientFunds") };
    const { action, fact } = await create({ payer });
    expect(fact).toMatchObject({
      status: "requires_action",
      attemptFailed: { code: "insufficient_funds" },
    });
    const confirmation = { client_secret: String(action["clientSecret"]), payment_method: "pm_card_visa" };
    const phone = world.peer(world.keys.publishableKey);
    await phone.paymentIntents.confirm(fact.channelPaymentId, confirmation);
    expect((await query(fact.channelPaymentId)).status).toBe("succeeded");
  });

  it("whose token Stripe cannot read makes no payment", async () => {
    const token = apple("x").replace("EC_v1", "EC_v9");
    const outcome = await world.run(
      world.channel.createPayment(input({ payer: { wallet: "apple_pay", token } })),
    );
    expect(outcome).toMatchObject({ outcome: "declined", code: "parameter_invalid" });
    expect(intentCount()).toBe(0);
  });

  it("of Samsung is for KRW", async () => {
    const payer = { wallet: "samsung_pay" };
    const refused = await world.run(world.channel.createPayment(input({ payer })));
    expect(refused).toMatchObject({ outcome: "declined", reason: "not-supported" });
    const { fact } = await create({ payer, money: { value: 5000, currency: "KRW" } });
    const { payment_method_types } = await world.peer().paymentIntents.retrieve(fact.channelPaymentId);
    expect(payment_method_types).toEqual(["samsung_pay"]);
  });
});

describe("closing", () => {
  const close = async (payment: PaymentRef) =>
    okValue(await world.run(world.channel.closePayment(payment, "expired")));

  it("ends an open payment, and says so again when repeated", async () => {
    const { channelPaymentId } = (await create()).fact;
    for (let times = 0; times < 2; times += 1) {
      expect(await close(refOf(channelPaymentId))).toMatchObject({
        result: "closed",
        fact: { status: "cancelled", rawStatus: "canceled" },
      });
    }
    const intent = await world.peer().paymentIntents.retrieve(channelPaymentId);
    expect(intent.cancellation_reason).toBe("abandoned");
  });

  it("comes too late for a paid payment, and has to wait for a slow one", async () => {
    expect((await close(await paid())).result).toBe("already-paid");
    const slow = { paymentId: "pay_01KEZZZZZZ0000000000000004" };
    const { fact } = await create(slow);
    world.control.act({ kind: "payment", id: fact.channelPaymentId, action: "pend" });
    const payment = { ...refOf(fact.channelPaymentId), ...slow };
    expect((await close(payment)).result).toBe("in-progress");
    world.control.act({ kind: "payment", id: fact.channelPaymentId, action: "settle" });
    expect((await close(payment)).result).toBe("already-paid");
  });
});

describe("an outcome", () => {
  const attempt = () => world.run(world.channel.createPayment(input()));

  it("is unknown when the reply is lost, and the same key finds the payment", async () => {
    world.control.failNext({ operation: "payment_intents", kind: "drop-after-effect" });
    expect((await attempt()).outcome).toBe("unknown");
    const found = await create();
    expect((await create()).fact).toEqual(found.fact);
    expect(intentCount()).toBe(1);
  });

  it("is ok when the transport's own repetition gets through", async () => {
    world.control.failNext({ operation: "payment_intents", kind: "drop-after-effect" });
    okValue(await world.runRepeating(world.channel.createPayment(input())));
    expect(intentCount()).toBe(1);
  });

  it("is unknown when a lost reply is followed by one that was not sent", async () => {
    world.control.failNext({ operation: "payment_intents", kind: "drop-after-effect" });
    world.control.failNext({ operation: "payment_intents", kind: "status", status: 429 });
    const outcome = await world.runRepeating(world.channel.createPayment(input()));
    expect(outcome.outcome).toBe("unknown");
    expect(intentCount()).toBe(1);
  });

  it("is unknown after a 500, and notSent when Stripe limits us or refuses our key", async () => {
    world.control.failNext({ operation: "payment_intents", kind: "status", status: 500 });
    expect((await attempt()).outcome).toBe("unknown");
    world.control.failNext({ operation: "payment_intents", kind: "status", status: 429 });
    expect((await attempt()).outcome).toBe("notSent");
    const wrongKey = await world.run(world.open({ apiKey: "sk_test_other_key" }).createPayment(input()));
    expect(wrongKey.outcome).toBe("notSent");
    expect(JSON.stringify([wrongKey, world.logged])).not.toContain("sk_test_other_key");
  });

  it("is unknown, not a refusal, when the key was used for something else", async () => {
    await create();
    const other = world.channel.createPayment(input({ money: { value: 1231, currency: "USD" } }));
    expect((await world.run(other)).outcome).toBe("unknown");
  });

  it("is unknown while Stripe is down", async () => {
    world.control.downFor(60_000);
    expect((await attempt()).outcome).toBe("unknown");
    await world.advance(60_000);
    expect((await attempt()).outcome).toBe("ok");
  });

  it("leaves no key, query or secret in the log", async () => {
    const { fact } = await create();
    await query(fact.channelPaymentId);
    const log = world.logged.join("\n");
    expect(log).toContain("stripe.query-payment");
    expect(log).not.toMatch(/sk_test|whsec|_secret_|expand/);
  });
});

describe("webhooks", () => {
  it("verify one by one, out of order and twice", async () => {
    world.control.hold();
    await paid();
    await world.advance(0);
    const newestFirst = world.control
      .deliveries()
      .map(({ eventId }) => eventId)
      .reverse();
    world.control.duplicateNext(1);
    await world.control.release(newestFirst);
    const types = (await world.received()).filter(({ kind }) => kind === "payment").map(({ type }) => type);
    expect(types).toEqual(["payment_intent.succeeded", "payment_intent.succeeded", "payment_intent.created"]);
  });

  it("come again when they were not acknowledged, and are signed anew", async () => {
    world.receiver.answers.push(world.channel.callbackAnswer("rejected").status);
    await create();
    await world.received();
    expect(world.control.deliveries()).toMatchObject([{ status: "waiting", attempts: 1, lastStatus: 400 }]);
    // Sent again after five minutes: by now the first signature is stale, the second is a second old.
    await world.advance(301_000);
    await world.control.idle();
    expect(world.control.deliveries()).toMatchObject([{ status: "delivered", attempts: 2, lastStatus: 200 }]);
    const [first, second] = world.receiver.received;
    expect(second?.rawBody).toEqual(first?.rawBody);
    const verdict = async (webhook: typeof first) =>
      world.run(
        world.channel.verifyCallback({
          headers: webhook?.headers ?? {},
          rawBody: webhook?.rawBody ?? Buffer.alloc(0),
        }),
      );
    expect([(await verdict(first)).ok, (await verdict(second)).ok]).toEqual([false, true]);
  });
});
