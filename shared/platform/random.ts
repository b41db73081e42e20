/** Randomness as a port. */
import { randomBytes } from "node:crypto";

export type Random = {
  /** Unpredictable bytes. */
  readonly bytes: (count: number) => Uint8Array;
  /** A number in [0, 1), for jitter only. */
  readonly fraction: () => number;
};

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  fraction: () => Math.random(),
};
