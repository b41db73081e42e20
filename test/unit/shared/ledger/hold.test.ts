import { describe, expect, it } from "vitest";
import { capture, expire, type Hold, isSameHold, release } from "../../../../shared/ledger/hold.ts";
import { money } from "../../../../shared/money/money.ts";
import { HOUR } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { NOON, person } from "../../../builders/book.ts";

const pending: Hold = {
  status: "pending",
  id: derivedId("hold", "one"),
  account: person("ada"),
  amount: money(1000, "USD"),
  placedAt: NOON,
  expiresAt: NOON + HOUR,
};
const usd = (value: number) => money(value, "USD");
const transferId = derivedId("transfer", "one");

describe("capture", () => {
  it("takes all or part", () => {
    expect(capture(pending, { amount: usd(400), now: NOON, transferId })).toEqual({
      ok: true,
      value: { ...pending, status: "captured", captured: usd(400), transferId },
    });
    expect(capture(pending, { amount: usd(1000), now: NOON, transferId }).ok).toBe(true);
  });

  it("refuses more than was held, another currency, and nothing", () => {
    for (const amount of [usd(1001), money(1, "EUR")]) {
      expect(capture(pending, { amount, now: NOON, transferId })).toEqual({
        ok: false,
        error: { code: "capture-exceeds-hold", held: usd(1000) },
      });
    }
    expect(capture(pending, { amount: usd(0), now: NOON, transferId })).toMatchObject({
      error: { code: "capture-not-positive" },
    });
  });

  it("refuses at the very moment of expiry", () => {
    expect(capture(pending, { amount: usd(1), now: NOON + HOUR, transferId })).toMatchObject({
      error: { code: "hold-expired", expiresAt: NOON + HOUR },
    });
    expect(capture(pending, { amount: usd(1), now: NOON + HOUR - 1, transferId }).ok).toBe(true);
  });
});

describe("an ended hold", () => {
  it("cannot be captured, released or expired again", () => {
    const captured = capture(pending, { amount: usd(1), now: NOON, transferId });
    const released = release(pending, transferId);
    for (const ended of [captured, released]) {
      if (!ended.ok) throw new Error(ended.error.code);
      const refusal = { ok: false, error: { code: "hold-not-pending", status: ended.value.status } };
      expect(capture(ended.value, { amount: usd(1), now: NOON, transferId })).toEqual(refusal);
      expect(release(ended.value, transferId)).toEqual(refusal);
      expect(expire(ended.value, NOON + HOUR, transferId)).toEqual(refusal);
    }
  });
});

describe("expire", () => {
  it("waits for its time", () => {
    expect(expire(pending, NOON + HOUR - 1, transferId)).toMatchObject({
      error: { code: "hold-not-expired", expiresAt: NOON + HOUR },
    });
    expect(expire(pending, NOON + HOUR, transferId)).toEqual({
      ok: true,
      value: { ...pending, status: "released", reason: "expired", transferId },
    });
  });
});

describe("release", () => {
  it("gives the hold back, whatever the time", () => {
    expect(release(pending, transferId)).toEqual({
      ok: true,
      value: { ...pending, status: "released", reason: "released", transferId },
    });
  });
});

describe("a repeated request", () => {
  it("asks for the hold that exists when account, amount and id are its own, whatever became of it", () => {
    const released = release({ ...pending, placedAt: NOON + 1 }, transferId);
    if (!released.ok) throw new Error(released.error.code);
    expect(isSameHold(pending, released.value)).toBe(true);
    for (const other of [
      { ...pending, account: person("ben") },
      { ...pending, amount: usd(999) },
      { ...pending, id: derivedId("hold", "two") },
    ])
      expect(isSameHold(pending, other)).toBe(false);
  });
});
