/** Sets or changes the caller's PIN. What was wrong about a refused try is not told. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { type PinDeps, setPin } from "../../shared/pin/pins.ts";
import { SECOND } from "../../shared/platform/clock.ts";
import { secret } from "../../shared/platform/redacted.ts";
import type { identityRoutes } from "./contract.ts";

export const putPin =
  (deps: PinDeps): RouteHandler<typeof identityRoutes.putPin> =>
  async ({ body: { pin, currentPin }, caller }) => {
    const set = await setPin(deps, caller.accountId, {
      pin: secret(pin),
      ...(currentPin === undefined ? {} : { currentPin: secret(currentPin) }),
    });
    switch (set.outcome) {
      case "ok":
        return {};
      case "too-simple":
        return problem("pin-too-simple", {
          detail: "Runs, repetitions, years and often chosen PINs are not taken.",
        });
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
