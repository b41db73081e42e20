/** Sets or changes the caller's PIN. What was wrong about a refused try is not told. */
import { freshSignInRequired, isFreshSignIn } from "../../shared/http/fresh-sign-in.ts";
import { type Problem, problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { type PinDeps, setPin } from "../../shared/pin/pins.ts";
import type { PinSettings } from "../../shared/pin/settings.ts";
import { MINUTE, SECOND } from "../../shared/platform/clock.ts";
import { secret } from "../../shared/platform/redacted.ts";
import type { identityRoutes } from "./contract.ts";

export const pinTooSimple = (): Problem =>
  problem("pin-too-simple", { detail: "Runs, repetitions, years and often chosen PINs are not taken." });

export const putPin =
  (deps: PinDeps & { readonly pinSettings: PinSettings }): RouteHandler<typeof identityRoutes.putPin> =>
  async ({ body: { pin, currentPin }, caller, request }) => {
    const maxAgeMs = deps.pinSettings.freshSignInMinutes * MINUTE;
    const set = await setPin(deps, caller.accountId, {
      pin: secret(pin),
      ...(currentPin === undefined ? {} : { currentPin: secret(currentPin) }),
      isFresh: isFreshSignIn(caller.session, maxAgeMs, deps.platform.clock.now()),
      correlationId: request.correlationId,
    });
    switch (set.outcome) {
      case "ok":
        return {};
      case "too-simple":
        return pinTooSimple();
      case "stale-sign-in":
        return freshSignInRequired(maxAgeMs);
      case "required":
        return problem("pin-required", { detail: "There is a PIN: send it as currentPin." });
      case "wrong":
        return problem("pin-wrong");
      case "locked": {
        const waitMs = set.until - deps.platform.clock.now();
        return problem("pin-locked", { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / SECOND)) });
      }
      case "busy":
        return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
    }
  };
