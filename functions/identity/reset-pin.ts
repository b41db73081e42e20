/**
 * A forgotten PIN: its owner asks for another one, which comes into force after a wait. They are told at once on every
 * way that leads to them, and can call it off from any session, as a thief who can sign in as them cannot wait unseen.
 */
import { freshSignInRequired, isFreshSignIn } from "../../shared/http/fresh-sign-in.ts";
import { idempotentId, keyReused } from "../../shared/http/idempotency.ts";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { resetPin as askForReset, type PinDeps } from "../../shared/pin/pins.ts";
import { type ResetDeps, removeReset } from "../../shared/pin/resets.ts";
import type { PinSettings } from "../../shared/pin/settings.ts";
import { MINUTE, toTimestamp } from "../../shared/platform/clock.ts";
import { secret } from "../../shared/platform/redacted.ts";
import { identityRoutes } from "./contract.ts";
import { toPinView } from "./get-pin.ts";
import { pinTooSimple } from "./put-pin.ts";

const busy = () => problem("temporarily-unavailable", { retryAfterSeconds: 1 });

/** The caller's account is read once more: whether it was frozen must not be known from memory. */
export const resetPin =
  (deps: PinDeps & { readonly pinSettings: PinSettings }): RouteHandler<typeof identityRoutes.resetPin> =>
  async ({ body, caller, idempotencyKey, request }) => {
    const { clock } = deps.platform;
    const maxAgeMs = deps.pinSettings.freshSignInMinutes * MINUTE;
    const asked = await askForReset(
      deps,
      caller.accountId,
      {
        pin: secret(body.pin),
        isFresh: isFreshSignIn(caller.session, maxAgeMs, clock.now()),
        request: idempotentId("request", caller.accountId, identityRoutes.resetPin, idempotencyKey),
        correlationId: request.correlationId,
      },
      deps.pinSettings,
    );
    switch (asked.outcome) {
      case "ok":
        return { body: toPinView(asked.pin, clock.now()), replayed: asked.isReplay };
      case "too-simple":
        return pinTooSimple();
      case "stale-sign-in":
        return freshSignInRequired(maxAgeMs);
      case "none":
        return problem("pin-required", { detail: "There is no PIN yet: set one first." });
      case "frozen":
        return problem("account-frozen");
      case "waiting":
        return problem("conflict", {
          detail: `A reset waits until ${toTimestamp(asked.inForceAt)}: call it off before you ask for another.`,
        });
      case "reused":
        return keyReused();
      case "busy":
        return busy();
    }
  };

/** A read of the PIN and of the account, and a write when there is something to call off. */
export const cancelPinReset =
  (deps: ResetDeps): RouteHandler<typeof identityRoutes.cancelPinReset> =>
  async ({ caller, request }) => {
    const removed = await removeReset(deps, caller.accountId, request.correlationId);
    return removed.outcome === "busy" ? busy() : { body: toPinView(removed.pin, deps.platform.clock.now()) };
  };
