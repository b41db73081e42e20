/** The PIN through the real handlers, over the embedded engine, and as other areas will check it. */
import { KMSInternalException } from "@aws-sdk/client-kms";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identityRoutes } from "../../../functions/identity/contract.ts";
import type { PinOutcome } from "../../../shared/pin/pins.ts";
import { HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import { keys } from "../../../shared/table/keys.ts";
import { FEW_ITERATIONS, type TestPepper } from "../../builders/pepper.ts";
import { pinArea, signedIn } from "../../builders/pin.ts";
import { gatewayEvent, lambdaContext } from "../../builders/world.ts";
import { createPinWorld, loggedPinHandler, NEW, OLD, type PinWorld, WRONG } from "./pin-world.ts";

const FIRST = OLD;
const SECOND = NEW;

let world: PinWorld["world"];
let pepper: PinWorld["pepper"];
let area: PinWorld["area"];
let ada: PinWorld["ada"];
let verify: PinWorld["verify"];
let record: PinWorld["record"];
beforeEach(async () => {
  ({ world, pepper, area, ada, verify, record } = await createPinWorld());
});
afterEach(() => world.close());

const put = (pin: string, currentPin?: string, as = "ada") =>
  area.call("putPin", { as, body: { pin, ...(currentPin === undefined ? {} : { currentPin }) } });
const times = async <T>(count: number, act: () => Promise<T>): Promise<T[]> => {
  const results: T[] = [];
  for (let index = 0; index < count; index += 1) results.push(await act());
  return results;
};
const count = (outcomes: readonly PinOutcome[], outcome: PinOutcome["outcome"]): number =>
  outcomes.filter((one) => one.outcome === outcome).length;

describe("setting the first PIN", () => {
  it("needs no other, and is checked from then on", async () => {
    expect(await verify(FIRST)).toEqual({ outcome: "none" });
    expect((await put(FIRST)).status).toBe(204);
    expect(await verify(FIRST)).toEqual({ outcome: "ok" });
    expect(await verify(WRONG)).toMatchObject({ outcome: "wrong" });
    expect(await record()).toMatchObject({ failed: 1, lockedUntil: 0, iterations: FEW_ITERATIONS });
  });

  it("is well when the app thinks that there is one", async () => {
    expect((await put(FIRST, WRONG)).status).toBe(204);
    expect(await verify(FIRST)).toEqual({ outcome: "ok" });
  });

  it("needs a sign-in of the last ten minutes, and says so", async () => {
    const { code, maxAgeSeconds, ...rest } = (
      await put(FIRST, undefined, signedIn(world, "ada", 10 * MINUTE + 1000))
    ).body;
    expect({ code, maxAgeSeconds, status: rest.status }).toEqual({
      code: "fresh-sign-in-required",
      maxAgeSeconds: 600,
      status: 403,
    });
    expect(await verify(FIRST)).toEqual({ outcome: "none" });
    expect((await put(FIRST, undefined, signedIn(world, "ada", 10 * MINUTE))).status).toBe(204);
    expect(await verify(FIRST)).toEqual({ outcome: "ok" });
  });

  it("needs it too when the app thinks that there is one, and a simple one is refused before", async () => {
    const late = signedIn(world, "ada", HOUR);
    expect(await put(FIRST, WRONG, late)).toMatchObject({ body: { code: "fresh-sign-in-required" } });
    expect(await put("111111", undefined, late)).toMatchObject({ body: { code: "pin-too-simple" } });
    expect(await verify(FIRST)).toEqual({ outcome: "none" });
  });

  it("keeps nothing in the table that shows the PIN", async () => {
    await put(FIRST);
    const stored = JSON.stringify(await world.table.get(keys.pin(ada)));
    expect(stored).not.toContain(FIRST);
    expect(stored).not.toContain(Buffer.from(FIRST).toString("base64"));
  });

  it("is written to no log, whatever comes of it", async () => {
    const { lines, handler } = loggedPinHandler(world, pepper);
    const send = (body: unknown) =>
      handler(gatewayEvent(identityRoutes.putPin, { as: "ada", body }), lambdaContext);
    await send({ pin: FIRST });
    await send({ pin: SECOND, currentPin: WRONG });
    await send({ pin: SECOND, currentPin: FIRST, more: true });
    await send({ pin: `${FIRST}0` });
    await send({ pin: "123456", currentPin: FIRST });
    pepper.fail();
    const answers = await send({ pin: SECOND, currentPin: FIRST });
    const text = lines.join("\n");
    expect(lines).toHaveLength(6);
    expect(text).toContain("the pepper is out");
    for (const pin of [FIRST, SECOND, WRONG, "123456"]) {
      expect(text).not.toContain(pin);
      expect(JSON.stringify(answers)).not.toContain(pin);
    }
    expect(text).not.toContain((await record()).mac);
  });

  it.each(["111111", "123456", "121212", "199007"])("refuses %s", async (pin) => {
    expect(await put(pin)).toMatchObject({ status: 422, body: { code: "pin-too-simple" } });
    expect(await verify(pin)).toEqual({ outcome: "none" });
  });

  it.each([12345, "12345", "1234567", "12345a", "٤٨٢٩١٣", "482913\n", "", null])(
    "takes six digits and not %j",
    async (pin) => {
      const reply = await area.call("putPin", { as: "ada", body: { pin } });
      expect(reply).toMatchObject({ status: 400, body: { errors: [{ field: "/body/pin" }] } });
    },
  );

  it("is done once when two are sent at once", async () => {
    const replies = await Promise.all([put(FIRST), put(SECOND), put("019284")]);
    expect(replies.map(({ status }) => status).toSorted()).toEqual([204, 403, 403]);
    const outcomes = await Promise.all([FIRST, SECOND, "019284"].map((pin) => verify(pin)));
    expect(outcomes.map(({ outcome }) => outcome === "ok")).toEqual(
      replies.map(({ status }) => status === 204),
    );
  });

  it("is for one person only", async () => {
    await world.person("bob");
    await put(FIRST);
    expect((await put(SECOND, undefined, "bob")).status).toBe(204);
    expect(await verify(FIRST)).toEqual({ outcome: "ok" });
  });

  it("is to be sent again when the key's service fails", async () => {
    const failing: TestPepper = {
      ...pepper,
      mac: async () => Promise.reject(new KMSInternalException({ message: "test", $metadata: {} })),
    };
    const reply = await pinArea(world, failing).call("putPin", { as: "ada", body: { pin: FIRST } });
    expect(reply).toMatchObject({ status: 503, body: { code: "temporarily-unavailable" } });
    expect((await put(FIRST)).status).toBe(204);
  });

  it("changes and says nothing while the pepper is out", async () => {
    pepper.fail();
    expect(await put(FIRST)).toMatchObject({ status: 500, body: { code: "internal-error" } });
    pepper.fail(false);
    expect(await verify(FIRST)).toEqual({ outcome: "none" });
  });
});

describe("changing the PIN", () => {
  beforeEach(async () => {
    await put(FIRST);
  });

  it("needs the one in force", async () => {
    expect(await put(SECOND)).toMatchObject({ status: 403, body: { code: "pin-required" } });
    expect(await put(SECOND, WRONG)).toMatchObject({ status: 403, body: { code: "pin-wrong" } });
    expect(await record()).toMatchObject({ failed: 1 });
    expect((await put(SECOND, FIRST)).status).toBe(204);
    expect(await record()).toMatchObject({ failed: 0, lockedUntil: 0 });
    expect(await verify(FIRST)).toMatchObject({ outcome: "wrong" });
    expect(await verify(SECOND)).toEqual({ outcome: "ok" });
  });

  it("needs no fresh sign-in: who gives the one in force has proved enough", async () => {
    const late = signedIn(world, "ada", 30 * 24 * HOUR);
    expect(await put(SECOND, undefined, late)).toMatchObject({ body: { code: "pin-required" } });
    expect((await put(SECOND, FIRST, late)).status).toBe(204);
    expect(await verify(SECOND)).toEqual({ outcome: "ok" });
  });

  it("refuses a simple one before it looks at the one in force, and counts nothing", async () => {
    expect(await put("111111", WRONG)).toMatchObject({ status: 422, body: { code: "pin-too-simple" } });
    expect(await record()).toMatchObject({ failed: 0, version: 1 });
  });

  it("is done once when two are sent at once", async () => {
    const replies = await Promise.all([put(SECOND, FIRST), put("019284", FIRST)]);
    expect(replies.filter(({ status }) => status === 204)).toHaveLength(1);
    const [done] = replies.map(({ status }) => (status === 204 ? SECOND : "019284"));
    expect(await verify(done ?? "")).toEqual({ outcome: "ok" });
  });

  it("counts no try while the pepper is out, however often it is sent", async () => {
    pepper.fail();
    const replies = await times(6, () => put(SECOND, FIRST));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 500));
    expect(await record()).toMatchObject({ failed: 0, lockedUntil: 0 });
    pepper.fail(false);
    expect((await put(SECOND, FIRST)).status).toBe(204);
  });
});

describe("wrong PINs", () => {
  beforeEach(async () => {
    await put(FIRST);
  });

  it("lock at the fifth in a row, for the right one too, and the reply says until when", async () => {
    const replies = await times(5, () => put(SECOND, WRONG));
    expect(replies.map(({ body }) => body.code)).toEqual([
      ...Array.from({ length: 4 }, () => "pin-wrong"),
      "pin-locked",
    ]);
    expect(replies[4]?.headers["retry-after"]).toBe("900");
    world.clock.advance(MINUTE + 1);
    const locked = await put(SECOND, FIRST);
    expect(locked).toMatchObject({ status: 423, body: { code: "pin-locked" } });
    expect(locked.headers["retry-after"]).toBe("840");
    expect(Object.keys(locked.body).toSorted()).toEqual(["code", "instance", "status", "title", "type"]);
  });

  it("are forgotten at a right one", async () => {
    for (const round of [1, 2, 3]) {
      await times(4, () => verify(WRONG));
      expect(await verify(FIRST), `round ${round}`).toEqual({ outcome: "ok" });
    }
    expect(await record()).toMatchObject({ failed: 0, lockedUntil: 0 });
  });

  it("lock for longer each time, and time alone opens again", async () => {
    const locks: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const outcomes = await times(5, () => verify(WRONG));
      const last = outcomes.at(-1);
      if (last?.outcome !== "locked") throw new Error(`the fifth try is answered ${last?.outcome}`);
      const ms = last.until - world.clock.now();
      locks.push(ms);
      world.clock.advance(ms - 1);
      expect(await verify(FIRST)).toEqual(last);
      world.clock.advance(1);
    }
    expect(locks).toEqual([15 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR]);
    expect(await verify(FIRST)).toEqual({ outcome: "ok" });
    expect((await times(5, () => verify(WRONG))).at(-1)).toEqual({
      outcome: "locked",
      until: world.clock.now() + 15 * MINUTE,
    });
  });

  it("are checked five times and not once more when twenty come at once", async () => {
    const before = pepper.made();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => verify(WRONG)));
    expect(pepper.made() - before).toBe(5);
    expect([count(outcomes, "wrong"), count(outcomes, "locked")]).toEqual([4, 16]);
    expect(await record()).toMatchObject({ failed: 5, lockedUntil: world.clock.now() + 15 * MINUTE });
  });

  it("are counted over both ways of giving a PIN", async () => {
    await Promise.all(Array.from({ length: 10 }, () => put(SECOND, WRONG)));
    expect(await verify(FIRST)).toMatchObject({ outcome: "locked" });
  });

  it("are checked as often as right ones forget them, and never more, when both come at once", async () => {
    const before = pepper.made();
    const pins = Array.from({ length: 20 }, (_, index) => (index % 5 === 4 ? FIRST : WRONG));
    const outcomes = await Promise.all(pins.map((pin) => verify(pin)));
    const right = count(outcomes, "ok");
    expect(pepper.made() - before).toBeLessThanOrEqual(5 * (right + 1));
    // A right PIN is never called wrong, nor a wrong one right.
    for (const [index, { outcome }] of outcomes.entries())
      expect(outcome).not.toBe(pins[index] === FIRST ? "wrong" : "ok");
  });

  it("are given back only to the tries that were not checked", async () => {
    await times(3, () => verify(WRONG));
    pepper.fail();
    await expect(verify(FIRST)).rejects.toThrow("the pepper is out");
    pepper.fail(false);
    expect(await record()).toMatchObject({ failed: 3 });
    expect(await times(2, () => verify(WRONG))).toEqual([
      { outcome: "wrong", triesLeft: 1 },
      { outcome: "locked", until: world.clock.now() + 15 * MINUTE },
    ]);
  });
});

describe("a right PIN", () => {
  beforeEach(async () => {
    await put(FIRST);
  });

  it("is kept anew under the parameters in force", async () => {
    const before = await record();
    const later = { pinIterations: 2 * FEW_ITERATIONS, pepper: { ...pepper, keyId: "pepper-2" } };
    expect(await verify(WRONG, later)).toMatchObject({ outcome: "wrong" });
    expect(await record()).toMatchObject({ iterations: FEW_ITERATIONS, mac: before.mac });
    expect(await verify(FIRST, later)).toEqual({ outcome: "ok" });
    const after = await record();
    expect(after).toMatchObject({
      iterations: 2 * FEW_ITERATIONS,
      pepperKeyId: "pepper-2",
      failed: 0,
      lockedUntil: 0,
    });
    expect(after.salt).not.toBe(before.salt);
    const asked = pepper.made();
    expect(await verify(FIRST, later)).toEqual({ outcome: "ok" });
    expect(pepper.made() - asked).toBe(1);
    expect(await record()).toMatchObject({ mac: after.mac });
  });

  it("does not count for a PIN that was changed while it was checked", async () => {
    let isChanged = false;
    const slow: TestPepper = {
      ...pepper,
      async mac(message, under) {
        const mac = await pepper.mac(message, under);
        if (!isChanged) {
          isChanged = true;
          expect((await put(SECOND, FIRST)).status).toBe(204);
        }
        return mac;
      },
    };
    expect(await verify(FIRST, { pepper: slow })).toEqual({ outcome: "busy" });
    expect(await verify(FIRST)).toMatchObject({ outcome: "wrong" });
    expect(await verify(SECOND)).toEqual({ outcome: "ok" });
  });
});
