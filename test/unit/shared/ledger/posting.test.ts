import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { freeze, openAccess, revoke, unfreeze } from "../../../../shared/ledger/access.ts";
import type { LedgerAccount } from "../../../../shared/ledger/account.ts";
import { campaignAccount } from "../../../../shared/ledger/account.ts";
import { chainKey, type Entry, seal } from "../../../../shared/ledger/entry.ts";
import type { PendingHold } from "../../../../shared/ledger/hold.ts";
import { decide, type Heads, type Posting } from "../../../../shared/ledger/posting.ts";
import {
  accessChange,
  distribution,
  holdCapture,
  holdPlacement,
  holdRelease,
  movement,
} from "../../../../shared/ledger/postings.ts";
import { verifyChain } from "../../../../shared/ledger/verify.ts";
import { type Money, money } from "../../../../shared/money/money.ts";
import { DAY, HOUR } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { type Book, createBook, funding, NOON, person, wideLimits } from "../../../builders/book.ts";

const ada = person("ada");
const ben = person("ben");
const usd = (value: number): Money => money(value, "USD");
let made = 0;
const nextId = (): string => {
  made += 1;
  return derivedId("transfer", `test ${made}`);
};

const pay = (
  from: LedgerAccount,
  to: LedgerAccount,
  value: number,
  rest: Partial<Parameters<typeof movement>[0]> = {},
) => movement({ transferId: nextId(), from, to, amount: usd(value), countOutflow: true, ...rest });

const fund = (book: Book, to: LedgerAccount, value: number): void => {
  const posted = book.post(
    movement({ transferId: nextId(), from: funding, to, amount: usd(value), countOutflow: false }),
  );
  if (!posted.ok) throw new Error(posted.error.code);
};

const balance = (book: Book, account: LedgerAccount) => {
  const state = book.head({ account, currency: "USD" })?.state;
  return { available: state?.available ?? 0, held: state?.held ?? 0 };
};

const holdOf = (account: LedgerAccount, value: number, placedAt = NOON): PendingHold => ({
  status: "pending",
  id: derivedId("hold", "h", String(value)),
  account,
  amount: usd(value),
  placedAt,
  expiresAt: placedAt + HOUR,
});

describe("a transfer", () => {
  it("moves money and says so in both running states", () => {
    const book = createBook();
    fund(book, ada, 500);
    const posted = book.post(pay(ada, ben, 200));
    expect(posted.ok).toBe(true);
    expect(balance(book, ada)).toEqual({ available: 300, held: 0 });
    expect(balance(book, ben)).toEqual({ available: 200, held: 0 });
    expect(book.head({ account: ben, currency: "USD" })?.counterparty).toBe(ada);
  });

  it("refuses what the payer does not have, and changes nothing", () => {
    const book = createBook();
    fund(book, ada, 100);
    expect(book.post(pay(ada, ben, 101))).toEqual({
      ok: false,
      error: { code: "insufficient-funds", account: ada, available: 100 },
    });
    expect(balance(book, ada).available).toBe(100);
    expect(balance(book, ben).available).toBe(0);
  });

  it("lets a campaign spend its budget and no more", () => {
    const book = createBook();
    const campaign = campaignAccount(derivedId("campaign", "c"));
    fund(book, campaign, 300);
    const reward = () =>
      distribution({
        transferId: nextId(),
        from: campaign,
        currency: "USD",
        to: [
          { account: ada, amount: usd(100) },
          { account: ben, amount: usd(100) },
        ],
      });
    expect(book.post(reward()).ok).toBe(true);
    expect(book.post(reward())).toMatchObject({
      ok: false,
      error: { code: "insufficient-funds", available: 100 },
    });
  });

  it("throws on a posting that is off balance or touches a chain twice", () => {
    const book = createBook();
    const leg = (account: LedgerAccount, available: number) => ({
      account,
      currency: "USD" as const,
      amount: { available, held: 0 },
    });
    const posting = (...legs: Posting["legs"]): Posting => ({ transferId: nextId(), kind: "transfer", legs });
    expect(() => book.post(posting(leg(ada, 1)))).toThrow(/off balance/);
    expect(() => book.post(posting(leg(ada, 1), leg(ada, -1)))).toThrow(/twice/);
    expect(() => book.post(posting())).toThrow(/needs a leg/);
  });
});

describe("limits", () => {
  const limits = { USD: { perTransfer: 100, perDay: 250, perMonth: 400 } };

  it("are kept per transfer, day and month, and say what remains", () => {
    const book = createBook(limits);
    fund(book, ada, 10_000);
    expect(book.post(pay(ada, ben, 101))).toMatchObject({ error: { limit: "transfer", remaining: 100 } });
    expect(book.post(pay(ada, ben, 100)).ok).toBe(true);
    expect(book.post(pay(ada, ben, 100)).ok).toBe(true);
    expect(book.post(pay(ada, ben, 51))).toMatchObject({ error: { limit: "day", remaining: 50 } });
    expect(book.post(pay(ada, ben, 100), NOON + DAY).ok).toBe(true);
    expect(book.post(pay(ada, ben, 100), NOON + DAY).ok).toBe(true);
    expect(book.post(pay(ada, ben, 1), NOON + DAY)).toMatchObject({
      error: { limit: "month", remaining: 0 },
    });
    expect(book.post(pay(ada, ben, 100), NOON + 10 * DAY).ok).toBe(true);
  });

  it("do not hold back what comes in", () => {
    const book = createBook(limits);
    fund(book, ada, 1_000_000);
    expect(balance(book, ada).available).toBe(1_000_000);
  });

  it("refuse a currency that has none", () => {
    const book = createBook({ EUR: limits.USD });
    fund(book, ada, 100);
    expect(book.post(pay(ada, ben, 1))).toEqual({
      ok: false,
      error: { code: "currency-not-supported", currency: "USD" },
    });
  });

  it("count a hold when it is placed and give back what was not captured", () => {
    const book = createBook(limits);
    fund(book, ada, 1000);
    const hold = holdOf(ada, 100);
    book.post(holdPlacement({ transferId: nextId(), account: ada, amount: usd(100) }));
    expect(book.head({ account: ada, currency: "USD" })?.state.outflow.dayTotal).toBe(100);
    book.post(holdCapture({ transferId: nextId(), hold, amount: usd(30), to: ben }));
    expect(book.head({ account: ada, currency: "USD" })?.state.outflow.dayTotal).toBe(30);
  });
});

describe("holds", () => {
  it("reserve, then move in part and give the rest back", () => {
    const book = createBook();
    fund(book, ada, 500);
    book.post(holdPlacement({ transferId: nextId(), account: ada, amount: usd(300) }));
    expect(balance(book, ada)).toEqual({ available: 200, held: 300 });
    book.post(holdCapture({ transferId: nextId(), hold: holdOf(ada, 300), amount: usd(120), to: ben }));
    expect(balance(book, ada)).toEqual({ available: 380, held: 0 });
    expect(balance(book, ben)).toEqual({ available: 120, held: 0 });
  });

  it("give everything back when released", () => {
    const book = createBook();
    fund(book, ada, 500);
    book.post(holdPlacement({ transferId: nextId(), account: ada, amount: usd(300) }));
    book.post(holdRelease({ transferId: nextId(), hold: holdOf(ada, 300) }));
    expect(balance(book, ada)).toEqual({ available: 500, held: 0 });
  });

  it("cannot be spent, nor used twice", () => {
    const book = createBook();
    fund(book, ada, 500);
    book.post(holdPlacement({ transferId: nextId(), account: ada, amount: usd(300) }));
    expect(book.post(pay(ada, ben, 201)).ok).toBe(false);
    book.post(holdRelease({ transferId: nextId(), hold: holdOf(ada, 300) }));
    expect(() => book.post(holdRelease({ transferId: nextId(), hold: holdOf(ada, 300) }))).toThrow(
      /used twice/,
    );
  });
});

describe("a freeze", () => {
  const frozen = (book: Book, reason = "ops") =>
    book.post(
      accessChange({
        transferId: nextId(),
        chains: [{ account: ada, currency: "USD" }],
        access: freeze(openAccess, reason),
        memo: `freeze:${reason}`,
      }),
    );

  it("stops money from leaving and from being promised; it may still come in", () => {
    const book = createBook();
    fund(book, ada, 500);
    frozen(book);
    expect(book.post(pay(ada, ben, 1))).toEqual({
      ok: false,
      error: { code: "account-frozen", account: ada, frozenFor: ["ops"] },
    });
    expect(book.post(holdPlacement({ transferId: nextId(), account: ada, amount: usd(1) })).ok).toBe(false);
    fund(book, ada, 5);
    expect(balance(book, ada).available).toBe(505);
  });

  it("keeps promises made before it", () => {
    const book = createBook();
    fund(book, ada, 500);
    book.post(holdPlacement({ transferId: nextId(), account: ada, amount: usd(300) }));
    frozen(book);
    expect(
      book.post(holdCapture({ transferId: nextId(), hold: holdOf(ada, 300), amount: usd(300), to: ben })).ok,
    ).toBe(true);
  });

  it("ends when its last reason is taken away", () => {
    const both = freeze(freeze(openAccess, "ops"), "fraud-suspected");
    expect(both.frozenFor).toEqual(["fraud-suspected", "ops"]);
    expect(unfreeze(unfreeze(both, "ops"), "fraud-suspected")).toEqual(openAccess);
    expect(freeze(both, "ops")).toEqual(both);
  });

  it("applies to a chain that opens under it", () => {
    const heads: Heads = new Map([
      [chainKey({ account: ada, currency: "EUR" }), { opensWith: freeze(openAccess, "ops") }],
    ]);
    const into = movement({
      transferId: nextId(),
      from: funding,
      to: ada,
      amount: money(5, "EUR"),
      countOutflow: false,
    });
    const opened = decide(into, heads, { now: NOON, limits: wideLimits });
    expect(opened.ok && opened.value[1]?.state.access.frozenFor).toEqual(["ops"]);
  });
});

describe("a revoked session", () => {
  it("cannot pay, while another session of the same person can", () => {
    const book = createBook();
    fund(book, ada, 500);
    const access = revoke(openAccess, "phone", Math.floor(NOON / 1000) + 900, NOON);
    book.post(
      accessChange({
        transferId: nextId(),
        chains: [{ account: ada, currency: "USD" }],
        access,
        memo: "sign-out",
      }),
    );
    const by = (session: string) => ({ actor: { account: ada, session, signedInAt: 1 } });
    expect(book.post(pay(ada, ben, 1, by("phone")))).toEqual({
      ok: false,
      error: { code: "session-revoked" },
    });
    expect(book.post(pay(ada, ben, 1, by("tablet"))).ok).toBe(true);
  });

  it("is forgotten when its tokens have ended, and many at once end all sessions", () => {
    const seconds = Math.floor(NOON / 1000);
    const one = revoke(openAccess, "a", seconds + 10, NOON);
    expect(revoke(one, "b", seconds + 100, NOON + 20_000).revokedSessions).toEqual([
      { session: "b", until: seconds + 100 },
    ]);
    let access = openAccess;
    for (let index = 0; index < 9; index += 1) access = revoke(access, `s${index}`, seconds + 900, NOON);
    expect(access).toEqual({ frozenFor: [], revokedSessions: [], signedInAfter: seconds });
  });
});

type Command =
  | { readonly do: "pay"; readonly from: number; readonly to: number; readonly value: number }
  | { readonly do: "fund"; readonly to: number; readonly value: number }
  | { readonly do: "hold" | "release"; readonly who: number; readonly value: number }
  | { readonly do: "capture"; readonly who: number; readonly to: number; readonly share: number }
  | { readonly do: "freeze" | "unfreeze"; readonly who: number };

const who = fc.integer({ min: 0, max: 3 });
const value = fc.integer({ min: 1, max: 1000 });
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ do: fc.constant("pay" as const), from: who, to: who, value }),
  fc.record({ do: fc.constant("fund" as const), to: who, value }),
  fc.record({ do: fc.constantFrom("hold" as const, "release" as const), who, value }),
  fc.record({
    do: fc.constant("capture" as const),
    who,
    to: who,
    share: fc.double({ min: 0.01, max: 1, noNaN: true }),
  }),
  fc.record({ do: fc.constantFrom("freeze" as const, "unfreeze" as const), who }),
);

/** Plays commands against a book, holding the open holds itself as the storage would. */
function play(commands: readonly Command[]): Book {
  const book = createBook();
  const people = ["a", "b", "c", "d"].map(person);
  const account = (index: number): LedgerAccount => people[index] ?? ada;
  const holds: PendingHold[] = [];
  let now = NOON;
  const take = (owner: LedgerAccount): PendingHold | undefined => {
    const index = holds.findIndex((hold) => hold.account === owner);
    return index === -1 ? undefined : holds.splice(index, 1)[0];
  };
  for (const command of commands) {
    now += 60_000;
    switch (command.do) {
      case "fund":
        fund(book, account(command.to), command.value);
        break;
      case "pay":
        if (command.from !== command.to)
          book.post(pay(account(command.from), account(command.to), command.value), now);
        break;
      case "hold": {
        const owner = account(command.who);
        const placed = book.post(
          holdPlacement({ transferId: nextId(), account: owner, amount: usd(command.value) }),
          now,
        );
        if (placed.ok) holds.push(holdOf(owner, command.value, now));
        break;
      }
      case "release": {
        const hold = take(account(command.who));
        if (hold !== undefined) book.post(holdRelease({ transferId: nextId(), hold }), now);
        break;
      }
      case "capture": {
        const hold = command.who === command.to ? undefined : take(account(command.who));
        if (hold === undefined) break;
        const part = Math.max(1, Math.floor(hold.amount.value * command.share));
        book.post(
          holdCapture({ transferId: nextId(), hold, amount: usd(part), to: account(command.to) }),
          now,
        );
        break;
      }
      case "freeze":
      case "unfreeze": {
        const access = command.do === "freeze" ? freeze(openAccess, "ops") : openAccess;
        const chain = { account: account(command.who), currency: "USD" as const };
        if (book.head(chain) !== undefined)
          book.post(accessChange({ transferId: nextId(), chains: [chain], access, memo: command.do }), now);
        break;
      }
    }
  }
  return book;
}

const last = (entries: readonly Entry[]): Entry => {
  const entry = entries.at(-1);
  if (entry === undefined) throw new Error("an empty chain");
  return entry;
};

describe("whatever happens", () => {
  const commands = fc.array(anyCommand, { maxLength: 60 });

  it("money is conserved, no customer goes below zero, every chain verifies", () => {
    fc.assert(
      fc.property(commands, (all) => {
        const book = play(all);
        const states = book.chains().map((entries) => last(entries));
        const sum = states.reduce(
          (total, entry) => total + BigInt(entry.state.available) + BigInt(entry.state.held),
          0n,
        );
        expect(sum).toBe(0n);
        for (const entry of states)
          if (entry.account !== funding) expect(entry.state.available).toBeGreaterThanOrEqual(0);
        for (const entries of book.chains()) expect(verifyChain(last(entries), entries)).toEqual([]);
      }),
    );
  });

  it("replaying gives the same chains, hash for hash", () => {
    fc.assert(
      fc.property(commands, (all) => {
        made = 0;
        const first = play(all).chains();
        made = 0;
        expect(play(all).chains()).toEqual(first);
      }),
    );
  });

  it("a change of any field of any entry is found", () => {
    const book = createBook({ ...wideLimits });
    fund(book, ada, 900);
    for (const amount of [10, 20, 30]) book.post(pay(ada, ben, amount));
    const entries = book.chains().find((chain) => chain[0]?.account === ada) ?? [];
    expect(entries).toHaveLength(4);
    const changes: ((entry: Entry) => Entry)[] = [
      (entry) => ({ ...entry, amount: { ...entry.amount, available: entry.amount.available + 1 } }),
      (entry) => ({ ...entry, amount: { ...entry.amount, held: 1 } }),
      (entry) => ({ ...entry, state: { ...entry.state, available: entry.state.available + 1 } }),
      (entry) => ({ ...entry, state: { ...entry.state, held: 1 } }),
      (entry) => ({
        ...entry,
        state: { ...entry.state, outflow: { ...entry.state.outflow, day: "1999-01-01" } },
      }),
      (entry) => ({ ...entry, state: { ...entry.state, outflow: { ...entry.state.outflow, dayTotal: 7 } } }),
      (entry) => ({
        ...entry,
        state: { ...entry.state, outflow: { ...entry.state.outflow, month: "1999-01" } },
      }),
      (entry) => ({
        ...entry,
        state: { ...entry.state, outflow: { ...entry.state.outflow, monthTotal: 7 } },
      }),
      (entry) => ({ ...entry, state: { ...entry.state, access: freeze(openAccess, "x") } }),
      (entry) => ({
        ...entry,
        state: { ...entry.state, access: { ...openAccess, revokedSessions: [{ session: "s", until: 1 }] } },
      }),
      (entry) => ({ ...entry, state: { ...entry.state, access: { ...openAccess, signedInAfter: 1 } } }),
      (entry) => ({ ...entry, transferId: "other" }),
      (entry) => ({ ...entry, kind: "hold" }),
      (entry) => ({ ...entry, counterparty: ada }),
      (entry) => ({ ...entry, memo: "other" }),
      (entry) => ({ ...entry, at: entry.at + 1 }),
      (entry) => ({ ...entry, sequence: entry.sequence + 1 }),
      (entry) => ({ ...entry, previousHash: "other" }),
      (entry) => ({ ...entry, hash: "other" }),
      (entry) => ({ ...entry, account: ben }),
      (entry) => ({ ...entry, currency: "EUR" }),
    ];
    for (let index = 0; index < entries.length; index += 1) {
      for (const change of changes) {
        const forged = entries.map((entry, at) => (at === index ? change(entry) : entry));
        expect(verifyChain({ account: ada, currency: "USD" }, forged), String(change)).not.toEqual([]);
        // Sealing the forged entry anew hides it from its own hash, but not from the entry after it.
        const resealed = entries.map((entry, at) => (at === index ? seal(change(entry)) : entry));
        const unchanged = resealed[index]?.hash === entries[index]?.hash;
        if (index < entries.length - 1 && !unchanged) {
          expect(verifyChain({ account: ada, currency: "USD" }, resealed), String(change)).not.toEqual([]);
        }
      }
    }
    expect(verifyChain({ account: ada, currency: "USD" }, entries.toSpliced(1, 1))).not.toEqual([]);
    expect(verifyChain({ account: ada, currency: "USD" }, entries)).toEqual([]);
  });

  it("clocks that differ do not make time run back along a chain", () => {
    const book = createBook();
    fund(book, ada, 100);
    book.post(pay(ada, ben, 1), NOON + 5000);
    book.post(pay(ada, ben, 1), NOON + 1000);
    expect(book.head({ account: ada, currency: "USD" })?.at).toBe(NOON + 5000);
  });
});
