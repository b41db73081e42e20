/** Ada and her PIN: the world of the tests about setting, changing and resetting it. */
import { inspect } from "node:util";
import { expect } from "vitest";
import { identityRoutes } from "../../../functions/identity/contract.ts";
import { serve } from "../../../shared/http/serve.ts";
import { fromPinItem } from "../../../shared/pin/pin.ts";
import { type PinDeps, type PinOutcome, verifyPin } from "../../../shared/pin/pins.ts";
import { DAY } from "../../../shared/platform/clock.ts";
import type { Log } from "../../../shared/platform/log.ts";
import { secret } from "../../../shared/platform/redacted.ts";
import { keys } from "../../../shared/table/keys.ts";
import { FEW_ITERATIONS, testPepper } from "../../builders/pepper.ts";
import { pinArea, pinHandlers, signedIn } from "../../builders/pin.ts";
import { type CallOptions, createWorld } from "../../builders/world.ts";

/** The PIN she had, the one she asks for, a third, and one that never was hers. */
export const OLD = "482913";
export const NEW = "730551";
export const OTHER = "019284";
export const WRONG = "906152";

export type PinWorld = Awaited<ReturnType<typeof createPinWorld>>;

/** The routes' handler, and every line that it logs, with all that is in it. */
export function loggedPinHandler(world: PinWorld["world"], pepper: PinWorld["pepper"]) {
  const lines: string[] = [];
  const keep = (...said: readonly unknown[]): void => void lines.push(inspect(said, { depth: null }));
  const log: Log = { info: keep, warn: keep, error: keep, with: () => log };
  const platform = { ...world.platform, log };
  const handlers = pinHandlers({ ...world, platform }, pepper);
  return { lines, handler: serve(identityRoutes, handlers, { ...world, platform }) };
}

/** She has no PIN yet. */
export async function createPinWorld() {
  const world = await createWorld();
  const pepper = testPepper();
  const area = pinArea(world, pepper);
  const ada = await world.person("ada");
  const deps = (change: Partial<PinDeps> = {}): PinDeps => ({
    ...world,
    pepper,
    pinIterations: FEW_ITERATIONS,
    ...change,
  });
  const verify = (pin: string, change: Partial<PinDeps> = {}): Promise<PinOutcome> =>
    verifyPin(deps(change), ada, secret(pin));
  const fresh = (): string => signedIn(world, "ada");
  /** A session that began long ago. */
  const longAgo = (): string => signedIn(world, "ada", 30 * DAY);
  return {
    world,
    pepper,
    area,
    ada,
    deps,
    verify,
    fresh,
    longAgo,
    put: (pin: string, currentPin?: string, as = fresh()) =>
      area.call("putPin", { as, body: { pin, ...(currentPin === undefined ? {} : { currentPin }) } }),
    reset: (pin = NEW, options: Pick<CallOptions, "as" | "key"> = {}) =>
      area.call("resetPin", { as: fresh(), body: { pin }, ...options }),
    callOff: (as = longAgo()) => area.call("cancelPinReset", { as }),
    view: async () => (await area.call("getPin", { as: longAgo() })).body,
    record: async () => fromPinItem(ada, (await world.table.get(keys.pin(ada))) ?? {}),
    announced: () => world.newEvents().map(({ type }) => type),
    /** That this one is the PIN, and the others are not. */
    async expectPin(right: string): Promise<void> {
      for (const pin of [OLD, NEW, OTHER].filter((one) => one !== right))
        expect(await verify(pin), pin).toMatchObject({ outcome: "wrong" });
      expect(await verify(right), right).toEqual({ outcome: "ok" });
    },
  };
}
