/** What goes wrong with top-ups comes right: callbacks, lost replies, wrong money, crashes; over the Stripe simulator. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemAccount } from "../../../shared/ledger/account.ts";
import { HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import { type AccountId, derivedId } from "../../../shared/platform/ids.ts";
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

describe("callbacks", () => {
  it("that are repeated and out of order change nothing", async () => {
    w.simulator.control.hold();
    const { body } = await t.topUp();
    t.act("decline-generic");
    t.act("pay");
    await w.pass();
    w.simulator.control.duplicateNext(6);
    await w.simulator.control.release([
      ...t.eventIds("payment_intent.succeeded"),
      ...t.eventIds("payment_intent.payment_failed"),
      ...t.eventIds("payment_intent.created"),
    ]);
    await t.settle({ twice: true });
    for (const id of t.eventIds("payment_intent.payment_failed")) await w.simulator.control.resend(id);
    await t.settle({ twice: true });
    expect((await t.get(body.id)).body.status).toBe("succeeded");
    expect(await w.world.balance(ada)).toBe(12_50);
    expect(t.announced("payment.succeeded")).toBe(1);
    expect(await w.ledgerTotal()).toBe(0);
  });

  it("go back to the queue while the channel is silent", async () => {
    const { body } = await t.topUp();
    t.act("pay");
    await w.pass();
    const fault = { kind: "drop-before-effect" } as const;
    w.simulator.control.failNext({ ...fault, times: 1_000, operation: "GET /v1/payment_intents" });
    await w.consume();
    expect(w.unhandled()).toBeGreaterThan(0);
    expect((await t.get(body.id)).body.status).toBe("requires_action");
  });

  it("for a payment whose create got no answer tell its id", async () => {
    const fault = { kind: "drop-after-effect" } as const;
    w.simulator.control.failNext({ ...fault, operation: "POST /v1/payment_intents" });
    const { body } = await t.topUp();
    t.act("pay");
    await t.settle();
    expect((await t.get(body.id)).body.status).toBe("succeeded");
    expect(await w.world.balance(ada)).toBe(12_50);
  });

  it("that are of no known payment wait, and are followed when it is submitted", async () => {
    w.simulator.control.hold();
    const fault = { kind: "drop-after-effect" } as const;
    w.simulator.control.failNext({ ...fault, operation: "POST /v1/payment_intents" });
    const { body } = await t.topUp();
    const intent = t.intents()[0] ?? "";
    t.act("pay");
    const early = { id: "evt_early", object: "event", type: "payment_intent.succeeded", livemode: false };
    const created = Math.floor(w.world.clock.now() / 1000);
    expect(
      (await w.callback(JSON.stringify({ ...early, created, data: { object: { id: intent } } }))).status,
    ).toBe(200);
    await w.consume();
    expect(await w.items("WAITING#")).toMatchObject([{ channelPaymentId: intent, ownerPk: "WAITING" }]);
    expect((await t.get(body.id)).body.status).toBe("created");
    w.world.clock.advance(5_000);
    await t.topUp();
    await w.consume();
    expect(await w.items("WAITING#")).toEqual([]);
    expect((await t.get(body.id)).body.status).toBe("succeeded");
    expect(await w.world.balance(ada)).toBe(12_50);
  });

  it("of nothing at all are tried for three days and then left to people", async () => {
    const object = { id: "pi_elsewhere" };
    const created = Math.floor(w.world.clock.now() / 1000);
    const event = {
      id: "evt_x",
      object: "event",
      type: "payment_intent.succeeded",
      livemode: false,
      created,
    };
    await w.callback(JSON.stringify({ ...event, data: { object } }));
    await w.consume();
    const [fresh] = await w.items("WAITING#");
    expect(fresh?.["duePk"]).toMatch(/^DUE#/);
    await w.live(4 * 24 * HOUR, HOUR);
    const [old] = await w.items("WAITING#");
    expect(old?.["ownerPk"]).toBe("WAITING");
    expect(old?.["duePk"]).toBeUndefined();
  });

  it("about refunds are kept in the payment's history", async () => {
    const { body } = await t.topUp();
    t.act("pay");
    await t.settle();
    const created = Math.floor(w.world.clock.now() / 1000);
    const event = { id: "evt_refund", object: "event", type: "refund.created", livemode: false, created };
    const object = { id: "re_1", payment_intent: t.intents()[0] };
    await w.callback(JSON.stringify({ ...event, data: { object } }));
    await w.consume({ twice: true });
    expect((await t.facts(body.id)).filter(({ type }) => type === "noted")).toMatchObject([
      { about: "refund" },
    ]);
    expect((await t.get(body.id)).body.status).toBe("succeeded");
  });
});

describe("money that does not fit", () => {
  const suspense = async () => {
    const head = await w.deps.ledger.head({ account: systemAccount("suspense"), currency: "USD" });
    return head?.state.available ?? 0;
  };

  it("of another amount goes to suspense and fails the payment", async () => {
    const { body } = await t.topUp();
    w.answers = (call, answer) =>
      call.startsWith("GET /v1/payment_intents/pi_") && answer["status"] === "succeeded"
        ? { ...answer, amount_received: 12_49 }
        : answer;
    t.act("pay");
    await t.settle({ twice: true });
    expect((await t.get(body.id)).body).toMatchObject({
      status: "failed",
      lastFailure: { code: "amount-mismatch" },
    });
    expect([await w.world.balance(ada), await suspense(), await w.ledgerTotal()]).toEqual([0, 12_49, 0]);
    expect(w.metrics.get("SuspenseAmount")).toBe(12_49);
    expect(t.announced("payment.failed")).toBe(1);
    w.answers = undefined;
    await w.live(2 * HOUR, 10 * MINUTE);
    expect([await w.world.balance(ada), await suspense()]).toEqual([0, 12_49]);
  });

  it("of a second payment at the channel goes to suspense once, and the first counts", async () => {
    const { body } = await t.topUp();
    const response = await fetch(`${w.simulator.url()}/v1/payment_intents`, {
      method: "POST",
      headers: { authorization: "Bearer sk_test_world", "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        amount: "1250",
        currency: "usd",
        "automatic_payment_methods[enabled]": "true",
        "metadata[payment_id]": body.id,
      }),
    });
    const second = (await response.json()) as { id: string };
    t.act("pay", second.id);
    await t.settle({ twice: true });
    expect((await t.get(body.id)).body.status).toBe("requires_action");
    expect([await w.world.balance(ada), await suspense()]).toEqual([0, 12_50]);
    t.act("pay", body.action.paymentIntentId);
    await t.settle({ twice: true });
    expect((await t.get(body.id)).body.status).toBe("succeeded");
    expect([await w.world.balance(ada), await suspense(), await w.ledgerTotal()]).toEqual([12_50, 12_50, 0]);
  });

  it("of the other mode is not taken", async () => {
    const { body } = await t.topUp();
    w.answers = (_call, answer) => ({ ...answer, livemode: true });
    t.act("pay");
    await t.settle();
    expect((await t.get(body.id)).body.status).toBe("requires_action");
    expect(await w.world.balance(ada)).toBe(0);
    expect(w.lines.some((line) => line.startsWith("livemode-mismatch"))).toBe(true);
  });

  it("that comes after the expiry is credited", async () => {
    w.simulator.control.hold();
    const fault = { kind: "drop-after-effect" } as const;
    w.simulator.control.failNext({ ...fault, operation: "POST /v1/payment_intents" });
    const { body } = await t.topUp();
    const silent = { kind: "drop-before-effect" } as const;
    w.simulator.control.failNext({ ...silent, times: 10_000, operation: "POST /v1/payment_intents" });
    await w.live(25 * HOUR, 30 * MINUTE);
    expect((await t.get(body.id)).body.status).toBe("expired");
    t.act("pay");
    await w.simulator.control.release();
    await t.settle({ twice: true });
    expect((await t.get(body.id)).body.status).toBe("succeeded");
    expect(await w.world.balance(ada)).toBe(12_50);
    expect([t.announced("payment.failed"), t.announced("payment.succeeded")]).toEqual([1, 1]);
  });
});

describe("the sweep", () => {
  it("finishes a payment whose callbacks never came and whose create got no answer", async () => {
    w.simulator.control.hold();
    const fault = { kind: "drop-after-effect" } as const;
    w.simulator.control.failNext({ ...fault, operation: "POST /v1/payment_intents" });
    const { body } = await t.topUp();
    await w.live(2 * MINUTE);
    const open = await t.get(body.id);
    expect(open.body).toMatchObject({
      status: "requires_action",
      action: { paymentIntentId: t.intents()[0] },
    });
    t.act("pay");
    await w.live(HOUR);
    expect((await t.get(body.id)).body.status).toBe("succeeded");
    expect(t.intents()).toHaveLength(1);
  });

  it("asks about a payment it cannot reach later, and says how long it is overdue", async () => {
    const { body } = await t.topUp();
    t.act("pay-slow");
    w.simulator.control.hold();
    w.simulator.control.failNext({
      times: 10_000,
      kind: "drop-before-effect",
      operation: "/v1/payment_intents/pi_",
    });
    await w.live(27 * HOUR, 30 * MINUTE);
    expect((await t.get(body.id)).body.status).toBe("requires_action");
    expect(w.metrics.get("OldestUnfinishedPaymentSeconds")).toBeGreaterThan(HOUR / 1000);
    const item = (await w.items(`PAYMENT#${body.id}`)).find(({ sk }) => sk === "PAYMENT");
    expect(item?.["dueAt"]).toBeGreaterThan(w.world.clock.now() - HOUR);
  });

  it("gives expired holds back", async () => {
    await w.world.fund(ada, usd(50_00));
    const id = derivedId("hold", "h1");
    const account = `user:${ada}` as Parameters<typeof w.deps.holds.place>[0]["account"];
    const expiresAt = w.world.clock.now() + 10 * MINUTE;
    await w.deps.holds.place({ id, account, amount: usd(20_00), expiresAt });
    await w.live(9 * MINUTE);
    expect(await w.world.balance(ada)).toBe(30_00);
    await w.live(3 * MINUTE);
    expect(await w.world.balance(ada)).toBe(50_00);
    expect(await w.deps.holds.get(id)).toMatchObject({ status: "released", reason: "expired" });
  });

  it("goes on with the others when one item cannot be handled", async () => {
    const { body } = await t.topUp();
    t.act("pay");
    const shards = Array.from({ length: 8 }, (_, shard) => shard);
    for (const shard of shards) {
      const dueAt = w.world.clock.now() - 1;
      await w.world.table.put({
        put: { pk: `HOLD#${derivedId("hold", String(shard))}`, sk: "HOLD", duePk: `DUE#${shard}`, dueAt },
      });
      await w.world.table.put({ put: { pk: "REMINDER#1", sk: `${shard}`, duePk: `DUE#${shard}`, dueAt } });
    }
    w.world.clock.advance(MINUTE);
    expect(await w.sweep()).toEqual({ due: 9, done: 9, failed: 8 });
    expect((await t.get(body.id)).body.status).toBe("succeeded");
  });
});

describe("a process that ends anywhere", () => {
  /** The whole flow with one crash in it; then time passes, and everything has come right. */
  async function flow(at: number, when: "before" | "after"): Promise<number> {
    w.crashes.plan({ at, when });
    await t.topUp();
    await t.settle();
    w.world.clock.advance(31_000);
    await w.sweep();
    if (t.intents().length > 0) t.act("pay");
    await t.settle();
    const count = w.crashes.count();
    w.crashes.plan(undefined);
    await w.live(10 * MINUTE, MINUTE);
    return count;
  }

  it("leaves nothing that does not come right by itself", async () => {
    let effects = 1;
    for (let at = 1; at <= effects; at += 1) {
      for (const when of ["before", "after"] as const) {
        await w.close();
        w = await createPaymentsWorld();
        t = topUpsOf(w);
        ada = await w.world.person("ada");
        w.world.newEvents();
        effects = Math.max(effects, await flow(at, when));
        const [item] = (await w.items("PAYMENT#")).filter(({ sk }) => sk === "PAYMENT");
        if (item === undefined) {
          // The process ended before the first write: there is nothing, and nothing was asked of the channel.
          expect([at, when, t.intents()]).toEqual([1, "before", []]);
          continue;
        }
        if (item["status"] !== "succeeded") {
          t.act("pay");
          await w.live(HOUR, 5 * MINUTE);
        }
        const paid = await t.get(String(item["paymentId"]));
        expect([at, when, paid.body.status, t.intents().length]).toEqual([at, when, "succeeded", 1]);
        expect(await w.world.balance(ada)).toBe(12_50);
        expect(await w.ledgerTotal()).toBe(0);
        expect(t.announced("payment.succeeded")).toBe(1);
        expect((await w.items("TRANSFER#")).length).toBe(1);
      }
    }
    expect(effects).toBeGreaterThanOrEqual(5);
  }, 120_000);

  it("while it closes an expired payment leaves it expired and closed", async () => {
    let effects = 1;
    for (let at = 1; at <= effects; at += 1) {
      for (const when of ["before", "after"] as const) {
        await w.close();
        w = await createPaymentsWorld();
        t = topUpsOf(w);
        await w.world.person("ada");
        w.world.newEvents();
        const { body } = await t.topUp();
        await w.live(24 * HOUR - 1, 6 * HOUR);
        w.crashes.plan({ at, when });
        await w.pass(1);
        await w.sweep();
        effects = Math.max(effects, w.crashes.count());
        w.crashes.plan(undefined);
        await w.live(10 * MINUTE, MINUTE);
        expect([at, when, (await t.get(body.id)).body.status]).toEqual([at, when, "expired"]);
        expect(() => t.act("pay")).toThrow();
        expect(t.announced("payment.failed")).toBe(1);
      }
    }
    expect(effects).toBeGreaterThanOrEqual(2);
  }, 60_000);
});
