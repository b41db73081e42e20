/** What a waiting reset meets: freezes, checks of the PIN, and whoever looks for the one that waits. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identityRoutes } from "../../../functions/identity/contract.ts";
import { toMessage } from "../../../shared/events/message.ts";
import { fromPinItem } from "../../../shared/pin/pin.ts";
import { endDueResetOf } from "../../../shared/pin/resets.ts";
import { DAY, HOUR, toTimestamp } from "../../../shared/platform/clock.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import { keys } from "../../../shared/table/keys.ts";
import { freezePerson, unfreezePerson } from "../../builders/freezing.ts";
import { FEW_ITERATIONS, type TestPepper } from "../../builders/pepper.ts";
import { pinArea, pinHandlers, signedIn } from "../../builders/pin.ts";
import { createWholeWorld } from "../../builders/whole-world.ts";
import { gatewayEvent, lambdaContext } from "../../builders/world.ts";
import { createPinWorld, loggedPinHandler, NEW, OLD, OTHER, type PinWorld } from "./pin-world.ts";

let world: PinWorld["world"];
let pepper: PinWorld["pepper"];
let ada: PinWorld["ada"];
let verify: PinWorld["verify"];
let fresh: PinWorld["fresh"];
let reset: PinWorld["reset"];
let callOff: PinWorld["callOff"];
let view: PinWorld["view"];
let record: PinWorld["record"];
let announced: PinWorld["announced"];
let expectPin: PinWorld["expectPin"];
let put: PinWorld["put"];
beforeEach(async () => {
  ({ world, pepper, ada, verify, fresh, reset, callOff, view, record, announced, expectPin, put } =
    await createPinWorld());
  expect((await put(OLD)).status).toBe(204);
  world.newEvents();
});
afterEach(() => world.close());

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
    const { lines, handler } = loggedPinHandler(world, pepper);
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
