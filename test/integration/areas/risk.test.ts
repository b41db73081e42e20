/** Anomalies from events to a freeze and its end, over the embedded engine. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { opsRoutes } from "../../../functions/ops/contract.ts";
import { opsHandlers } from "../../../functions/ops/handlers.ts";
import { riskEvents } from "../../../functions/risk/event-handlers.ts";
import { createCampaigns } from "../../../shared/campaigns/store.ts";
import type { DomainEvent, EventOf } from "../../../shared/events/catalogue.ts";
import { consumeEvents } from "../../../shared/events/consume.ts";
import { toMessage } from "../../../shared/events/message.ts";
import { DAY, HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import { type AccountId, newId } from "../../../shared/platform/ids.ts";
import { releaseDueFreezeByKey } from "../../../shared/risk/freeze.ts";
import type { RiskSettings } from "../../../shared/risk/settings.ts";
import { riskOf } from "../../../shared/risk/store.ts";
import { duePartition } from "../../../shared/table/keys.ts";
import { DUE_SHARDS } from "../../../shared/table/schema.ts";
import { calmRisk } from "../../builders/risk.ts";
import { pay, transfersArea } from "../../builders/transfers.ts";
import { createWorld, lambdaContext, messagesFor, sqsEvent, usd, type World } from "../../builders/world.ts";

const risk: RiskSettings = {
  ...calmRisk,
  rules: {
    "new-payees": { count: 3, withinMinutes: 60 },
    "pass-through": { count: 2, withinMinutes: 30, percent: 90, youngerThanDays: 30 },
    "failed-payments": { count: 3, withinMinutes: 60 },
  },
  freezeHours: 24,
};

let world: World;
let transfers: ReturnType<typeof transfersArea>;
let ada: AccountId;
let ben: AccountId;
beforeEach(async () => {
  world = await createWorld({ risk });
  transfers = transfersArea(world);
  ada = await world.person("ada", { funds: usd(1000_00) });
  ben = await world.person("ben");
  world.newEvents();
});
afterEach(() => world.close());

const opsArea = () =>
  world.area(
    opsRoutes,
    opsHandlers({
      ...world,
      campaigns: createCampaigns(world),
      currencies: ["USD", "EUR"],
      channelNames: [],
    }),
  );

/** Hands messages to the consumer. @returns how many went back to the queue. */
const deliver = async (...events: readonly DomainEvent[]): Promise<number> => {
  const consume = consumeEvents(riskEvents(world), world.platform);
  const { batchItemFailures } = await consume(sqsEvent(...events.map(toMessage)), lambdaContext);
  return batchItemFailures.length;
};
/** Everything new that this subscriber is sent. */
const deliverNew = async (): Promise<readonly string[]> => {
  const messages = messagesFor("risk", world.newEvents());
  await consumeEvents(riskEvents(world), world.platform)(sqsEvent(...messages), lambdaContext);
  return messages;
};
const failed = (owner: AccountId, status: "failed" | "cancelled" = "failed"): EventOf<"payment.failed"> => ({
  id: newId("event", world.clock, world.platform.random),
  type: "payment.failed",
  at: world.clock.now(),
  correlationId: "correlation",
  data: {
    paymentId: newId("payment", world.clock, world.platform.random),
    owner,
    amount: usd(5_00),
    status,
  },
});
const tried = (times: number, owner = ada) => Array.from({ length: times }, () => failed(owner));
const frozenFor = async (id = ada) => (await world.accounts.get(id))?.access.frozenFor;
const send = (payee: AccountId, value: number, as = "ada") =>
  transfers.call("createTransfer", { as, body: pay(payee, value) });

/** The due work of this area, done as the sweep does it. @returns how much there was. */
async function sweep(): Promise<number> {
  let done = 0;
  for (let shard = 0; shard < DUE_SHARDS; shard += 1) {
    const due = await world.table.query({
      index: "byDue",
      partition: duePartition(shard),
      sort: "#sk <= :now",
      values: { ":now": world.clock.now() },
    });
    for (const { pk, sk } of due.items) {
      await releaseDueFreezeByKey(world, { pk: String(pk), sk: String(sk) });
      done += 1;
    }
  }
  return done;
}

describe("tried cards", () => {
  it("freeze the account in every currency, with the reason in event and chain", async () => {
    expect(await deliver(...tried(2), failed(ada, "cancelled"))).toBe(0);
    expect(await frozenFor()).toEqual([]);
    await deliver(failed(ada));
    expect(await frozenFor()).toEqual(["risk:failed-payments"]);
    expect(await send(ben, 1)).toMatchObject({ status: 403, body: { code: "account-frozen" } });
    expect(world.newEvents()).toMatchObject([
      { type: "account.frozen", data: { accountId: ada, reason: "risk:failed-payments" } },
    ]);
  });

  it("freeze once, however often and however many at once the events come", async () => {
    const events = tried(3);
    await Promise.all([deliver(...events), deliver(...events), deliver(...events)]);
    await deliver(...events);
    expect(await frozenFor()).toEqual(["risk:failed-payments"]);
    expect(world.newEvents().filter(({ type }) => type === "account.frozen")).toHaveLength(1);
    expect((await riskOf(world.table, ada)).watch.movements).toHaveLength(3);
  });

  it("of different people freeze nobody", async () => {
    await deliver(...tried(2), ...tried(2, ben));
    expect([await frozenFor(), await frozenFor(ben)]).toEqual([[], []]);
  });
});

describe("transfers", () => {
  it("to many new people freeze the payer, and no payee", async () => {
    const people: AccountId[] = [];
    for (const name of ["carl", "dora", "emil"]) people.push(await world.person(name));
    for (const person of people) await send(person, 1_00);
    await deliverNew();
    expect(await frozenFor()).toEqual(["risk:new-payees"]);
    for (const person of people) expect(await frozenFor(person)).toEqual([]);
  });

  it("that pass money on freeze who it passes through, while their account is new", async () => {
    const carl = await world.person("carl");
    for (let round = 0; round < 2; round += 1) {
      await send(ben, 10_00);
      world.clock.advance(MINUTE);
      await send(carl, 9_50, "ben");
      world.clock.advance(MINUTE);
    }
    await deliverNew();
    expect(await frozenFor(ben)).toEqual(["risk:pass-through"]);
    expect(await frozenFor()).toEqual([]);
  });

  it("to a known person by an account that is not new cost one read", async () => {
    world.clock.advance(31 * DAY);
    await send(ben, 1_00);
    await deliverNew();
    await send(ben, 1_00);
    const messages = messagesFor("risk", world.newEvents());
    const before = world.meter.total();
    await consumeEvents(riskEvents(world), world.platform)(sqsEvent(...messages), lambdaContext);
    const after = world.meter.total();
    expect(after.readUnits - before.readUnits).toBe(1);
    expect(after.writeUnits).toBe(before.writeUnits);
  });
});

describe("a freeze for an anomaly", () => {
  it("ends by itself in time, and the same evidence does not bring it back", async () => {
    const events = tried(3);
    await deliver(...events);
    world.clock.advance(24 * HOUR - 1);
    expect(await sweep()).toBe(0);
    world.clock.advance(1);
    expect(await sweep()).toBe(1);
    expect(await frozenFor()).toEqual([]);
    expect(await send(ben, 1)).toMatchObject({ status: 201 });
    expect(world.newEvents().map(({ type }) => type)).toContain("account.unfrozen");
    expect(await sweep()).toBe(0);
    await deliver(...events);
    expect(await frozenFor()).toEqual([]);
    await deliver(...tried(3));
    expect(await frozenFor()).toEqual(["risk:failed-payments"]);
  });

  it("does not end another reason", async () => {
    await deliver(...tried(3));
    const ops = opsArea();
    await ops.call("freezeAccount", { as: "olivia!", params: { id: ada }, body: { reason: "legal-order" } });
    world.clock.advance(24 * HOUR);
    await sweep();
    expect(await frozenFor()).toEqual(["legal-order"]);
  });

  it("is seen by ops with its evidence, and ended by them earlier", async () => {
    await deliver(...tried(3));
    const ops = opsArea();
    const look = () => ops.call("getAccountRisk", { as: "olivia!", params: { id: ada } });
    const at = "2026-11-22T12:00:00.000Z";
    const found = {
      rule: "failed-payments",
      reason: "risk:failed-payments",
      frozenAt: at,
      releaseAt: "2026-11-23T12:00:00.000Z",
      evidence: { count: 3, from: at, to: at, sums: [usd(15_00)] },
    };
    expect((await look()).body).toEqual({
      accountId: ada,
      frozenFor: ["risk:failed-payments"],
      freezes: [{ ...found, active: true }],
    });
    const reason = { reason: "risk:failed-payments" };
    await ops.call("unfreezeAccount", { as: "olivia!", params: { id: ada }, body: reason });
    expect((await look()).body).toMatchObject({ frozenFor: [], freezes: [{ ...found, active: false }] });
    const byHand = await ops.call("freezeAccount", { as: "olivia!", params: { id: ada }, body: reason });
    expect(byHand.status).toBe(400);
    world.clock.advance(24 * HOUR);
    expect(await sweep()).toBe(1);
    expect(await sweep()).toBe(0);
  });

  it("of nobody is told to ops as such, and of somebody to nobody else", async () => {
    const ops = opsArea();
    expect((await ops.call("getAccountRisk", { as: "olivia!", params: { id: ben } })).body.freezes).toEqual(
      [],
    );
    const stranger = newId("account", world.clock, world.platform.random);
    expect((await ops.call("getAccountRisk", { as: "olivia!", params: { id: stranger } })).status).toBe(404);
    expect((await ops.call("getAccountRisk", { as: "ada", params: { id: ada } })).status).toBe(403);
  });
});
