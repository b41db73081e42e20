/** A pepper in memory for tests: one key a name, a count of what it was asked, and outages on demand. */
import { createHmac } from "node:crypto";
import type { Pepper } from "../../shared/pin/pepper.ts";
import type { PinSettings } from "../../shared/pin/settings.ts";

export type TestPepper = Pepper & {
  /** MACs made so far. */
  readonly made: () => number;
  /** From here on it does not answer; with `false` it does again. */
  readonly fail: (fails?: boolean) => void;
};

export function testPepper(keyId = "pepper-1"): TestPepper {
  let count = 0;
  let isOut = false;
  return {
    keyId,
    made: () => count,
    fail: (fails = true) => {
      isOut = fails;
    },
    async mac(message, under) {
      if (isOut) throw new Error("the pepper is out");
      count += 1;
      return createHmac("sha256", under).update(message).digest();
    },
  };
}

/** So that a test of what is done with a hash does not wait for a slow one. */
export const FEW_ITERATIONS = 100;

/** The settings of PINs that tests have where they are about something else. */
export const PIN_SETTINGS: PinSettings = { freshSignInMinutes: 10, resetWaitHours: 24 };
