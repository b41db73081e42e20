/** Bytes from the system: as many as asked for, no two the same. */
import { describe, expect, it } from "vitest";
import { systemRandom } from "../../../../shared/platform/random.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("the system's randomness", () => {
  it("gives as many bytes as asked for, few or many", () => {
    for (const count of [0, 1, 10, 1_023, 1_024, 1_025, 5_000]) {
      expect(systemRandom.bytes(count)).toHaveLength(count);
    }
  });

  it("never gives the same bytes twice, across fillings of its pool", () => {
    const seen = new Set(Array.from({ length: 10_000 }, () => hex(systemRandom.bytes(10))));
    expect(seen.size).toBe(10_000);
  });

  it("gives bytes that are the caller's own: what is given later does not change them", () => {
    const first = systemRandom.bytes(16);
    const before = hex(first);
    for (let index = 0; index < 200; index += 1) systemRandom.bytes(16);
    expect(hex(first)).toBe(before);
    first.fill(0);
    expect(hex(systemRandom.bytes(16))).not.toBe("0".repeat(32));
  });

  it("uses every value of a byte about equally often", () => {
    const counts = new Array<number>(256).fill(0);
    for (let index = 0; index < 2_560; index += 1) {
      for (const byte of systemRandom.bytes(100)) counts[byte] = (counts[byte] ?? 0) + 1;
    }
    // 1,000 each are expected, with a deviation of 32: ten of those are never seen.
    expect(Math.min(...counts)).toBeGreaterThan(680);
    expect(Math.max(...counts)).toBeLessThan(1_320);
  });
});
