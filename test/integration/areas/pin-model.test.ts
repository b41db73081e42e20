/**
 * The life of a PIN against a model of it: first set, changed, tried, locked, reset, called off, frozen, in any order
 * and with any time between. The model says which one PIN is good at every moment; every answer must agree with it.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { macOf } from "../../../shared/pin/derive.ts";
import { isLocked, NO_TRIES, type PinTries, withTry } from "../../../shared/pin/pin.ts";
import { type PinDeps, resetPin, setPin, verifyPin } from "../../../shared/pin/pins.ts";
import { pinAt } from "../../../shared/pin/reset.ts";
import { endDueResetOf, ownerOf, removeReset } from "../../../shared/pin/resets.ts";
import { pinOf } from "../../../shared/pin/store.ts";
import { DAY, HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import { secret } from "../../../shared/platform/redacted.ts";
import { freezePerson, unfreezePerson } from "../../builders/freezing.ts";
import { testPepper } from "../../builders/pepper.ts";
import { createWorld, type World } from "../../builders/world.ts";

const PINS = ["482913", "730551", "019284"] as const;
const WAIT_HOURS = 24;

type Waiting = { readonly pin: string; readonly askedAt: number; readonly timesFrozen: number };

/** What is true, as simply as it can be said. */
type Model = {
  pin: string | undefined;
  tries: PinTries;
  waiting: Waiting | undefined;
  lastRequest: string | undefined;
  isFrozen: boolean;
  timesFrozen: number;
};

type Step = {
  readonly name: string;
  /** @returns what the product must answer. */
  readonly expected: (model: Model, now: number) => string;
  readonly act: (deps: PinDeps, id: AccountId, world: World) => Promise<string>;
};

/** Whoever looks at a PIN sees a reset whose time has come as done, or as stopped by a freeze. */
function look(model: Model, now: number): void {
  const { waiting } = model;
  if (model.pin === undefined || waiting === undefined || now < waiting.askedAt + WAIT_HOURS * HOUR) return;
  model.waiting = undefined;
  if (waiting.timesFrozen !== model.timesFrozen) return;
  model.pin = waiting.pin;
  model.tries = NO_TRIES;
}

/** One try, as a check or a change makes it. */
function tried(model: Model, pin: string, now: number): string {
  look(model, now);
  if (model.pin === undefined) return "none";
  if (isLocked(model.tries, now)) return "locked";
  model.tries = withTry(model.tries, now);
  if (pin !== model.pin) return isLocked(model.tries, now) ? "locked" : "wrong";
  model.tries = NO_TRIES;
  return "ok";
}

const correlationId = "model";

const verify = (pin: string): Step => ({
  name: `verify ${pin}`,
  expected: (model, now) => tried(model, pin, now),
  act: async (deps, id) => (await verifyPin(deps, id, secret(pin))).outcome,
});

const set = (pin: string, current: string | undefined, isFresh: boolean): Step => ({
  name: `set ${pin} with ${current ?? "none"}${isFresh ? " freshly" : ""}`,
  expected(model, now) {
    if (model.pin === undefined) {
      if (!isFresh) return "stale-sign-in";
      model.pin = pin;
      return "ok";
    }
    if (current === undefined) return "required";
    const outcome = tried(model, current, now);
    if (outcome === "ok") {
      model.pin = pin;
      model.waiting = undefined;
    }
    return outcome;
  },
  act: async (deps, id) => {
    const currentPin = current === undefined ? {} : { currentPin: secret(current) };
    return (await setPin(deps, id, { pin: secret(pin), ...currentPin, isFresh, correlationId })).outcome;
  },
});

const reset = (pin: string, request: string, isFresh: boolean): Step => ({
  name: `reset to ${pin} by ${request}${isFresh ? " freshly" : ""}`,
  expected(model, now) {
    look(model, now);
    if (model.pin === undefined) return "none";
    const live = model.waiting?.timesFrozen === model.timesFrozen ? model.waiting : undefined;
    if (request === model.lastRequest) return live !== undefined && live.pin !== pin ? "reused" : "ok again";
    if (!isFresh) return "stale-sign-in";
    if (model.isFrozen) return "frozen";
    if (live !== undefined) return "waiting";
    model.waiting = { pin, askedAt: now, timesFrozen: model.timesFrozen };
    model.lastRequest = request;
    return "ok";
  },
  act: async (deps, id) => {
    const asked = { pin: secret(pin), request, isFresh, correlationId };
    const answer = await resetPin(deps, id, asked, { resetWaitHours: WAIT_HOURS });
    return answer.outcome === "ok" && answer.isReplay ? "ok again" : answer.outcome;
  },
});

const callOff: Step = {
  name: "call off",
  expected(model, now) {
    look(model, now);
    model.waiting = undefined;
    return "ok";
  },
  act: async (deps, id) => (await removeReset(deps, id, correlationId)).outcome,
};

const sweep: Step = {
  name: "sweep",
  expected(model, now) {
    look(model, now);
    return "";
  },
  act: async (deps, id) => {
    await endDueResetOf(deps, id);
    return "";
  },
};

const freeze = (frozen: boolean): Step => ({
  name: frozen ? "freeze" : "unfreeze",
  expected(model) {
    if (frozen && !model.isFrozen) model.timesFrozen += 1;
    model.isFrozen = frozen;
    return "";
  },
  act: async (_deps, id, world) => {
    await (frozen ? freezePerson(world, id) : unfreezePerson(world, id));
    return "";
  },
});

const pass = (ms: number): Step => ({
  name: `pass ${ms / MINUTE} minutes`,
  expected: () => "",
  act: async (_deps, _id, world) => {
    world.clock.advance(ms);
    return "";
  },
});

const pin = fc.constantFrom(...PINS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: pin.map(verify) },
  {
    weight: 3,
    arbitrary: fc.tuple(pin, fc.option(pin, { nil: undefined }), fc.boolean()).map((args) => set(...args)),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(pin, fc.constantFrom("a", "b", "c", "d"), fc.constantFrom(true, true, true, false))
      .map((args) => reset(...args)),
  },
  { weight: 1, arbitrary: fc.constant(callOff) },
  { weight: 1, arbitrary: fc.constant(sweep) },
  { weight: 1, arbitrary: fc.boolean().map(freeze) },
  {
    weight: 5,
    arbitrary: fc.constantFrom(1, MINUTE, 15 * MINUTE, HOUR, 12 * HOUR, DAY - 1, DAY, 2 * DAY).map(pass),
  },
);

/** The one PIN that is good, told without spending a try. */
async function goodPins(deps: PinDeps, id: AccountId, now: number): Promise<readonly string[]> {
  const stored = await pinOf(deps, id);
  if (stored === undefined) return [];
  const record = pinAt(stored, await ownerOf(deps, id), now);
  const macs = await Promise.all(PINS.map((one) => macOf(deps.pepper, id, secret(one), record)));
  return PINS.filter((_, index) => macs[index] === record.mac);
}

describe("the life of a PIN", () => {
  it("has one good PIN at every moment, a whole wait before each reset, and never more tries than five", async () => {
    const reached = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const world = await createWorld();
        try {
          const id = await world.person("ada");
          const deps: PinDeps = { ...world, pepper: testPepper(), pinIterations: 1 };
          const model: Model = {
            pin: undefined,
            tries: NO_TRIES,
            waiting: undefined,
            lastRequest: undefined,
            isFrozen: false,
            timesFrozen: 0,
          };
          for (const [index, { name, expected, act }] of steps.entries()) {
            const at = `${steps
              .slice(0, index + 1)
              .map((one) => one.name)
              .join("; ")}`;
            const now = world.clock.now();
            const before = model.pin;
            const wanted = expected(model, now);
            expect(await act(deps, id, world), at).toBe(wanted);
            reached.add(`${name.split(" ")[0]} ${wanted}`);
            if (before !== model.pin && !name.startsWith("set")) reached.add("came into force");
            const seen = { ...model };
            look(seen, world.clock.now());
            expect(await goodPins(deps, id, world.clock.now()), at).toEqual(
              seen.pin === undefined ? [] : [seen.pin],
            );
          }
        } finally {
          world.close();
        }
      }),
      { numRuns: 150, seed: 20_261_122 },
    );
    // The property says something only where all of it happened.
    expect([...reached].toSorted()).toEqual(
      expect.arrayContaining([
        "came into force",
        "reset frozen",
        "reset none",
        "reset ok",
        "reset ok again",
        "reset reused",
        "reset stale-sign-in",
        "reset waiting",
        "set locked",
        "set ok",
        "set required",
        "set stale-sign-in",
        "set wrong",
        "verify locked",
        "verify none",
        "verify ok",
        "verify wrong",
      ]),
    );
  }, 120_000);
});
