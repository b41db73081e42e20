/** Randomness as a port. */
import { randomBytes, randomFillSync } from "node:crypto";

export type Random = {
  /** Unpredictable bytes. */
  readonly bytes: (count: number) => Uint8Array;
  /** A number in [0, 1), for jitter only. */
  readonly fraction: () => number;
};

const POOL_BYTES = 1_024;

/**
 * Unpredictable bytes out of a pool that is filled at once: asking the system for ten bytes costs as much as asking for
 * a thousand. What was given is wiped from the pool.
 */
function pooledBytes(): Random["bytes"] {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return (count) => {
    if (count > POOL_BYTES) return randomBytes(count);
    if (used + count > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    const bytes = pool.slice(used, used + count);
    pool.fill(0, used, used + count);
    used += count;
    return bytes;
  };
}

export const systemRandom: Random = {
  bytes: pooledBytes(),
  fraction: () => Math.random(),
};
