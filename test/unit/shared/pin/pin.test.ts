import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fromPinItem,
  hasSpentLast,
  isLocked,
  isOutdated,
  isSameMac,
  isTooSimple,
  lockMs,
  NO_TRIES,
  PIN_ALGORITHM,
  type PinRecord,
  toPinItem,
  withTry,
} from "../../../../shared/pin/pin.ts";
import { DAY, HOUR, MINUTE } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";

const padded = (pin: number): string => String(pin).padStart(6, "0");
const digit = fc.integer({ min: 0, max: 9 });

describe("a PIN", () => {
  it.each([
    ["000000", "the same digit"],
    ["999999", "the same digit"],
    ["123456", "a run"],
    ["654321", "a run down"],
    ["890123", "a run over nine"],
    ["210987", "a run down over zero"],
    ["246802", "a run of steps of two"],
    ["121212", "a pair three times"],
    ["123123", "a triple twice"],
    ["112233", "a run of doubled digits"],
    ["998877", "a run down of doubled digits"],
    ["777333", "two tripled digits"],
    ["199007", "a year in front"],
    ["071990", "a year behind"],
    ["202512", "a year of this century"],
    ["159753", "a cross of the keypad"],
    ["147258", "columns of the keypad"],
    ["123321", "there and back"],
    ["314159", "a famous number"],
  ])("is too simple when it is %s: %s", (pin) => {
    expect(isTooSimple(pin)).toBe(true);
  });

  it.each(["482913", "730551", "019284", "112244", "906152", "121213", "218907", "777334"])(
    "is good when it is %s",
    (pin) => {
      expect(isTooSimple(pin)).toBe(false);
    },
  );

  it("is too simple whenever its digits go on by the same step", () => {
    fc.assert(
      fc.property(digit, digit, (first, step) =>
        isTooSimple(Array.from({ length: 6 }, (_, index) => (first + index * step) % 10).join("")),
      ),
    );
  });

  it("is too simple whenever it repeats a part", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 3 }),
        fc.array(digit, { minLength: 3, maxLength: 3 }),
        (size, all) =>
          isTooSimple(
            all
              .slice(0, size)
              .join("")
              .repeat(6 / size),
          ),
      ),
    );
  });

  it("leaves more than nineteen of twenty to choose from", () => {
    let simple = 0;
    for (let pin = 0; pin < 1_000_000; pin += 1) if (isTooSimple(padded(pin))) simple += 1;
    expect(simple).toBeGreaterThan(40_000);
    expect(simple).toBeLessThan(45_000);
  });
});

describe("the lock", () => {
  it("is 15 minutes at the fifth wrong try, then one hour more at each further fifth, and never over a day", () => {
    expect([5, 10, 15, 20, 25].map(lockMs)).toEqual([15 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR]);
    expect([120, 125, 130, 5000].map(lockMs)).toEqual([23 * HOUR, DAY, DAY, DAY]);
  });

  it("never becomes shorter, and is there at each fifth try and at no other", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), (failed) => {
        if (failed === 0 || failed % 5 !== 0) return lockMs(failed) === 0;
        return lockMs(failed) >= 15 * MINUTE && lockMs(failed) <= lockMs(failed + 5) && lockMs(failed) <= DAY;
      }),
    );
  });

  it("lets at most five tries through between two locks, whenever they come", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 * HOUR }), { maxLength: 200 }), (waits) => {
        let now = 1_000_000;
        let tries = NO_TRIES;
        let inRow = 0;
        for (const wait of waits) {
          now += wait;
          if (isLocked(tries, now)) continue;
          tries = withTry(tries, now);
          inRow += 1;
          expect(isLocked(tries, now)).toBe(inRow === 5);
          expect(hasSpentLast(tries)).toBe(inRow === 5);
          if (inRow === 5) {
            expect(tries.lockedUntil).toBe(now + lockMs(tries.failed));
            inRow = 0;
          }
        }
      }),
    );
  });

  it("ends at its time and not before", () => {
    const locked = { failed: 5, lockedUntil: 1000 };
    expect(isLocked(locked, 999)).toBe(true);
    expect(isLocked(locked, 1000)).toBe(false);
    expect(withTry(locked, 1000)).toEqual({ failed: 6, lockedUntil: 1000 });
  });
});

const record: PinRecord = {
  accountId: derivedId("account", "ada"),
  algorithm: PIN_ALGORITHM,
  iterations: 600_000,
  pepperKeyId: "arn:key",
  salt: Buffer.alloc(16, 7).toString("base64"),
  mac: Buffer.alloc(32, 9).toString("base64"),
  failed: 3,
  lockedUntil: 1234,
  version: 8,
};

describe("a PIN's record", () => {
  it("is read as it was written", () => {
    const item = toPinItem(record);
    expect(item).toMatchObject({ pk: `PIN#${record.accountId}`, sk: "PIN" });
    expect(fromPinItem(record.accountId, item)).toEqual(record);
  });

  it("is not read when it is something else", () => {
    for (const [name, value] of [
      ["algorithm", "MD5"],
      ["iterations", 0],
      ["mac", "not base64!"],
      ["failed", -1],
      ["version", undefined],
    ] as const)
      expect(() => fromPinItem(record.accountId, { ...toPinItem(record), [name]: value })).toThrow();
  });

  it("is outdated when any parameter is another", () => {
    const { algorithm, iterations, pepperKeyId } = record;
    const inForce = { algorithm, iterations, pepperKeyId };
    expect(isOutdated(record, inForce)).toBe(false);
    expect(isOutdated(record, { ...inForce, iterations: 700_000 })).toBe(true);
    expect(isOutdated(record, { ...inForce, pepperKeyId: "arn:other" })).toBe(true);
  });
});

describe("two MACs", () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const text = (mac: Uint8Array): string => Buffer.from(mac).toString("base64");

  it("are the same when every byte is", () => {
    fc.assert(fc.property(bytes, bytes, (a, b) => isSameMac(text(a), text(b)) === Buffer.from(a).equals(b)));
    fc.assert(fc.property(bytes, (a) => isSameMac(text(a), text(a))));
  });

  it("differ by one bit, and by length", () => {
    fc.assert(
      fc.property(bytes, fc.nat(255), (mac, bit) => {
        const other = Uint8Array.from(mac);
        other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        return !isSameMac(text(mac), text(other)) && !isSameMac(text(mac), text(mac.slice(0, 31)));
      }),
    );
  });
});
