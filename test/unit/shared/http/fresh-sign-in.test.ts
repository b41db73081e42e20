import { describe, expect, it } from "vitest";
import { freshSignInRequired, isFreshSignIn } from "../../../../shared/http/fresh-sign-in.ts";
import { MINUTE, SECOND } from "../../../../shared/platform/clock.ts";

const signedInAt = 1_795_000_000;
const begun = signedInAt * SECOND;

describe("a sign-in", () => {
  it.each([
    [0, true],
    [10 * MINUTE, true],
    [10 * MINUTE + 1, false],
    // Clocks of two machines are never quite the same.
    [-2 * SECOND, true],
  ])("that was %i ms ago is fresh within ten minutes: %s", (ageMs, isFresh) => {
    expect(isFreshSignIn({ signedInAt }, 10 * MINUTE, begun + ageMs)).toBe(isFresh);
  });

  it("that is too old is asked for anew, with how old it may be", () => {
    expect(freshSignInRequired(10 * MINUTE)).toMatchObject({
      problem: "fresh-sign-in-required",
      extensions: { maxAgeSeconds: 600 },
    });
  });
});
