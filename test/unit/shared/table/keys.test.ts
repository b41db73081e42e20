import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  chainPartition,
  devicePartition,
  dueKeys,
  duePartition,
  fxRatesPartition,
  inboxPartition,
  inviterPartition,
  type Key,
  keys,
  ownerPartitions,
  relationPartition,
  requestedPartition,
  timeKey,
  waitingPartition,
} from "../../../../shared/table/keys.ts";
import { DUE_SHARDS } from "../../../../shared/table/schema.ts";

/** What ids, handles, channels, purposes and codes are made of, never the separator; and words that keys use. */
const anyPart = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."abzABZ019_-:."), minLength: 1, maxLength: 6 }),
  fc.constantFrom(
    "ACCOUNT",
    "PAYMENT",
    "FACT",
    "LIKE",
    "COMMENT",
    "CAMPAIGN",
    "CODE",
    "POST",
    "AUDIT",
    "LATEST",
  ),
);
const anyTime = fc.integer({ min: 0, max: 9_999_999_999_999 });
const sequence = fc.integer({ min: 1, max: 999_999_999_999 });

type Patterns = typeof keys;
type Arguments = { readonly [Name in keyof Patterns]: fc.Arbitrary<Parameters<Patterns[Name]>> };

/** A new pattern does not compile without a row here. */
const argumentsOf = (part: fc.Arbitrary<string>, time: fc.Arbitrary<number>): Arguments => ({
  account: fc.tuple(part),
  link: fc.tuple(part, part),
  handle: fc.tuple(part),
  consent: fc.tuple(part, time, part),
  device: fc.tuple(part, part),
  pin: fc.tuple(part),
  stepUp: fc.tuple(part),
  pushToken: fc.tuple(part),
  entry: fc.tuple(part, part, sequence),
  transfer: fc.tuple(part),
  hold: fc.tuple(part),
  riskWatch: fc.tuple(part),
  riskFreeze: fc.tuple(part, part),
  paymentRequest: fc.tuple(part),
  requestedOf: fc.tuple(part, time, part),
  fxRates: fc.tuple(time, part),
  quote: fc.tuple(part),
  payment: fc.tuple(part),
  paymentFact: fc.tuple(part, time, part),
  refund: fc.tuple(part, part),
  dispute: fc.tuple(part, part),
  channelPayment: fc.tuple(part, part),
  channelTransaction: fc.tuple(part, part),
  channelRefund: fc.tuple(part, part),
  channelDispute: fc.tuple(part, part),
  refundMark: fc.tuple(part),
  payout: fc.tuple(part),
  payoutFact: fc.tuple(part, time, part),
  channelPayout: fc.tuple(part, part),
  callback: fc.tuple(part, part),
  waitingCallback: fc.tuple(part, part, part),
  post: fc.tuple(part),
  comment: fc.tuple(part, time, part),
  commentMark: fc.tuple(part),
  like: fc.tuple(part, part),
  feedPointer: fc.tuple(part, time, part),
  relation: fc.tuple(part, part),
  campaign: fc.tuple(part),
  referralCode: fc.tuple(part),
  referral: fc.tuple(part),
  reward: fc.tuple(part, fc.constantFrom("inviter", "invited")),
  inviterCode: fc.tuple(part),
  inviterTally: fc.tuple(part, part),
  refusal: fc.tuple(part, part),
  notification: fc.tuple(part, time, part),
  preferences: fc.tuple(part),
  delivery: fc.tuple(part),
  observation: fc.tuple(part, part, part),
  observationMark: fc.tuple(part, part),
  reconciliation: fc.tuple(part),
  exception: fc.tuple(part),
  reconciledDay: fc.tuple(part, part),
  reconciledTransfer: fc.tuple(part, part),
  audit: fc.tuple(),
});

type Made = { readonly name: string; readonly given: readonly unknown[]; readonly key: Key };

const names = Object.keys(keys) as (keyof Patterns)[];

function keyOf(name: keyof Patterns, rows: Arguments): fc.Arbitrary<Made> {
  const row: fc.Arbitrary<readonly unknown[]> | undefined = rows[name];
  if (row === undefined) throw new Error(`the key pattern ${name} needs a row in this test`);
  // Each row's arguments are those of its pattern.
  const make = keys[name] as (...parts: readonly unknown[]) => Key;
  return row.map((given) => ({ name, given, key: make(...given) }));
}

const anyKey = fc.constantFrom(...names).chain((name) => keyOf(name, argumentsOf(anyPart, anyTime)));

const text = ({ pk, sk }: Key): string => JSON.stringify([pk, sk]);

describe("keys", () => {
  it("are met by no other pattern and no other parts", () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        const sameParts = a.name === b.name && JSON.stringify(a.given) === JSON.stringify(b.given);
        return sameParts === (text(a.key) === text(b.key));
      }),
      { numRuns: 5_000 },
    );
  });

  it("are met by no other pattern that is given the same parts", () => {
    const oneOfEach = fc.tuple(anyPart, anyTime).chain(([part, time]) => {
      const rows = argumentsOf(fc.constant(part), fc.constant(time));
      return fc.tuple(...names.map((name) => keyOf(name, rows)));
    });
    fc.assert(
      fc.property(oneOfEach, (made) => new Set(made.map(({ key }) => text(key))).size === names.length),
    );
  });

  it("have a leading part that says what they are, which permissions are given by", () => {
    fc.assert(fc.property(anyKey, ({ key }) => /^[A-Z]+#/.test(key.pk) && key.sk !== ""));
  });
});

describe("order", () => {
  it("of times as text is the order of times", () => {
    fc.assert(
      fc.property(anyTime, anyTime, (a, b) => {
        const [first, second] = [timeKey(a), timeKey(b)];
        return first.length === 13 && Math.sign(a - b) === (first < second ? -1 : first > second ? 1 : 0);
      }),
    );
    expect(timeKey(9_999_999_999_999)).toBe("9999999999999");
    expect(new Date(9_999_999_999_999).getUTCFullYear()).toBe(2286);
  });

  it("of entries is the order of their numbers", () => {
    fc.assert(
      fc.property(sequence, sequence, (a, b) => {
        const [first, second] = [keys.entry("user:a", "USD", a).sk, keys.entry("user:a", "USD", b).sk];
        return a < b === first < second;
      }),
    );
  });
});

describe("partitions", () => {
  it("of lists are those of their items", () => {
    expect(keys.entry("user:a", "USD", 1).pk).toBe(chainPartition("user:a", "USD"));
    expect(keys.device("a", "d").pk).toBe(devicePartition("a"));
    expect(keys.relation("a", "b").pk).toBe(relationPartition("a"));
    expect(keys.notification("a", 1, "n").pk).toBe(inboxPartition("a"));
    expect(keys.inviterCode("a").pk).toBe(inviterPartition("a"));
    expect(keys.inviterTally("a", "c").pk).toBe(inviterPartition("a"));
    expect(keys.requestedOf("a", 1, "r").pk).toBe(requestedPartition("a"));
    expect(keys.fxRates(1, "a").pk).toBe(fxRatesPartition);
    expect(keys.waitingCallback("r", "stripe", "e").pk).toBe(waitingPartition("r"));
  });

  it("of the index by owner differ by list and owner", () => {
    const partitions = [
      ownerPartitions.payments("a"),
      ownerPartitions.payments("b"),
      ownerPartitions.campaigns(),
      ownerPartitions.requests("a"),
      ownerPartitions.withdrawals("a"),
      ownerPartitions.rewardsOf("a"),
      ownerPartitions.waitingCallbacks(),
      ownerPartitions.relations("a", "friends"),
      ownerPartitions.relations("a", "asked"),
    ];
    expect(new Set(partitions).size).toBe(partitions.length);
  });

  it("of due work are all among those that are swept, and all are used", () => {
    const swept = new Set(Array.from({ length: DUE_SHARDS }, (_, shard) => duePartition(shard)));
    const used = new Set(Array.from({ length: 500 }, (_, index) => dueKeys(`id-${index}`, 7).duePk));
    expect(used).toEqual(swept);
    expect(dueKeys("id-1", 7)).toEqual(dueKeys("id-1", 7));
    expect(dueKeys("id-1", 7).dueAt).toBe(7);
  });
});
