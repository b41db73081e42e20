/** Two requests of one key at once: the later one waits for what the first makes of it. */
import { SECOND } from "../../shared/platform/clock.ts";
import type { Platform } from "../../shared/platform/platform.ts";

/** Another request with the same key may be speaking to the channel: how long it is waited for. */
const IN_FLIGHT_MS = 3 * SECOND;
const WAITS_MS = [100, 200, 400, 800] as const;

/**
 * A record just made by another request is waited for a moment, so that the two do not both ask the channel. If they
 * do all the same, its id makes one thing of it there.
 */
export async function afterFirstRequest<T extends { readonly status: string; readonly createdAt: number }>(
  { clock, timer }: Pick<Platform, "clock" | "timer">,
  found: T,
  reload: () => Promise<T | undefined>,
): Promise<T> {
  let known = found;
  for (const waitMs of WAITS_MS) {
    const inFlight = clock.now() - known.createdAt < IN_FLIGHT_MS;
    if (known.status !== "created" || !inFlight) return known;
    await timer.sleep(waitMs);
    known = (await reload()) ?? known;
  }
  return known;
}
