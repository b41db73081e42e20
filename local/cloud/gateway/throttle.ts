// A token bucket a route, as API Gateway throttles: `burst` tokens at most, refilled at `ratePerSecond`.

import type { RateLimit } from "../template/model.ts";

/** Takes a token; false means that the request is one too many. */
export type Throttle = () => boolean;

/** A bucket that starts full. `now` gives milliseconds. */
export function createThrottle(limit: RateLimit, now: () => number): Throttle {
  let tokens = limit.burst;
  let filledAt = now();
  return () => {
    const at = now();
    tokens = Math.min(limit.burst, tokens + (Math.max(at - filledAt, 0) / 1_000) * limit.ratePerSecond);
    filledAt = at;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
