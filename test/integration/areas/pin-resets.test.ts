/** Resetting a forgotten PIN through the real handlers, over the embedded engine, with time passing. */
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identityRoutes } from "../../../functions/identity/contract.ts";
import { toMessage } from "../../../shared/events/message.ts";
import { serve } from "../../../shared/http/serve.ts";
import { fromPinItem } from "../../../shared/pin/pin.ts";
import { type PinDeps, type PinOutcome, verifyPin } from "../../../shared/pin/pins.ts";
import { endDueResetOf } from "../../../shared/pin/resets.ts";
import { DAY, HOUR, MINUTE, toTimestamp } from "../../../shared/platform/clock.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import type { Log } from "../../../shared/platform/log.ts";
import { secret } from "../../../shared/platform/redacted.ts";
import { keys } from "../../../shared/table/keys.ts";
import { freezePerson, unfreezePerson } from "../../builders/freezing.ts";
import { FEW_ITERATIONS, type TestPepper, testPepper } from "../../builders/pepper.ts";
import { pinArea, pinHandlers, signedIn } from "../../builders/pin.ts";
import { createWholeWorld } from "../../builders/whole-world.ts";
import {
  type CallOptions,
  createWorld,
  gatewayEvent,
  lambdaContext,
  type World,
} from "../../builders/world.ts";

const OLD = "482913";
const NEW = "730551";
const OTHER = "019284";
const WRONG = "906152";

let world: World;
let pepper: TestPepper;
let area: ReturnType<typeof pinArea>;
let ada: AccountId;
beforeEach(async () => {
  world = await createWorld();
  pepper = testPepper();
  area = pinArea(world, pepper);
  ada = await world.person("ada");
  expect((await put(OLD)).status).toBe(204);
  world.newEvents();
});
afterEach(() => world.close());

const fresh = (): string => signedIn(world, "ada");
/** A session that began long ago. */
const longAgo = (): string => signedIn(world, "ada", 30 * DAY);
const put = (pin: string, currentPin?: string, as = fresh()) =>
  area.call("putPin", { as, body: { pin, ...(currentPin === undefined ? {} : { currentPin }) } });
const reset = (pin = NEW, options: Pick<CallOptions, "as" | "key"> = {}) =>
  area.call("resetPin", { as: fresh(), body: { pin }, ...options });
const callOff = (as = longAgo()) => area.call("cancelPinReset", { as });
const view = async () => (await area.call("getPin", { as: longAgo() })).body;
const deps = (change: Partial<PinDeps> = {}): PinDeps => ({
  ...world,
  pepper,
  pinIterations: FEW_ITERATIONS,
  ...change,
});
const verify = (pin: string, change: Partial<PinDeps> = {}): Promise<PinOutcome> =>
  verifyPin(deps(change), ada, secret(pin));
const record = async () => fromPinItem(ada, (await world.table.get(keys.pin(ada))) ?? {});
const announced = () => world.newEvents().map(({ type }) => type);

/** That this one is the PIN, and the others are not. */
async function expectPin(right: string): Promise<void> {
  for (const pin of [OLD, NEW, OTHER].filter((one) => one !== right))
    expect(await verify(pin), pin).toMatchObject({ outcome: "wrong" });
  expect(await verify(right), right).toEqual({ outcome: "ok" });
}

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

describe("a freeze", () => {
  it("stops a reset for good, also when it has ended", async () => {
    await reset();
    world.clock.advance(HOUR);
    await freezePerson(world, ada);
    expect(await view()).not.toHaveProperty("reset");
    await unfreezePerson(world, ada);
    expect(await view()).not.toHaveProperty("reset");
    world.newEvents();
    world.clock.advance(2 * DAY);
    await endDueResetOf(world, ada);
    expect(announced()).toEqual(["pin.reset-cancelled"]);
    expect(await world.table.get(keys.pin(ada))).not.toHaveProperty("dueAt");
    await expectPin(OLD);
  });

  it("keeps another from being asked for, and lets the owner call one off", async () => {
    await reset(NEW, { key: "before" });
    await freezePerson(world, ada);
    expect(await reset(OTHER)).toMatchObject({ status: 403, body: { code: "account-frozen" } });
    expect((await reset(NEW, { key: "before" })).body).not.toHaveProperty("reset");
    expect((await callOff()).status).toBe(200);
    await unfreezePerson(world, ada);
    expect((await reset(OTHER)).status).toBe(202);
    world.clock.advance(DAY);
    await expectPin(OTHER);
  });

  it("that ended leaves the way free for another, which takes the place of the one that was stopped", async () => {
    await reset();
    await freezePerson(world, ada);
    await unfreezePerson(world, ada);
    world.clock.advance(HOUR);
    expect((await reset(OTHER)).body.reset.inForceAt).toBe(toTimestamp(world.clock.now() + DAY));
    world.clock.advance(DAY - 1);
    await expectPin(OLD);
    world.clock.advance(1);
    await expectPin(OTHER);
  });

  it("for a second reason stops one that was asked for between two freezes", async () => {
    await freezePerson(world, ada, "ops");
    await unfreezePerson(world, ada, "ops");
    await reset();
    await freezePerson(world, ada, "ops");
    await unfreezePerson(world, ada, "ops");
    world.clock.advance(DAY);
    await expectPin(OLD);
  });

  it("that gets in between the look and the write stops it", async () => {
    const accounts = {
      ...world.accounts,
      async get(id: AccountId) {
        const account = await world.accounts.get(id);
        await freezePerson(world, id);
        return account;
      },
    };
    await world.area(identityRoutes, pinHandlers({ ...world, accounts }, pepper)).call("resetPin", {
      as: fresh(),
      body: { pin: NEW },
    });
    expect((await record()).reset).toBeDefined();
    expect(await view()).not.toHaveProperty("reset");
    world.clock.advance(DAY);
    await expectPin(OLD);
  });

  it("is not what a withdrawn consent is", async () => {
    await freezePerson(world, ada, "consent-withdrawn");
    expect((await reset()).status).toBe(202);
    await unfreezePerson(world, ada, "consent-withdrawn");
    await freezePerson(world, ada, "consent-withdrawn");
    world.clock.advance(DAY);
    await expectPin(NEW);
  });
});

describe("a PIN that is being checked", () => {
  /** Something happens while the first MAC is made. */
  const during = (act: () => Promise<void> | void): TestPepper => {
    let isDone = false;
    return {
      ...pepper,
      async mac(message, under) {
        const mac = await pepper.mac(message, under);
        if (!isDone) {
          isDone = true;
          await act();
        }
        return mac;
      },
    };
  };

  it("does not count when the reset's time comes meanwhile", async () => {
    await reset();
    world.clock.advance(DAY - 1);
    const slow = during(() => world.clock.advance(1));
    expect(await verify(OLD, { pepper: slow })).toEqual({ outcome: "busy" });
    await expectPin(NEW);
  });

  it("is not changed either when the reset's time comes meanwhile", async () => {
    await reset();
    world.clock.advance(DAY - 1);
    const slow = pinArea(
      world,
      during(() => world.clock.advance(1)),
    );
    const change = await slow.call("putPin", { as: fresh(), body: { pin: OTHER, currentPin: OLD } });
    expect(change).toMatchObject({ status: 503, body: { code: "temporarily-unavailable" } });
    await expectPin(NEW);
  });

  it("is not changed when a reset is asked for meanwhile: its owner is told of each that ends", async () => {
    const slow = pinArea(
      world,
      during(async () => {
        expect((await reset()).status).toBe(202);
      }),
    );
    const change = { as: fresh(), body: { pin: OTHER, currentPin: OLD } };
    expect(await slow.call("putPin", change)).toMatchObject({ status: 503 });
    expect(await view()).toHaveProperty("reset");
    expect((await slow.call("putPin", change)).status).toBe(204);
    expect(announced()).toEqual(["pin.reset-requested", "pin.reset-cancelled"]);
    await expectPin(OTHER);
  });
});

describe("the PIN that waits", () => {
  it("is in no item, event, answer or log", async () => {
    const lines: string[] = [];
    const keep = (...said: readonly unknown[]): void => void lines.push(inspect(said, { depth: null }));
    const log: Log = { info: keep, warn: keep, error: keep, with: () => log };
    const platform = { ...world.platform, log };
    const handler = serve(identityRoutes, pinHandlers({ ...world, platform }, pepper), {
      ...world,
      platform,
    });
    const send = async (pin: string, key: string) =>
      JSON.stringify(
        await handler(
          gatewayEvent(identityRoutes.resetPin, { as: fresh(), key, body: { pin } }),
          lambdaContext,
        ),
      );
    const answers = [
      await send(NEW, "a"),
      await send(NEW, "a"),
      await send(OTHER, "a"),
      await send(OTHER, "b"),
    ];
    pepper.fail();
    answers.push(await send(NEW, "a"));
    const item = (await world.table.get(keys.pin(ada))) ?? {};
    const { reset: waiting } = fromPinItem(ada, item);
    const messages = world.newEvents().map(toMessage);
    expect(lines.length).toBeGreaterThan(4);
    expect(messages).toHaveLength(1);
    for (const pin of [NEW, OTHER])
      for (const text of [JSON.stringify(item), ...messages, ...answers, ...lines]) {
        expect(text).not.toContain(pin);
        expect(text).not.toContain(Buffer.from(pin).toString("base64"));
      }
    for (const part of [waiting?.mac ?? "", waiting?.salt ?? ""]) {
      expect(part.length).toBeGreaterThan(20);
      for (const text of [...messages, ...answers, ...lines]) expect(text).not.toContain(part);
    }
  });

  it("is kept anew under the parameters in force when it is next known", async () => {
    await reset();
    world.clock.advance(DAY);
    const later = { pinIterations: 2 * FEW_ITERATIONS };
    const { since } = await view();
    expect(await verify(NEW, later)).toEqual({ outcome: "ok" });
    expect(await record()).toMatchObject({ iterations: 2 * FEW_ITERATIONS });
    expect((await view()).since).toBe(since);
    await expectPin(NEW);
  });
});

describe("whoever forgot their PIN", () => {
  it("is told at once and when the new one is in force, on every way that leads to them, without asking", async () => {
    const w = await createWholeWorld();
    const id = await w.world.person("ada");
    const account = await w.world.accounts.get(id);
    if (account === undefined) throw new Error("there is no account");
    await w.world.accounts.replace(account, { ...account, email: "ada@example.com" });
    const as = signedIn(w.world, "ada");
    for (const device of ["phone-0001", "tablet-001"])
      await w.call("putDevice", {
        as,
        params: { deviceId: device },
        body: { platform: "ios", pushToken: `token-${device}` },
      });
    const off = { push: false, email: false };
    const topics = { payments: off, social: off, rewards: off };
    await w.call("putPreferences", { as, body: { topics } });
    await w.call("putPin", { as, body: { pin: OLD } });
    const told = async () => {
      const inbox = await w.call("listNotifications", { as });
      const types = inbox.body.items.map(({ type }: { type: string }) => type);
      return { types, ...w.outside.sent };
    };

    await w.call("resetPin", { as, body: { pin: NEW } });
    await w.settle();
    expect(await told()).toEqual({ types: ["pin.reset-requested"], pushes: 2, emails: 1 });
    w.world.clock.advance(DAY - 1);
    await w.settle();
    expect((await told()).types).toHaveLength(1);
    w.world.clock.advance(1);
    await w.settle();
    await w.settle();
    const types = ["pin.reset-completed", "pin.reset-requested"];
    expect(await told()).toEqual({ types, pushes: 4, emails: 2 });
    await w.close();
  });
});
