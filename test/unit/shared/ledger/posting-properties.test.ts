import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { freeze, openAccess } from "../../../../shared/ledger/access.ts";
import type { LedgerAccount } from "../../../../shared/ledger/account.ts";
import { type Entry, seal } from "../../../../shared/ledger/entry.ts";
import type { PendingHold } from "../../../../shared/ledger/hold.ts";
import { accessChange, holdCapture, holdPlacement, holdRelease } from "../../../../shared/ledger/postings.ts";
import { verifyChain } from "../../../../shared/ledger/verify.ts";
import { type Book, createBook, funding, NOON, person, wideLimits } from "../../../builders/book.ts";
import { fund, holdOf, nextId, pay, restartIds } from "../../../builders/moves.ts";
import { usd } from "../../../builders/usd.ts";

const ada = person("ada");
const ben = person("ben");

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
        restartIds();
        const first = play(all).chains();
        restartIds();
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
        state: { ...entry.state, outflow: { ...entry.state.outflow, hour: "1999-01-01T00" } },
      }),
      (entry) => ({
        ...entry,
        state: { ...entry.state, outflow: { ...entry.state.outflow, hourCount: 7 } },
      }),
      (entry) => ({ ...entry, state: { ...entry.state, outflow: { ...entry.state.outflow, dayCount: 7 } } }),
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
