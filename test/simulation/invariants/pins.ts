/** A PIN that was asked for in place of a forgotten one is never good before its time, nor after a freeze before that. */
import { HOUR } from "../../../shared/platform/clock.ts";
import { PIN_SETTINGS } from "../../builders/pepper.ts";
import { MAX_SKEW_MS } from "../core/environment.ts";
import { numberOf, partOf, textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

type Waiting = { readonly mac: string; readonly inForceAt: number; stoppedAt: number };

export const pins: Invariant = {
  name: "pins",
  watch({ society, violated }) {
    /** Account → the reset that was seen last on its PIN. */
    const waiting = new Map<string, Waiting>();
    const frozen = new Map<string, number>();

    return {
      onChanges(changes) {
        const now = society.stage.scheduler.now();
        for (const { pk, after } of changes) {
          const [kind = "", account = ""] = pk.split("#");
          if (kind === "ACCOUNT") {
            const times = numberOf(after, "timesFrozen");
            const last = waiting.get(account);
            if (times > (frozen.get(account) ?? 0) && last !== undefined)
              last.stoppedAt = Math.min(last.stoppedAt, now);
            frozen.set(account, times);
          }
          if (kind !== "PIN") continue;
          const reset = partOf(after, "reset");
          const mac = textOf(reset, "mac");
          const known = waiting.get(account);
          if (known !== undefined && textOf(after, "mac") === known.mac) {
            // A function whose clock is ahead sees the time a little sooner.
            if (now + MAX_SKEW_MS < known.inForceAt)
              violated(`${account}: a reset came into force before its time`);
            if (known.stoppedAt < known.inForceAt) violated(`${account}: a freeze did not stop a reset`);
            waiting.delete(account);
          }
          if (mac === "" || mac === known?.mac) continue;
          const inForceAt = numberOf(reset, "inForceAt");
          if (inForceAt - numberOf(reset, "requestedAt") < PIN_SETTINGS.resetWaitHours * HOUR)
            violated(`${account}: a reset waits for less than it must`);
          waiting.set(account, { mac, inForceAt, stoppedAt: Number.POSITIVE_INFINITY });
        }
      },
    };
  },
};
