/** Asks for what is due: each enabled channel's last complete days, and statements that were not there when asked for. */
import type { ChannelCapabilities } from "../../shared/channels/capabilities.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import { dueDays } from "../../shared/reconciliation/days.ts";
import { dailyReconciliationId, newReconciliation, RUN_LIFE_MS } from "../../shared/reconciliation/run.ts";
import type { Reconciliations } from "../../shared/reconciliation/store.ts";

/** Days looked back at, so that a schedule that stood still for some days leaves no gap. */
export const DAYS_BACK = 3;

/** A run whose message was given up is announced again: its worker is long gone. */
const LOST_AFTER_MS = 10 * RUN_LIFE_MS;

export type AskDeps = {
  readonly platform: Platform;
  readonly reconciliations: Reconciliations;
  /** The stage's enabled channels. */
  readonly channels: readonly {
    readonly name: string;
    readonly statement: Pick<ChannelCapabilities["statement"], "utcOffsetMinutes" | "readyAfterMs">;
  }[];
};

/** One read a channel and day, and one write for what is new or due again. @returns how many were asked for */
export async function askForDays({ platform, reconciliations, channels }: AskDeps): Promise<number> {
  const now = platform.clock.now();
  let asked = 0;
  for (const { name: channel, statement } of channels) {
    for (const day of dueDays(statement, now, DAYS_BACK)) {
      const id = dailyReconciliationId(channel, day);
      const known = await reconciliations.get(id);
      if (known === undefined) {
        const run = newReconciliation({ id, channel, day, fingerprint: "daily", correlationId: id, now });
        if (await reconciliations.request(run)) asked += 1;
        continue;
      }
      const isDue = known.status === "not-ready" && (known.askAgainAt ?? 0) <= now;
      const isLost = known.status === "running" && (known.startedAt ?? 0) + LOST_AFTER_MS <= now;
      if (!isDue && !isLost) continue;
      const again = { ...known, status: "requested" as const };
      if ((await reconciliations.replace(known, again, now)) !== undefined) asked += 1;
    }
  }
  platform.log.info("reconciliations-asked-for", { asked });
  return asked;
}
