/** Resetting a forgotten PIN through the real handlers, over the embedded engine, with time passing. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { endDueResetOf } from "../../../shared/pin/resets.ts";
import { DAY, HOUR, MINUTE, toTimestamp } from "../../../shared/platform/clock.ts";
import { keys } from "../../../shared/table/keys.ts";
import { signedIn } from "../../builders/pin.ts";
import { createPinWorld, NEW, OLD, OTHER, type PinWorld, WRONG } from "./pin-world.ts";

let world: PinWorld["world"];
let pepper: PinWorld["pepper"];
let area: PinWorld["area"];
let ada: PinWorld["ada"];
let verify: PinWorld["verify"];
let longAgo: PinWorld["longAgo"];
let put: PinWorld["put"];
let reset: PinWorld["reset"];
let callOff: PinWorld["callOff"];
let view: PinWorld["view"];
let record: PinWorld["record"];
let announced: PinWorld["announced"];
let expectPin: PinWorld["expectPin"];
beforeEach(async () => {
  ({ world, pepper, area, ada, verify, longAgo, put, reset, callOff, view, record, announced, expectPin } =
    await createPinWorld());
  expect((await put(OLD)).status).toBe(204);
  world.newEvents();
});
afterEach(() => world.close());

describe("a reset", () => {
  it("comes into force a day later and not a millisecond before; the old PIN is good until then", async () => {
    const askedAt = world.clock.now();
    const asked = await reset();
    const waiting = { requestedAt: toTimestamp(askedAt), inForceAt: toTimestamp(askedAt + DAY) };
    expect(asked.status).toBe(202);
    expect(asked.headers["idempotent-replayed"]).toBeUndefined();
    expect(asked.body).toEqual({ isSet: true, since: toTimestamp(askedAt), reset: waiting });
    expect(await view()).toEqual(asked.body);

    world.clock.advance(DAY - 1);
    await expectPin(OLD);
    expect(await view()).toEqual(asked.body);
    world.clock.advance(1);
    expect(await view()).toEqual({ isSet: true, since: toTimestamp(askedAt + DAY) });
    await expectPin(NEW);
    expect(await view()).toEqual({ isSet: true, since: toTimestamp(askedAt + DAY) });
  });

  it("is announced at once, and when it is in force: once, whoever looks first", async () => {
    await reset();
    const [asked] = world.newEvents();
    const requestedAt = world.clock.now();
    expect(asked).toMatchObject({
      type: "pin.reset-requested",
      data: { accountId: ada, reset: { requestedAt, inForceAt: requestedAt + DAY } },
    });
    world.clock.advance(2 * DAY);
    await view();
    expect(announced()).toEqual([]);
    await Promise.all([endDueResetOf(world, ada), verify(NEW), endDueResetOf(world, ada), put(OTHER, WRONG)]);
    await endDueResetOf(world, ada);
    expect(world.newEvents()).toMatchObject([
      { type: "pin.reset-completed", data: { accountId: ada }, correlationId: asked?.correlationId },
    ]);
    // Nothing is due any more.
    expect(await world.table.get(keys.pin(ada))).not.toHaveProperty("dueAt");
  });

  it("is not noted by the sweep before its time", async () => {
    await reset();
    const before = await record();
    world.clock.advance(DAY - 1);
    await endDueResetOf(world, ada);
    expect(await record()).toEqual(before);
  });

  it("opens a locked PIN when its time has come, and not before", async () => {
    for (let fives = 0; fives < 30; fives += 1) {
      for (let tries = 0; tries < 5; tries += 1) await verify(WRONG);
      const { lockedUntil } = await record();
      if (fives < 29) world.clock.advance(lockedUntil - world.clock.now());
    }
    const { lockedUntil } = await record();
    expect(lockedUntil).toBe(world.clock.now() + DAY);
    expect((await reset()).body).toMatchObject({ lockedUntil: toTimestamp(lockedUntil) });
    world.clock.advance(DAY - 1);
    expect(await verify(OLD)).toEqual({ outcome: "locked", until: lockedUntil });
    world.clock.advance(1);
    expect(await view()).not.toHaveProperty("lockedUntil");
    await expectPin(NEW);
    expect(await record()).toMatchObject({ failed: 0, lockedUntil: 0 });
  });

  it("ends a lock that would go on: it was a lock of the old PIN", async () => {
    await reset();
    world.clock.advance(DAY - 1);
    for (let tries = 0; tries < 5; tries += 1) await verify(WRONG);
    expect(await verify(OLD)).toMatchObject({ outcome: "locked" });
    world.clock.advance(1);
    expect(await view()).not.toHaveProperty("lockedUntil");
    expect(await verify(NEW)).toEqual({ outcome: "ok" });
  });

  it("is called off from any session, and the old PIN stays", async () => {
    await reset();
    world.newEvents();
    const { since } = await view();
    const off = await callOff();
    expect(off).toMatchObject({ status: 200, body: { isSet: true, since } });
    expect(off.body).not.toHaveProperty("reset");
    expect(world.newEvents()).toMatchObject([{ type: "pin.reset-cancelled", data: { accountId: ada } }]);
    expect(await callOff()).toMatchObject({ status: 200, body: off.body });
    world.clock.advance(2 * DAY);
    await endDueResetOf(world, ada);
    await expectPin(OLD);
    expect(announced()).toEqual([]);
  });

  it("cannot be called off when it is in force: the answer says since when", async () => {
    await reset();
    const inForceAt = toTimestamp(world.clock.now() + DAY);
    world.clock.advance(DAY);
    expect((await callOff()).body).toEqual({ isSet: true, since: inForceAt });
    await expectPin(NEW);
  });

  it("is called off by whoever changes the PIN, as they know it", async () => {
    await reset();
    world.newEvents();
    expect((await put(OTHER, OLD, longAgo())).status).toBe(204);
    expect(announced()).toEqual(["pin.reset-cancelled"]);
    expect(await view()).not.toHaveProperty("reset");
    world.clock.advance(2 * DAY);
    await expectPin(OTHER);
  });

  it("goes on when somebody gives the old PIN, right or wrong", async () => {
    await reset();
    await verify(OLD);
    await verify(WRONG);
    world.clock.advance(DAY);
    await expectPin(NEW);
  });
});

describe("asking for a reset", () => {
  it("needs a sign-in of the last ten minutes", async () => {
    const stale = await reset(NEW, { as: signedIn(world, "ada", 10 * MINUTE + 1000) });
    expect(stale).toMatchObject({
      status: 403,
      body: { code: "fresh-sign-in-required", maxAgeSeconds: 600 },
    });
    expect(await view()).not.toHaveProperty("reset");
    expect((await reset(NEW, { as: signedIn(world, "ada", 10 * MINUTE) })).status).toBe(202);
  });

  it("needs a PIN that was set, and another that is not too simple", async () => {
    await world.person("bob");
    const bob = signedIn(world, "bob");
    expect(await reset(NEW, { as: bob })).toMatchObject({ status: 403, body: { code: "pin-required" } });
    expect((await area.call("getPin", { as: bob })).body).toEqual({ isSet: false });
    expect((await area.call("cancelPinReset", { as: bob })).body).toEqual({ isSet: false });
    expect(await reset("123456")).toMatchObject({ status: 422, body: { code: "pin-too-simple" } });
    expect(await reset("12345")).toMatchObject({ status: 400, body: { errors: [{ field: "/body/pin" }] } });
    expect(announced()).not.toContain("pin.reset-requested");
  });

  it("again does not shorten the wait, nor replaces the PIN that waits", async () => {
    const { body } = await reset();
    world.newEvents();
    world.clock.advance(23 * HOUR);
    const again = await reset(OTHER);
    expect(again).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect(again.body.detail).toContain(body.reset.inForceAt);
    // The same PIN under another key is told no more: nobody can try PINs on the one that waits.
    expect((await reset(NEW)).body).toEqual(again.body);
    expect(await view()).toEqual(body);
    expect(announced()).toEqual([]);
    world.clock.advance(HOUR);
    await expectPin(NEW);
  });

  it("after one was called off waits the whole time anew", async () => {
    await reset();
    world.clock.advance(23 * HOUR);
    await callOff();
    const { body } = await reset(OTHER);
    expect(body.reset.inForceAt).toBe(toTimestamp(world.clock.now() + DAY));
    world.clock.advance(DAY - 1);
    await expectPin(OLD);
    world.clock.advance(1);
    await expectPin(OTHER);
  });

  it("when an earlier one is in force goes on from there", async () => {
    await reset();
    world.newEvents();
    world.clock.advance(2 * DAY);
    expect((await reset(OTHER)).status).toBe(202);
    expect(announced()).toEqual(["pin.reset-completed", "pin.reset-requested"]);
    await expectPin(NEW);
    world.clock.advance(DAY);
    await expectPin(OTHER);
  });

  it("is done once when many are sent at once", async () => {
    const replies = await Promise.all(
      [NEW, OTHER, NEW, OTHER, NEW].map((pin, index) => reset(pin, { key: `k${index}` })),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([202, 409, 409, 409, 409]);
    expect(announced()).toEqual(["pin.reset-requested"]);
    const done = replies.findIndex(({ status }) => status === 202);
    world.clock.advance(DAY);
    await expectPin(done % 2 === 0 ? NEW : OTHER);
  });

  it("changes and says nothing while the pepper is out", async () => {
    const before = await record();
    pepper.fail();
    expect(await reset()).toMatchObject({ status: 500, body: { code: "internal-error" } });
    expect(await record()).toEqual(before);
    pepper.fail(false);
    expect((await reset()).status).toBe(202);
  });
});

describe("the same request again", () => {
  const key = "forgot-1";

  it("is answered the same and has no second effect, also when the sign-in is old by then", async () => {
    const first = await reset(NEW, { key });
    world.newEvents();
    world.clock.advance(HOUR);
    const again = await reset(NEW, { key, as: longAgo() });
    expect(again).toMatchObject({
      status: 202,
      body: first.body,
      headers: { "idempotent-replayed": "true" },
    });
    expect(announced()).toEqual([]);
  });

  it("with another PIN is refused", async () => {
    await reset(NEW, { key });
    expect(await reset(OTHER, { key })).toMatchObject({
      status: 422,
      body: { code: "idempotency-key-reused" },
    });
    world.clock.advance(DAY);
    await expectPin(NEW);
  });

  it("does not bring back a reset that was called off", async () => {
    await reset(NEW, { key });
    await callOff();
    const again = await reset(NEW, { key });
    expect(again.headers["idempotent-replayed"]).toBe("true");
    expect(again.body).not.toHaveProperty("reset");
    world.clock.advance(2 * DAY);
    await expectPin(OLD);
  });

  it("does not begin anew when the reset is in force", async () => {
    await reset(NEW, { key });
    world.clock.advance(DAY);
    const again = await reset(NEW, { key });
    expect(again.body).toEqual({ isSet: true, since: toTimestamp(world.clock.now()) });
    await put(OTHER, NEW);
    expect((await reset(NEW, { key })).body).not.toHaveProperty("reset");
    world.clock.advance(2 * DAY);
    await expectPin(OTHER);
  });

  it("of another person is another request", async () => {
    await world.person("bob");
    const bob = signedIn(world, "bob");
    await put(OLD, undefined, bob);
    await reset(NEW, { key });
    expect((await reset(OTHER, { key, as: bob })).headers["idempotent-replayed"]).toBeUndefined();
  });
});
