/** Idempotency keys and ordered faults of the simulator, seen through the official library. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  officialClient,
  SECRET_KEY,
  type StripeWorld,
  startStripeWorld,
  stripeErrorOf,
} from "./stripe-simulator-world.ts";

let world: StripeWorld;
beforeEach(async () => {
  world = await startStripeWorld();
});
afterEach(() => world.close());

const params = { amount: 1230, currency: "usd", metadata: { b: "2", a: "1" } };
const create = (idempotencyKey: string, overrides = {}) =>
  world.stripe.paymentIntents.create({ ...params, ...overrides }, { idempotencyKey });
const intentCount = async () => (await world.stripe.paymentIntents.list({ limit: 100 })).data.length;

const DAY_MS = 86_400_000;

describe("an idempotency key", () => {
  it("gives the first answer again, marked as replayed", async () => {
    const first = await create("key-1");
    const second = await create("key-1");
    expect(second).toEqual(first);
    const headers = (name: string) => Reflect.get(Object(second.lastResponse), "headers")[name];
    expect(headers("idempotent-replayed")).toBe("true");
    expect(headers("original-request")).toBe(first.lastResponse.requestId);
    expect(await intentCount()).toBe(1);
  });

  it("gives the first answer again although the object has moved on", async () => {
    const first = await create("key-1");
    await world.stripe.paymentIntents.confirm(first.id, { payment_method: "pm_card_visa" });
    expect((await create("key-1")).status).toBe("requires_payment_method");
  });

  it("does not care about the order of parameters", async () => {
    const first = await create("key-1", { metadata: { a: "1", b: "2" } });
    expect((await create("key-1", { metadata: { b: "2", a: "1" } })).id).toBe(first.id);
  });

  it("refuses other parameters and another address", async () => {
    const { id } = await create("key-1");
    const error = await stripeErrorOf(create("key-1", { amount: 1231 }));
    expect(error).toMatchObject({
      type: "StripeIdempotencyError",
      statusCode: 400,
      rawType: "idempotency_error",
    });
    const elsewhere = world.stripe.paymentIntents.cancel(id, {}, { idempotencyKey: "key-1" });
    expect((await stripeErrorOf(elsewhere)).rawType).toBe("idempotency_error");
  });

  it("is free again after refused parameters", async () => {
    await stripeErrorOf(create("key-1", { amount: 1 }));
    expect((await create("key-1")).amount).toBe(1230);
  });

  it("keeps a declined attempt", async () => {
    const { id } = await create("key-1");
    const decline = () =>
      world.stripe.paymentIntents.confirm(
        id,
        { payment_method: "pm_card_chargeDeclined" },
        { idempotencyKey: "key-2" },
      );
    const first = await stripeErrorOf(decline());
    const second = await stripeErrorOf(decline());
    expect(second).toMatchObject({ statusCode: 402, charge: first.charge });
  });

  it("is forgotten after a day", async () => {
    const first = await create("key-1");
    await world.pass(DAY_MS - 1);
    expect((await create("key-1")).id).toBe(first.id);
    await world.pass(1);
    expect((await create("key-1")).id).not.toBe(first.id);
  });

  it("survives a restart", async () => {
    const first = await create("key-1");
    world = await world.restart();
    expect((await create("key-1")).id).toBe(first.id);
  });
});

describe("an ordered fault", () => {
  const { control } = { control: () => world.simulator.control };

  it("refuses calls with a status before any effect, then stops", async () => {
    control().failNext({ operation: "", times: 2, kind: "status", status: 503 });
    for (let count = 0; count < 2; count += 1)
      expect(await stripeErrorOf(create("key-1"))).toMatchObject({ type: "StripeAPIError", statusCode: 503 });
    expect(await intentCount()).toBe(0);
    expect((await create("key-1")).amount).toBe(1230);
  });

  it("can keep a 500 for the key, as Stripe does", async () => {
    control().failNext({ operation: "", kind: "status", status: 500, kept: true });
    expect((await stripeErrorOf(create("key-1"))).statusCode).toBe(500);
    expect((await stripeErrorOf(create("key-1"))).statusCode).toBe(500);
    expect((await create("key-2")).amount).toBe(1230);
  });

  it("answers 429 as a rate limit with a waiting time", async () => {
    control().failNext({ operation: "", kind: "status", status: 429, retryAfterSeconds: 7 });
    const error = await stripeErrorOf(create("key-1"));
    expect(error.type).toBe("StripeRateLimitError");
    expect(error.headers?.["retry-after"]).toBe("7");
  });

  it("drops the connection before the effect", async () => {
    control().failNext({ operation: "POST", kind: "drop-before-effect" });
    // The library repeats a call once when the connection was closed, so the fault is asked for twice.
    control().failNext({ operation: "POST", kind: "drop-before-effect" });
    expect((await stripeErrorOf(create("key-1"))).type).toBe("StripeConnectionError");
    expect(await intentCount()).toBe(0);
  });

  it("loses the reply after the effect, and the key finds the effect", async () => {
    control().failNext({ operation: "POST /v1/payment_intents", kind: "drop-after-effect", times: 2 });
    expect((await stripeErrorOf(create("key-1"))).type).toBe("StripeConnectionError");
    expect(await intentCount()).toBe(1);
    const [only] = (await world.stripe.paymentIntents.list()).data;
    expect((await create("key-1")).id).toBe(only?.id);
  });

  it("is hidden by the library's own retry", async () => {
    control().failNext({ operation: "", kind: "drop-after-effect" });
    await officialClient(world.simulator.url(), SECRET_KEY, 1).paymentIntents.create(params, {
      idempotencyKey: "key-1",
    });
    expect(await intentCount()).toBe(1);
  });

  it("matches only the calls it names", async () => {
    control().failNext({ operation: "/refunds", kind: "status", status: 500 });
    expect((await create("key-1")).amount).toBe(1230);
    expect((await stripeErrorOf(world.stripe.refunds.list())).statusCode).toBe(500);
  });

  it("takes the whole provider down for a while", async () => {
    control().downFor(60_000);
    expect((await stripeErrorOf(create("key-1"))).type).toBe("StripeConnectionError");
    await world.pass(60_000);
    expect((await create("key-1")).amount).toBe(1230);
  });
});
