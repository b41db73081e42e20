/** The simulator's webhooks: signed for the official library, retried on a clock moved by hand. */
import Stripe from "stripe";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RETRY_GAPS_MS, RETRY_WINDOW_MS } from "../../../local/channels/stripe/webhooks.ts";
import {
  type ReceivedWebhook,
  type StripeWorld,
  startStripeWorld,
  WEBHOOK_SECRET,
} from "./stripe-simulator-world.ts";

let world: StripeWorld;
beforeEach(async () => {
  world = await startStripeWorld();
});
afterEach(() => world.close());

const create = () =>
  world.stripe.paymentIntents.create({ amount: 1230, currency: "usd", metadata: { k: "v é €" } });
const pay = async () => {
  const { id } = await create();
  await world.stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" });
  return id;
};
const signatureOf = (webhook: ReceivedWebhook | undefined) => webhook?.headers["stripe-signature"] ?? "";
const verify = (webhook: ReceivedWebhook, receivedAtMs: number) =>
  Stripe.webhooks.constructEvent(
    webhook.rawBody,
    signatureOf(webhook),
    WEBHOOK_SECRET,
    300,
    undefined,
    receivedAtMs,
  );
const deliveryOf = (type: string) =>
  world.simulator.control.deliveries().find((delivery) => delivery.type === type);
/** When a webhook was signed, in milliseconds. */
const signedAtMs = (webhook: ReceivedWebhook) => Number(/t=(\d+)/.exec(signatureOf(webhook))?.[1]) * 1000;

const HOUR_MS = 3_600_000;

describe("events", () => {
  it("tell the story of a payment, signed so that the official library accepts them", async () => {
    const id = await pay();
    await world.pass();
    expect(world.receiver.types().sort()).toEqual([
      "charge.succeeded",
      "payment_intent.created",
      "payment_intent.succeeded",
    ]);
    for (const webhook of world.receiver.received) {
      const event = verify(webhook, world.clock.now());
      expect(event).toMatchObject({ livemode: false, api_version: "2026-10-28.endive", pending_webhooks: 1 });
    }
    const succeeded = world.receiver.received.find(({ event }) => event.type === "payment_intent.succeeded");
    expect(succeeded?.event.data.object).toMatchObject({ id, status: "succeeded", metadata: { k: "v é €" } });
  });

  it("show the object as it was when they happened", async () => {
    await pay();
    await world.pass();
    const created = world.receiver.received.find(({ event }) => event.type === "payment_intent.created");
    expect(created?.event.data.object).toMatchObject({ status: "requires_payment_method" });
  });

  it.each([
    ["pm_card_chargeDeclined", ["charge.failed", "payment_intent.payment_failed"]],
    ["pm_card_authenticationRequired", ["payment_intent.requires_action"]],
    ["pm_usBankAccount_success", ["charge.pending", "payment_intent.processing"]],
  ])("follow %s", async (payment_method, types) => {
    const { id } = await create();
    await world.stripe.paymentIntents.confirm(id, { payment_method }).catch(() => undefined);
    await world.pass();
    expect(world.receiver.types().sort()).toEqual([...types, "payment_intent.created"].sort());
  });

  it("tell cancellations, authorisations and refunds", async () => {
    await world.stripe.paymentIntents.cancel((await create()).id);
    await world.stripe.refunds.create({ payment_intent: await pay() });
    const manual = await world.stripe.paymentIntents.create({
      amount: 500,
      currency: "eur",
      capture_method: "manual",
    });
    await world.stripe.paymentIntents.confirm(manual.id, { payment_method: "pm_card_visa" });
    await world.stripe.paymentIntents.capture(manual.id);
    await world.pass();
    expect(world.receiver.types()).toEqual(
      expect.arrayContaining([
        "payment_intent.canceled",
        "refund.created",
        "charge.refunded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
      ]),
    );
  });

  it("name the request that caused them", async () => {
    await world.stripe.paymentIntents.create({ amount: 500, currency: "eur" }, { idempotencyKey: "key-9" });
    await world.pass();
    expect(world.receiver.received[0]?.event.request).toMatchObject({ idempotency_key: "key-9" });
    expect(world.receiver.received[0]?.event.request?.id).toMatch(/^req_/);
  });
});

describe("a delivery that is not accepted", () => {
  it.each([[500], [302], [404], ["drop" as const]])(
    "is tried again after %s, newly signed",
    async (answer) => {
      world.receiver.answers.push(answer);
      await create();
      await world.pass();
      await world.pass((RETRY_GAPS_MS[0] ?? 0) - 1);
      expect(world.receiver.received).toHaveLength(1);
      await world.pass(1);
      const [first, second] = world.receiver.received;
      expect(world.receiver.received).toHaveLength(2);
      expect(second?.rawBody).toEqual(first?.rawBody);
      expect(signatureOf(second)).not.toBe(signatureOf(first));
      if (!second) throw new Error("no second delivery");
      expect(verify(second, world.clock.now()).id).toBe(first?.event.id);
      expect(deliveryOf("payment_intent.created")?.status).toBe("delivered");
    },
  );

  it("is tried with growing gaps for three days and then given up", async () => {
    for (let count = 0; count < 50; count += 1) world.receiver.answers.push(500);
    await create();
    await world.pass();
    const stepMs = HOUR_MS / 12;
    for (let passed = 0; passed <= RETRY_WINDOW_MS + 13 * HOUR_MS; passed += stepMs) await world.pass(stepMs);
    const delivery = deliveryOf("payment_intent.created");
    const times = world.receiver.received.map(signedAtMs);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(gaps).toEqual([5 / 60, 0.5, 2, 5, 10, 12, 12, 12, 12].map((hours) => hours * HOUR_MS));
    expect(delivery).toMatchObject({ status: "given-up", attempts: times.length });
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(RETRY_WINDOW_MS);
  });

  it("is tried again after a restart", async () => {
    world.receiver.answers.push(500);
    await create();
    await world.pass();
    world = await world.restart();
    await world.pass(RETRY_GAPS_MS[0]);
    expect(world.receiver.received).toHaveLength(2);
    expect(deliveryOf("payment_intent.created")).toMatchObject({ status: "delivered", attempts: 2 });
  });

  it("that was not even tried before a restart is sent after it", async () => {
    await create();
    world = await world.restart();
    await world.pass();
    expect(world.receiver.types()).toEqual(["payment_intent.created"]);
  });

  it("waits while the provider is down", async () => {
    await create();
    world.simulator.control.downFor(60_000);
    await world.pass(59_999);
    expect(world.receiver.received).toHaveLength(0);
    await world.pass(1);
    expect(world.receiver.received).toHaveLength(1);
  });
});

describe("a slow payment", () => {
  it("settles after a restart", async () => {
    const { id } = await create();
    await world.stripe.paymentIntents.confirm(id, { payment_method: "pm_usBankAccount_success" });
    world = await world.restart();
    await world.pass(5000);
    expect((await world.stripe.paymentIntents.retrieve(id)).status).toBe("succeeded");
    await world.pass();
    expect(world.receiver.types()).toContain("payment_intent.succeeded");
  });
});

describe("the control surface", () => {
  const post = (name: string, body: unknown) =>
    fetch(`${world.simulator.url()}/control/${name}`, { method: "POST", body: JSON.stringify(body) });

  it("sends an event again", async () => {
    await create();
    await world.pass();
    const eventId = world.receiver.received[0]?.event.id;
    await world.pass(60_000);
    expect((await post("resend", { eventId })).status).toBe(200);
    expect(deliveryOf("payment_intent.created")).toMatchObject({ attempts: 2, lastStatus: 200 });
    const [first, second] = world.receiver.received;
    expect(second?.rawBody).toEqual(first?.rawBody);
    expect(signatureOf(second)).not.toBe(signatureOf(first));
    expect((await post("resend", { eventId: "evt_missing" })).status).toBe(409);
  });

  it("sends the next deliveries twice", async () => {
    await post("duplicate", { next: 1 });
    await create();
    await create();
    await world.pass();
    const ids = world.receiver.received.map(({ event }) => event.id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(2);
  });

  it("holds deliveries and releases them in the order asked for", async () => {
    await post("hold", {});
    await pay();
    await world.pass();
    expect(world.receiver.received).toHaveLength(0);
    const order = ["payment_intent.succeeded", "payment_intent.created"].map(
      (type) => deliveryOf(type)?.eventId,
    );
    expect((await post("release", { order })).status).toBe(200);
    expect(world.receiver.types()).toEqual([
      "payment_intent.succeeded",
      "payment_intent.created",
      "charge.succeeded",
    ]);
  });

  it("keeps a hold over a restart", async () => {
    world.simulator.control.hold();
    await create();
    await world.pass();
    world = await world.restart();
    await world.pass();
    expect(world.receiver.received).toHaveLength(0);
    await world.simulator.control.release();
    expect(world.receiver.received).toHaveLength(1);
  });

  it("lists objects and deliveries, and orders faults and payer's choices over HTTP", async () => {
    const { id } = await create();
    const approve = { kind: "payment", id, action: "approve" };
    expect((await post("act", approve)).status).toBe(200);
    expect((await post("act", approve)).status).toBe(409);
    await world.pass();
    const get = async (name: string) => (await fetch(`${world.simulator.url()}/control/${name}`)).json();
    expect(await get("objects")).toMatchObject({ objects: [{ kind: "payment", id, status: "succeeded" }] });
    expect(await get("deliveries")).toMatchObject({
      deliveries: [{ type: "payment_intent.created", objectId: id, status: "delivered" }, {}, {}],
    });
    const fault = { operation: "", kind: "status", status: 500 };
    expect((await post("fail", fault)).status).toBe(200);
    expect((await fetch(`${world.simulator.url()}/v1/payment_intents`)).status).toBe(401);
    expect((await post("fail", { ...fault, times: 0 })).status).toBe(400);
    expect((await post("nothing", {})).status).toBe(404);
    expect((await post("down", { ms: 10 })).status).toBe(200);
  });

  it("delivers nothing without an endpoint, and from the moment there is one", async () => {
    await world.close();
    world = await startStripeWorld("");
    await create();
    await world.pass();
    expect(world.receiver.received).toEqual([]);
    expect((await world.stripe.events.list()).data).toMatchObject([{ pending_webhooks: 0 }]);
    world = await world.restart();
    await create();
    await world.pass();
    expect(world.receiver.types()).toEqual(["payment_intent.created"]);
  });
});
