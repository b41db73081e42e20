/** Waiting between tries: exponential with full jitter, so that losers of a race do not meet again. */
import type { Random } from "./random.ts";

/** Milliseconds before try `attempt` (1 is the first repeat). @see AWS Architecture Blog, "Exponential Backoff And Jitter" */
export const fullJitterMs = (attempt: number, random: Random, baseMs = 20, capMs = 1000): number =>
  Math.floor(random.fraction() * Math.min(capMs, baseMs * 2 ** (attempt - 1)));
