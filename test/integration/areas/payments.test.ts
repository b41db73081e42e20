/** Top-ups through the real handlers, consumer and sweep, over the Stripe simulator. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeAccess } from "../../../shared/accounts/change-access.ts";
import { freeze } from "../../../shared/ledger/access.ts";
import { HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import { createPaymentsWorld, type PaymentsWorld } from "../../builders/payments-world.ts";
import { type TopUps, topUpsOf } from "../../builders/top-ups.ts";
import { usd } from "../../builders/world.ts";

let w: PaymentsWorld;
let t: TopUps;
let ada: AccountId;

beforeEach(async () => {
  w = await createPaymentsWorld();
  t = topUpsOf(w);
  ada = await w.world.person("ada");
  await w.world.person("ben");
  w.world.newEvents();
});
afterEach(() => w.close());

describe("a top-up", () => {
  it("is approved: the wallet is credited once, with its history and one event", async () => {
    const started = await t.topUp();
    expect(started.status).toBe(201);
    expect(started.body).toMatchObject({
      status: "requires_action",
      amount: usd(12_50),
      action: {
        type: "stripe_client_secret",
        publishableKey: "pk_test_world",
        paymentIntentId: t.intents()[0],
      },
    });
    t.act("pay");
    await t.settle();
    const paid = await t.get(started.body.id);
    expect(paid.body.status).toBe("succeeded");
    expect(paid.body).not.toHaveProperty("action");
    expect(await w.world.balance(ada)).toBe(12_50);
    expect(await w.ledgerTotal()).toBe(0);
    expect([t.announced("payment.submitted"), t.announced("payment.succeeded")]).toEqual([1, 1]);
    expect((await t.facts(started.body.id)).map(({ status }) => status)).toContain("succeeded");
    expect(w.metrics.get("PaymentsSucceeded")).toBe(1);
    expect(await w.items("WAITING#")).toEqual([]);
  });

  it("is declined, then approved: it stays open and says why", async () => {
    const { body } = await t.topUp();
    t.act("decline-insufficient-funds");
    await t.settle();
    const open = await t.get(body.id);
    expect(open.body).toMatchObject({
      status: "requires_action",
      lastFailure: { code: "insufficient_funds" },
      action: { clientSecret: body.action.clientSecret },
    });
    t.act("pay");
    await t.settle();
    const paid = await t.get(body.id);
    expect(paid.body.status).toBe("succeeded");
    expect(paid.body).not.toHaveProperty("lastFailure");
    expect(await w.world.balance(ada)).toBe(12_50);
  });

  it("is processing first", async () => {
    const { body } = await t.topUp();
    t.act("pay-slow");
    await t.settle();
    const waiting = await t.get(body.id);
    expect(waiting.body.status).toBe("processing");
    expect(waiting.body).not.toHaveProperty("action");
    expect(await w.world.balance(ada)).toBe(0);
    await w.live(2 * HOUR, 10 * MINUTE);
    expect((await t.get(body.id)).body.status).toBe("succeeded");
    expect(await w.world.balance(ada)).toBe(12_50);
  });

  it("is cancelled at the channel", async () => {
    const { body } = await t.topUp();
    t.act("cancel");
    await t.settle();
    expect((await t.get(body.id)).body.status).toBe("cancelled");
    expect(w.events.find(({ type }) => type === "payment.failed")?.data).toMatchObject({
      paymentId: body.id,
      status: "cancelled",
    });
    expect(await w.world.balance(ada)).toBe(0);
    expect(await w.ledgerTotal()).toBe(0);
  });

  it("expires: it is closed at the channel and cannot be paid", async () => {
    const { body } = await t.topUp();
    await w.live(24 * HOUR + 5 * MINUTE, 30 * MINUTE);
    expect((await t.get(body.id)).body.status).toBe("expired");
    expect(() => t.act("pay")).toThrow();
    expect(t.announced("payment.failed")).toBe(1);
    expect(w.metrics.get("OldestUnfinishedPaymentSeconds")).toBeLessThan(HOUR / 1000);
    expect((await w.items(`PAYMENT#${body.id}`)).every((item) => item["duePk"] === undefined)).toBe(true);
  });

  it("is not credited late by a sweep that races the callback", async () => {
    const { body } = await t.topUp();
    t.act("pay");
    w.world.clock.advance(MINUTE);
    await w.pass();
    await Promise.all([w.sweep(), w.sweep(), w.consume({ twice: true }), w.sweep()]);
    await w.consume();
    expect((await t.get(body.id)).body.status).toBe("succeeded");
    expect(await w.world.balance(ada)).toBe(12_50);
    expect(t.announced("payment.succeeded")).toBe(1);
    expect(w.metrics.get("PaymentsSucceeded")).toBe(1);
  });
});

describe("who may see it", () => {
  it("its owner alone; lists are theirs and in order", async () => {
    const ids: string[] = [];
    for (const key of ["a", "b", "c"]) {
      ids.unshift((await t.topUp(key)).body.id);
      w.world.clock.advance(1_000);
    }
    expect((await t.get(ids[0] ?? "", "ben")).status).toBe(404);
    expect((await w.api.call("listPayments", { as: "ben" })).body.items).toEqual([]);
    const first = await w.api.call("listPayments", { as: "ada", query: { limit: "2" } });
    expect(first.body.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    const query = { limit: "2", cursor: first.body.nextCursor };
    const rest = await w.api.call("listPayments", { as: "ada", query });
    expect(rest.body.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(2));
    expect((await w.api.call("listPayments", { as: "ben", query })).body.code).toBe("cursor-invalid");
    expect((await w.api.call("listPayments", { as: "ada", query: { cursor: "x" } })).status).toBe(400);
  });

  it("no log line holds the client secret", async () => {
    const { body } = await t.topUp();
    t.act("pay");
    await t.settle();
    await w.live(5 * MINUTE);
    expect(body.action.clientSecret.length).toBeGreaterThan(20);
    expect(w.lines.length).toBeGreaterThan(3);
    expect(w.lines.join("\n")).not.toContain(body.action.clientSecret);
  });
});

describe("refusals", () => {
  it("come before anything is written or asked", async () => {
    await w.world.person("carl", { consented: false });
    const codes = [
      (await t.topUp("r1", 12_50, "carl")).body.code,
      (await t.topUp("r2", 49)).body.code,
      (await t.topUp("r3", 1_000_000_00)).body.code,
      (await t.topUp("r4", 12_50, "ada", "VND")).body.code,
      (await w.api.call("createTopUp", { as: "ada", body: { amount: usd(100), channel: "paypal" } })).body
        .code,
    ];
    w.settings.enabled = false;
    codes.push((await t.topUp("r5")).body.code);
    w.settings.enabled = true;
    await changeAccess(w.world, ada, { change: (access) => freeze(access, "fraud"), memo: "freeze:fraud" });
    codes.push((await t.topUp("r6")).body.code);
    expect(codes).toEqual([
      "consent-required",
      "amount-not-supported",
      "amount-not-supported",
      "currency-not-supported",
      "channel-not-available",
      "channel-not-available",
      "account-frozen",
    ]);
    expect(await w.items("PAYMENT#")).toEqual([]);
    expect(t.intents()).toEqual([]);
  });

  it("of the channel fail the payment, and stay the answer", async () => {
    const fault = { kind: "status", status: 402 } as const;
    w.simulator.control.failNext({ ...fault, operation: "POST /v1/payment_intents" });
    const refused = await t.topUp();
    expect([refused.status, refused.body.code]).toEqual([422, "payment-declined"]);
    const again = await t.topUp();
    expect([again.status, again.body.code]).toEqual([422, "payment-declined"]);
    const { items } = (await w.api.call("listPayments", { as: "ada" })).body;
    expect(items).toMatchObject([{ status: "failed" }]);
    expect(t.intents()).toEqual([]);
  });
});

describe("the same key", () => {
  it("is the same payment, and another body is refused", async () => {
    const first = await t.topUp();
    const again = await t.topUp();
    expect(again.status).toBe(201);
    expect(again.headers["idempotent-replayed"]).toBe("true");
    expect(again.body).toEqual(first.body);
    expect((await t.topUp("k1", 13_00)).body.code).toBe("idempotency-key-reused");
    expect(t.intents()).toHaveLength(1);
  });

  it("fifty times at once makes one payment and one PaymentIntent", async () => {
    const replies = await Promise.all(Array.from({ length: 50 }, () => t.topUp()));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(new Set(replies.map(({ body }) => body.action?.clientSecret)).size).toBe(1);
    expect(replies.filter(({ headers }) => headers["idempotent-replayed"] === undefined)).toHaveLength(1);
    expect(t.intents()).toHaveLength(1);
    t.act("pay");
    await t.settle();
    expect(await w.world.balance(ada)).toBe(12_50);
  });

  it("brings a payment further whose create got no answer", async () => {
    const fault = { kind: "drop-after-effect" } as const;
    w.simulator.control.failNext({ ...fault, operation: "POST /v1/payment_intents" });
    const lost = await t.topUp();
    expect([lost.status, lost.body.status]).toEqual([201, "created"]);
    w.world.clock.advance(5_000);
    const again = await t.topUp();
    expect(again.body).toMatchObject({ id: lost.body.id, status: "requires_action" });
    expect(again.body.action.paymentIntentId).toBe(t.intents()[0]);
    expect(t.intents()).toHaveLength(1);
  });
});
