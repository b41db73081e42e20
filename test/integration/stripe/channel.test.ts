/** The product's Stripe channel against the simulated Stripe, over HTTP. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Channel, ChannelOutcome, CreatePaymentInput } from "../../../shared/channels/channel.ts";
import { verifyCallback } from "../../../shared/channels/stripe/callback.ts";
import {
  createStripeChannel,
  type StripeChannelConfig,
} from "../../../shared/channels/stripe/stripe-channel.ts";
import {
  officialClient,
  PUBLISHABLE_KEY,
  SECRET_KEY,
  START_MS,
  type StripeWorld,
  startReceiver,
  startStripeWorld,
  WEBHOOK_SECRET,
} from "./stripe-world.ts";

let world: StripeWorld;
let channel: Channel;

/** A `fetch` that finds Stripe on this machine. */
const rerouted = (): typeof globalThis.fetch => (input, init) =>
  fetch(String(input).replace("https://api.stripe.com", world.simulator.url), init);

const open = (overrides: Partial<StripeChannelConfig> = {}) =>
  createStripeChannel({
    apiKey: SECRET_KEY,
    publishableKey: PUBLISHABLE_KEY,
    livemode: false,
    timeoutMs: 5000,
    maxNetworkRetries: 0,
    fetch: rerouted(),
    ...overrides,
  });

beforeEach(async () => {
  world = await startStripeWorld();
  channel = open();
});
afterEach(() => world.close());

const input = (overrides: Partial<CreatePaymentInput> = {}): CreatePaymentInput => ({
  paymentId: "pay_1",
  idempotencyKey: "pay_1:create:1",
  money: { value: 1230, currency: "USD" },
  description: "Tea",
  metadata: { kind: "topUp" },
  ...overrides,
});

function okValue<T>(outcome: ChannelOutcome<T>): T {
  if (outcome.outcome !== "ok") throw new Error(`Expected ok, got ${JSON.stringify(outcome)}`);
  return outcome.value;
}
const createPayment = async (overrides: Partial<CreatePaymentInput> = {}) =>
  okValue(await channel.createPayment(input(overrides)));
const query = async (channelPaymentId: string) => okValue(await channel.queryPayment({ channelPaymentId }));

/** Lets webhooks arrive, verifies each as the product would, and gives their facts in order of arrival. */
async function receivedFacts(passMs = 0) {
  await world.pass(passMs);
  await world.pass();
  return world.receiver.received.flatMap(({ headers, rawBody }) => {
    const verdict = verifyCallback(
      { headers, rawBody },
      { nowMs: world.clock.now(), secrets: [WEBHOOK_SECRET], expectedLivemode: false },
    );
    if (!verdict.ok) throw new Error(verdict.reason);
    return verdict.event.fact ? [verdict.event.fact] : [];
  });
}
const intentCount = async () => (await world.stripe.paymentIntents.list({ limit: 100 })).data.length;

describe("a payment", () => {
  it("is created, approved by the payer on the phone, and told by a webhook we verify", async () => {
    const created = await createPayment();
    expect(created).toMatchObject({
      status: "requires_action",
      fact: { paymentId: "pay_1", status: "requires_action", amount: { value: 1230, currency: "USD" } },
      action: { type: "stripe_client_secret", publishableKey: PUBLISHABLE_KEY },
    });
    const { clientSecret, paymentIntentId, publishableKey } = created.action;
    const phone = officialClient(world.simulator.url, publishableKey);
    const confirmation = { client_secret: clientSecret, payment_method: "pm_card_visa" };
    await phone.paymentIntents.confirm(paymentIntentId, confirmation);
    const succeeded = {
      channel: "stripe",
      kind: "payment",
      channelPaymentId: created.channelPaymentId,
      paymentId: "pay_1",
      status: "succeeded",
      amount: { value: 1230, currency: "USD" },
      livemode: false,
      occurredAtMs: START_MS,
      rawStatus: "succeeded",
    };
    expect(await receivedFacts()).toContainEqual(succeeded);
    expect(await query(created.channelPaymentId)).toEqual(succeeded);
  });

  it("is approved by a person on the page, slowly", async () => {
    const { channelPaymentId, action } = await createPayment();
    const page = `${world.simulator.url}/pay/${action.clientSecret}`;
    await fetch(page, { method: "POST", body: new URLSearchParams({ action: "pay-slow" }) });
    expect((await query(channelPaymentId)).status).toBe("processing");
    const statuses = (await receivedFacts(5000)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(["requires_action", "processing", "succeeded"]));
  });

  it("stays payable after a declined attempt, which the facts tell", async () => {
    const { channelPaymentId } = await createPayment();
    world.simulator.control.act(channelPaymentId, "decline-insufficient-funds");
    const attemptFailed = { code: "insufficient_funds", message: "Your card has insufficient funds." };
    expect(await query(channelPaymentId)).toMatchObject({ status: "requires_action", attemptFailed });
    expect(await receivedFacts()).toContainEqual(
      expect.objectContaining({ status: "requires_action", attemptFailed }),
    );
  });

  it("keeps its amount through a currency that Stripe writes differently", async () => {
    const { channelPaymentId, fact } = await createPayment({ money: { value: 500, currency: "ISK" } });
    expect(fact.amount).toEqual({ value: 500, currency: "ISK" });
    expect((await world.stripe.paymentIntents.retrieve(channelPaymentId)).amount).toBe(50_000);
  });

  it("is not found under an id that Stripe does not know", async () => {
    const outcome = await channel.queryPayment({ channelPaymentId: "pi_missing" });
    expect(outcome).toMatchObject({ outcome: "declined", reason: "not-found", code: "resource_missing" });
  });
});

describe("closing", () => {
  it("ends an open payment, and says so again when repeated", async () => {
    const { channelPaymentId } = await createPayment();
    for (let times = 0; times < 2; times += 1) {
      const closed = okValue(await channel.closePayment({ channelPaymentId, reason: "expired" }));
      expect(closed).toMatchObject({
        result: "closed",
        fact: { status: "cancelled", rawStatus: "canceled" },
      });
    }
    expect((await world.stripe.paymentIntents.retrieve(channelPaymentId)).cancellation_reason).toBe(
      "abandoned",
    );
    expect(await receivedFacts()).toContainEqual(expect.objectContaining({ status: "cancelled" }));
  });

  it("comes too late for a paid payment", async () => {
    const { channelPaymentId } = await createPayment();
    world.simulator.control.act(channelPaymentId, "pay");
    const closed = okValue(await channel.closePayment({ channelPaymentId, reason: "requested" }));
    expect(closed).toMatchObject({ result: "already-paid", fact: { status: "succeeded" } });
  });

  it("has to wait while the payment is being processed", async () => {
    const { channelPaymentId } = await createPayment();
    world.simulator.control.act(channelPaymentId, "pay-slow");
    const closed = okValue(await channel.closePayment({ channelPaymentId, reason: "requested" }));
    expect(closed).toMatchObject({ result: "in-progress", fact: { status: "processing" } });
    await world.pass(5000);
    const later = okValue(await channel.closePayment({ channelPaymentId, reason: "requested" }));
    expect(later.result).toBe("already-paid");
  });
});

describe("an outcome", () => {
  const control = () => world.simulator.control;

  it("is unknown when the reply is lost, and the same key finds the payment", async () => {
    control().failNext({ times: 1, fault: { kind: "drop-after-effect" } });
    expect((await channel.createPayment(input())).outcome).toBe("unknown");
    const found = await createPayment();
    expect(await intentCount()).toBe(1);
    expect((await createPayment()).channelPaymentId).toBe(found.channelPaymentId);
  });

  it("is unknown when the connection breaks, although nothing happened", async () => {
    control().failNext({ times: 1, fault: { kind: "drop-before-effect" } });
    expect((await channel.createPayment(input())).outcome).toBe("unknown");
    expect(await intentCount()).toBe(0);
    await createPayment();
    expect(await intentCount()).toBe(1);
  });

  it("is ok when the library's own retry gets through", async () => {
    channel = open({ maxNetworkRetries: 1 });
    control().failNext({ times: 1, fault: { kind: "drop-after-effect" } });
    await createPayment();
    expect(await intentCount()).toBe(1);
  });

  it("is unknown when a lost reply is followed by an attempt that was not sent", async () => {
    let attempts = 0;
    channel = open({
      maxNetworkRetries: 1,
      fetch: (...args) => {
        attempts += 1;
        if (attempts === 1) return rerouted()(...args);
        return Promise.reject(
          Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } }),
        );
      },
    });
    control().failNext({ times: 1, fault: { kind: "drop-after-effect" } });
    expect((await channel.createPayment(input())).outcome).toBe("unknown");
    expect(attempts).toBe(2);
    expect(await intentCount()).toBe(1);
  });

  it("is unknown after a 500, and after time ran out", async () => {
    control().failNext({ times: 1, fault: { kind: "status", status: 500 } });
    expect((await channel.createPayment(input())).outcome).toBe("unknown");
    channel = open({
      timeoutMs: 20,
      fetch: (_input, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
        }),
    });
    expect((await channel.createPayment(input())).outcome).toBe("unknown");
  });

  it("is notSent when Stripe cannot be reached, limits us, or refuses our key", async () => {
    control().failNext({ times: 1, fault: { kind: "status", status: 429, retryAfterSeconds: 3 } });
    expect(await channel.createPayment(input())).toMatchObject({ outcome: "notSent", retryAfterMs: 3000 });
    const wrongKey = await open({ apiKey: "sk_test_other" }).createPayment(input());
    expect(wrongKey.outcome).toBe("notSent");
    expect(JSON.stringify(wrongKey)).not.toContain("sk_test_other");
    const { url, close } = await startReceiver();
    await close(); // Nothing listens on that port any more.
    const unreachable = open({
      fetch: (request, init) =>
        fetch(String(request).replace("https://api.stripe.com", new URL(url).origin), init),
    });
    expect(await unreachable.createPayment(input())).toMatchObject({ outcome: "notSent" });
  });

  it("is unknown, not a refusal, when the key was used for something else", async () => {
    await createPayment();
    const other = await channel.createPayment(input({ money: { value: 1231, currency: "USD" } }));
    expect(other).toMatchObject({ outcome: "unknown" });
  });

  it("is a refusal, without a call, for an amount outside the capability table", async () => {
    const small = await channel.createPayment(input({ money: { value: 1, currency: "USD" } }));
    expect(small).toEqual({ outcome: "declined", reason: "amount-not-accepted", code: "amount_too_small" });
    expect(await intentCount()).toBe(0);
  });
});

describe("opening", () => {
  it("refuses keys of the other mode", () => {
    expect(() => open({ livemode: true })).toThrow(/live mode/);
    expect(() => open({ apiKey: "sk_live_x" })).toThrow(/test mode/);
    expect(() => open({ publishableKey: "pk_live_x" })).toThrow(/test mode/);
    expect(() => open({ apiKey: "rk_test_x" })).not.toThrow();
  });
});

describe("webhooks out of order and twice", () => {
  it("verify one by one, whatever the order", async () => {
    const { control } = world.simulator;
    control.hold();
    const { channelPaymentId } = await createPayment();
    control.act(channelPaymentId, "pay");
    await world.pass();
    const newestFirst = control
      .events()
      .map(({ id }) => id)
      .reverse();
    control.duplicateNext(1);
    await control.release(newestFirst);
    const statuses = (await receivedFacts()).map(({ status }) => status);
    expect(statuses).toEqual(["succeeded", "succeeded", "requires_action"]);
  });
});
