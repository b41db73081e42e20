/** Callbacks through the real handler: what is verified is stored once, what is not changes nothing. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { callbacksRoutes } from "../../../functions/callbacks/contract.ts";
import { callbacksHandlers } from "../../../functions/callbacks/handlers.ts";
import { signatureHeader } from "../../../local/channels/stripe/webhooks.ts";
import { fromCallbackItem, rawBodyOf } from "../../../shared/payments/callback-record.ts";
import { DAY, MINUTE, SECOND } from "../../../shared/platform/clock.ts";
import { derivedId } from "../../../shared/platform/ids.ts";
import {
  createPaymentsWorld,
  OLD_WEBHOOK_SECRET,
  type PaymentsWorld,
  WEBHOOK_SECRET,
} from "../../builders/payments-world.ts";

let w: PaymentsWorld;
beforeEach(async () => {
  w = await createPaymentsWorld();
});
afterEach(() => w.close());

const paymentId = derivedId("payment", "p");

const anEvent = (rest: Record<string, unknown> = {}): string =>
  JSON.stringify(
    {
      id: "evt_1",
      object: "event",
      type: "payment_intent.succeeded",
      created: Math.floor(w.world.clock.now() / 1000),
      livemode: false,
      // 1.10 is not 1.1: a body that is parsed and printed again does not verify.
      note: "1.10",
      data: { object: { id: "pi_1", metadata: { payment_id: paymentId } } },
      ...rest,
    },
    null,
    1,
  ).replace('"1.10"', "1.10");

const stored = () => w.items("CALLBACK#");

describe("a verified callback", () => {
  it("is stored once with its exact bytes, announced once, and acknowledged each time", async () => {
    const body = anEvent();
    const replies = await Promise.all([w.callback(body), w.callback(body), w.callback(body)]);
    replies.push(await w.callback(body));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const items = await stored();
    expect(items).toHaveLength(1);
    const [item = {}] = items;
    expect(fromCallbackItem(item)).toEqual({
      channel: "stripe",
      channelEventId: "evt_1",
      type: "payment_intent.succeeded",
      kind: "payment",
      paymentId,
      channelPaymentId: "pi_1",
      occurredAt: w.world.clock.now(),
      receivedAt: w.world.clock.now(),
    });
    expect(Buffer.from(rawBodyOf(item)).toString()).toBe(body);
    expect(item["expiresAt"]).toBe((w.world.clock.now() + 90 * DAY) / 1000);
    expect(w.world.newEvents()).toMatchObject([
      { type: "callback.received", data: { channel: "stripe", channelEventId: "evt_1", paymentId } },
    ]);
    expect(w.metrics.get("CallbacksStored")).toBe(1);
  });

  it("may be signed with either secret while one is being rolled", async () => {
    expect((await w.callback(anEvent(), { secret: OLD_WEBHOOK_SECRET })).status).toBe(200);
    expect((await w.callback(anEvent({ id: "evt_2" }), { secret: WEBHOOK_SECRET })).status).toBe(200);
    expect(await stored()).toHaveLength(2);
  });

  it("of a kind that nothing follows from is acknowledged and not stored", async () => {
    expect((await w.callback(anEvent({ type: "charge.succeeded" }))).status).toBe(200);
    expect(await stored()).toEqual([]);
  });

  it("with a text of somebody's own in place of our id is stored without it, so the stream goes on", async () => {
    await w.callback(anEvent({ data: { object: { id: "pi_1", metadata: { payment_id: "order 7" } } } }));
    expect((await stored())[0]).not.toHaveProperty("paymentId");
    expect(w.world.newEvents()).toHaveLength(1);
  });

  it("is not acknowledged when it cannot be stored", async () => {
    const area = w.world.area(
      callbacksRoutes,
      callbacksHandlers({
        table: { ...w.world.table, put: async () => Promise.reject(new Error("the table is away")) },
        platform: w.world.platform,
        channels: w.deps.channels,
      }),
    );
    const body = anEvent();
    const signature = signatureHeader(WEBHOOK_SECRET, Math.floor(w.world.clock.now() / 1000), body);
    const reply = await area.call("receiveCallback", {
      params: { channel: "stripe" },
      rawBody: body,
      headers: { "Stripe-Signature": signature },
    });
    expect(reply.status).toBe(500);
  });
});

describe("a callback that is not to be trusted", () => {
  const now = () => w.world.clock.now();
  const cases: Record<string, () => Parameters<PaymentsWorld["callback"]>> = {
    "signed with another secret": () => [anEvent(), { secret: "whsec_forged" }],
    "without a signature": () => [anEvent(), { header: "" }],
    "with a signature that is none": () => [anEvent(), { header: "t=1,v1=zz" }],
    "altered by one byte": () => [
      anEvent(),
      { header: signatureHeader(WEBHOOK_SECRET, Math.floor(now() / 1000), anEvent({ id: "evt_2" })) },
    ],
    "signed 301 seconds ago": () => [anEvent(), { atMs: now() - 301 * SECOND }],
    "signed 301 seconds ahead": () => [anEvent(), { atMs: now() + 301 * SECOND }],
    "of the other mode": () => [anEvent({ livemode: true })],
    "that is not an event": () => ["{}"],
    "that is not JSON": () => ["not json"],
  };

  it.each(Object.keys(cases))("%s is refused and changes nothing", async (name) => {
    const [body, options] = cases[name]?.() ?? [""];
    const reply = await w.callback(body, options);
    expect(reply.status).toBe(400);
    expect(await stored()).toEqual([]);
    expect(w.world.newEvents()).toEqual([]);
    expect(w.metrics.get("CallbacksRejected")).toBe(1);
  });

  it("is taken at the edge of the time allowed", async () => {
    expect((await w.callback(anEvent(), { atMs: now() - 299 * SECOND })).status).toBe(200);
    expect((await w.callback(anEvent({ id: "evt_2" }), { atMs: now() + 299 * SECOND })).status).toBe(200);
  });

  it("for a channel that is not there is not found, and a large one is not read", async () => {
    const unknown = await w.callbacks.call("receiveCallback", {
      params: { channel: "paypal" },
      rawBody: "{}",
    });
    expect(unknown.status).toBe(404);
    const large = await w.callback(anEvent({ note: "x".repeat(70_000) }));
    expect(large.status).toBe(413);
    expect(await stored()).toEqual([]);
  });

  it("replayed after five minutes is refused though it was right once", async () => {
    const body = anEvent();
    const header = signatureHeader(WEBHOOK_SECRET, Math.floor(now() / 1000), body);
    expect((await w.callback(body, { header })).status).toBe(200);
    w.world.clock.advance(6 * MINUTE);
    expect((await w.callback(body, { header })).status).toBe(400);
  });
});
