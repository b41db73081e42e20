/** The state of the caller's PIN: never what it is. */
import type * as z from "zod";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { isLocked } from "../../shared/pin/pin.ts";
import { pinAt } from "../../shared/pin/reset.ts";
import { type OwnedPin, ownerOf, type ResetDeps } from "../../shared/pin/resets.ts";
import { pinOf } from "../../shared/pin/store.ts";
import { type EpochMs, toTimestamp } from "../../shared/platform/clock.ts";
import type { identityRoutes, pinView } from "./contract.ts";

/** As it is at this time, whether or not it was noted that a reset has come into force. */
export function toPinView(pin: OwnedPin | undefined, now: EpochMs): z.input<typeof pinView> {
  if (pin === undefined) return { isSet: false };
  const { since, lockedUntil, failed, reset } = pinAt(pin.record, pin.owner, now);
  return {
    isSet: true,
    ...(since === undefined ? {} : { since: toTimestamp(since) }),
    ...(isLocked({ failed, lockedUntil }, now) ? { lockedUntil: toTimestamp(lockedUntil) } : {}),
    ...(reset === undefined
      ? {}
      : { reset: { requestedAt: toTimestamp(reset.requestedAt), inForceAt: toTimestamp(reset.inForceAt) } }),
  };
}

/** Two reads. */
export const getPin =
  (deps: ResetDeps): RouteHandler<typeof identityRoutes.getPin> =>
  async ({ caller: { accountId } }) => {
    const record = await pinOf(deps, accountId);
    const pin = record === undefined ? undefined : { record, owner: await ownerOf(deps, accountId) };
    return { body: toPinView(pin, deps.platform.clock.now()) };
  };
