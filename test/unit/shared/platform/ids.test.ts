import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bareId,
  derivedId,
  type IdKind,
  idPattern,
  idPrefixes,
  isId,
  momentOf,
  newId,
  shardOf,
} from "../../../../shared/platform/ids.ts";
import { systemRandom } from "../../../../shared/platform/random.ts";
import { seededRandom } from "../../../builders/world.ts";

const kinds = Object.keys(idPrefixes) as IdKind[];
const anyKind = fc.constantFrom(...kinds);
const at = (time: number) => ({ now: () => time });
const bytes = (value: number) => ({
  bytes: (count: number) => new Uint8Array(count).fill(value),
  fraction: () => 0,
});

describe("prefixes", () => {
  it("are three letters, each once", () => {
    const prefixes = Object.values(idPrefixes);
    expect(new Set(prefixes).size).toBe(prefixes.length);
    for (const prefix of prefixes) expect(prefix).toMatch(/^[a-z]{3}$/);
  });
});

describe("a new id", () => {
  it("is at most 32 characters of letters, digits and an underscore, and of its kind alone", () => {
    fc.assert(
      fc.property(anyKind, fc.nat({ max: 2 ** 47 }), fc.nat(), (kind, time, seed) => {
        const id = newId(kind, at(time), seededRandom(seed));
        const others = kinds.filter((other) => other !== kind && isId(other, id));
        return /^[0-9A-Za-z_]{1,32}$/.test(id) && isId(kind, id) && others.length === 0;
      }),
    );
  });

  it("sorts by the time it was made", () => {
    const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
    fc.assert(
      fc.property(time, time, (a, b) => {
        fc.pre(a < b);
        // The earlier one with the highest random part, the later one with the lowest.
        return newId("post", at(a), bytes(255)) < newId("post", at(b), bytes(0));
      }),
    );
  });

  it("is written as a ULID of these parts", () => {
    expect(newId("payment", at(0), bytes(0))).toBe(`pay_${"0".repeat(26)}`);
    expect(newId("payment", at(2 ** 48 - 1), bytes(255))).toBe(`pay_7${"Z".repeat(25)}`);
    expect(newId("payment", at(1_469_918_176_385), bytes(0))).toBe("pay_01ARYZ6S410000000000000000");
  });

  it("is the number that its bits are, in base 32, whatever they are", () => {
    const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const numberOf = (text: string): bigint =>
      [...text].reduce((sum, digit) => sum * 32n + BigInt(digits.indexOf(digit)), 0n);
    const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
    fc.assert(
      fc.property(time, fc.uint8Array({ minLength: 10, maxLength: 10 }), (moment, random) => {
        const id = bareId(newId("payment", at(moment), { bytes: () => random, fraction: () => 0 }));
        const bits = random.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
        return numberOf(id) === (BigInt(moment) << 80n) + bits && momentOf(id) === moment;
      }),
    );
  });

  it("is another each time", () => {
    const ids = Array.from({ length: 2_000 }, () => newId("event", at(5), systemRandom));
    expect(new Set(ids).size).toBe(2_000);
  });
});

describe("a derived id", () => {
  it("is the same for the same parts and another for others", () => {
    const parts = fc.array(fc.string(), { maxLength: 4 });
    fc.assert(
      fc.property(anyKind, parts, parts, (kind, a, b) => {
        const equal = JSON.stringify(a) === JSON.stringify(b);
        return (
          isId(kind, derivedId(kind, ...a)) && (derivedId(kind, ...a) === derivedId(kind, ...b)) === equal
        );
      }),
    );
  });

  it("keeps parts apart, and kinds", () => {
    expect(derivedId("transfer", "a", "b")).not.toBe(derivedId("transfer", "ab"));
    expect(derivedId("transfer", "a", "")).not.toBe(derivedId("transfer", "a"));
    expect(bareId(derivedId("transfer", "a"))).not.toBe(bareId(derivedId("payment", "a")));
  });
});

describe("what is no id", () => {
  it.each([
    "",
    "usr_",
    `usr_${"0".repeat(25)}`,
    `usr_${"0".repeat(27)}`,
    `usr_${"I".repeat(26)}`,
    `usr_${"L".repeat(26)}`,
    `usr_${"O".repeat(26)}`,
    `usr_${"U".repeat(26)}`,
    `usr_${"a".repeat(26)}`,
    ` usr_${"0".repeat(26)}`,
    `usr_${"0".repeat(26)}\n`,
    `pay_${"0".repeat(26)}`,
    `USR_${"0".repeat(26)}`,
  ])("is refused: %j", (text) => {
    expect(isId("account", text)).toBe(false);
    expect(idPattern("account").test(text)).toBe(false);
  });
});

it("gives channels letters and digits only", () => {
  fc.assert(fc.property(fc.string(), (part) => /^[0-9A-Z]{26}$/.test(bareId(derivedId("payment", part)))));
});

describe("shards", () => {
  it("are stable and within their count", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 256 }), (text, count) => {
        const shard = shardOf(text, count);
        return Number.isInteger(shard) && shard >= 0 && shard < count && shard === shardOf(text, count);
      }),
    );
  });

  it("spread texts evenly", () => {
    const counts = Array.from({ length: 8 }, () => 0);
    for (let index = 0; index < 8_000; index += 1) {
      const shard = shardOf(`payment-${index}`, 8);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1150);
  });
});
