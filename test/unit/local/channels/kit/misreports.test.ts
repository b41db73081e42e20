import { describe, expect, it } from "vitest";
import { createMisreports } from "../../../../../local/channels/kit/misreports.ts";

const truth = { value: 500, currency: "USD", merchant: "M1" };

describe("what answers say of a payment", () => {
  it("is the truth unless something else was ordered of that payment", () => {
    const { add, reported } = createMisreports();
    add({ id: "other", value: 1 });
    expect(reported("a", truth)).toBe(truth);
  });

  it("is wrong where it was ordered to be, and true in the rest", () => {
    const { add, reported } = createMisreports();
    add({ id: "a", value: 501 });
    expect(reported("a", truth)).toEqual({ ...truth, value: 501 });
    add({ id: "a", currency: "EUR", merchant: "M2" });
    expect([reported("a", truth), reported("a", truth)]).toEqual([
      { value: 500, currency: "EUR", merchant: "M2" },
      { value: 500, currency: "EUR", merchant: "M2" },
    ]);
  });

  it("is wrong after so many true answers, and so many times", () => {
    const { add, reported } = createMisreports();
    add({ id: "a", value: 1, after: 2, times: 2 });
    const values = Array.from({ length: 6 }, () => reported("a", truth).value);
    expect(values).toEqual([500, 500, 1, 1, 500, 500]);
  });
});
