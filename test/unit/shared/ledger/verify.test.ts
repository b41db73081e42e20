import { beforeEach, describe, expect, it } from "vitest";
import { freeze, openAccess } from "../../../../shared/ledger/access.ts";
import { campaignAccount, type LedgerAccount } from "../../../../shared/ledger/account.ts";
import {
  type Chain,
  chainKey,
  type Entry,
  type RunningState,
  seal,
} from "../../../../shared/ledger/entry.ts";
import { accessChange, holdPlacement, movement } from "../../../../shared/ledger/postings.ts";
import { verifyChain } from "../../../../shared/ledger/verify.ts";
import { DAY } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { createBook, funding, NOON, person } from "../../../builders/book.ts";
import { usd } from "../../../builders/usd.ts";

const ada = person("ada");
const ben = person("ben");
const chainOf = (account: LedgerAccount): Chain => ({ account, currency: "USD" });

/** Ada is given 1000, pays 100, pays 900 on the next day, and has nothing left. */
function adasChain(): readonly [Entry, Entry, Entry] {
  const book = createBook();
  const post = (from: LedgerAccount, to: LedgerAccount, value: number, now: number) =>
    book.post(
      movement({
        transferId: derivedId("transfer", String(now)),
        from,
        to,
        amount: usd(value),
        countOutflow: from === ada,
      }),
      now,
    );
  post(funding, ada, 1000, NOON);
  post(ada, ben, 100, NOON + 1);
  post(ada, ben, 900, NOON + DAY);
  const [first, second, third, ...more] = book.chains().find(([entry]) => entry?.account === ada) ?? [];
  if (first === undefined || second === undefined || third === undefined || more.length > 0)
    throw new Error("Ada has three entries");
  return [first, second, third];
}

let first: Entry;
let second: Entry;
let third: Entry;

beforeEach(() => {
  [first, second, third] = adasChain();
});

const faultsOf = (entries: readonly Entry[], chain: Chain = chainOf(ada)) =>
  verifyChain(chain, entries).map(({ sequence, fault }) => `${sequence}: ${fault}`);

/** The second entry as somebody who can write the table would change it: sealed again. */
const forged = (changes: Partial<Entry>, state: Partial<RunningState> = {}): Entry =>
  seal({ ...second, ...changes, state: { ...second.state, ...state } });

const withOutflow = (changes: Partial<RunningState["outflow"]>) =>
  forged({}, { outflow: { ...second.state.outflow, ...changes } });

describe("a chain without faults", () => {
  it("may be empty, whole, or begin in the middle", () => {
    expect(faultsOf([])).toEqual([]);
    expect(faultsOf([first, second, third])).toEqual([]);
    expect(faultsOf([second, third])).toEqual([]);
    expect(faultsOf([third])).toEqual([]);
  });

  it("may have two entries of one moment", () => {
    expect(faultsOf([first, forged({ at: first.at })])).toEqual([]);
  });

  it("may open under a freeze that is on its owner's record", () => {
    const opened = seal({ ...first, state: { ...first.state, access: freeze(openAccess, "ops") } });
    expect(faultsOf([opened])).toEqual([]);
  });

  it("may change access in an entry of that kind", () => {
    const book = createBook();
    const access = freeze(openAccess, "ops");
    const id = derivedId("transfer", "x");
    book.post(movement({ transferId: id, from: funding, to: ada, amount: usd(5), countOutflow: false }));
    book.post(accessChange({ transferId: id, chains: [chainOf(ada)], access, memo: "freeze:ops" }));
    expect(faultsOf(book.chains().find(([entry]) => entry?.account === ada) ?? [])).toEqual([]);
  });

  it("may hold money", () => {
    const book = createBook();
    const id = derivedId("transfer", "x");
    book.post(movement({ transferId: id, from: funding, to: ada, amount: usd(5), countOutflow: false }));
    book.post(holdPlacement({ transferId: id, account: ada, amount: usd(5) }));
    expect(faultsOf(book.chains().find(([entry]) => entry?.account === ada) ?? [])).toEqual([]);
  });
});

describe("a fault", () => {
  it("names the chain, the entry and what is wrong", () => {
    expect(verifyChain(chainOf(ada), [first, { ...second, memo: "forged" }])).toEqual([
      { chain: chainKey(chainOf(ada)), sequence: 2, fault: "hash-mismatch" },
    ]);
  });

  it.each<[string, () => readonly Entry[], string[]]>([
    ["a changed field", () => [first, { ...second, memo: "forged" }], ["2: hash-mismatch"]],
    ["a changed and sealed entry", () => [first, forged({ memo: "forged" }), third], ["3: broken-link"]],
    [
      "an entry that is gone",
      () => [first, third],
      ["3: gap", "3: broken-link", "3: state-mismatch", "3: outflow-mismatch"],
    ],
    ["a sequence that jumps", () => [first, forged({ sequence: 3 })], ["3: gap"]],
    ["a first entry that follows another", () => [seal({ ...first, previousHash: "x" })], ["1: broken-link"]],
    [
      "a first entry that begins with money",
      () => [seal({ ...first, state: { ...first.state, available: 1001 } })],
      ["1: state-mismatch"],
    ],
    ["money from nowhere", () => [first, forged({}, { available: 901 })], ["2: state-mismatch"]],
    ["held money from nowhere", () => [first, forged({}, { held: 1 })], ["2: state-mismatch"]],
    [
      "an earlier time",
      () => [first, forged({ at: NOON - 1 })],
      ["2: time-runs-back", "2: outflow-mismatch"],
    ],
    [
      "an account that became frozen by a transfer",
      () => [first, forged({}, { access: freeze(openAccess, "ops") })],
      ["2: access-changed"],
    ],
  ])("is found in %s", (_, entries, faults) => {
    expect(faultsOf(entries())).toEqual(faults);
  });

  it("is an entry of another account or currency", () => {
    expect(faultsOf([first], chainOf(ben))).toEqual(["1: foreign-entry"]);
    expect(faultsOf([first], { account: ada, currency: "EUR" })).toEqual(["1: foreign-entry"]);
  });
});

describe("a balance below zero", () => {
  const owing = (account: LedgerAccount, available: number, held: number): Entry =>
    seal({
      ...first,
      account,
      amount: { available, held },
      state: { ...first.state, available, held },
    });

  it("is a fault of what belongs to someone, and not of the system's", () => {
    const campaign = campaignAccount(derivedId("campaign", "c"));
    expect(faultsOf([owing(ada, -1, 0)])).toEqual(["1: below-zero"]);
    expect(faultsOf([owing(campaign, -1, 0)], chainOf(campaign))).toEqual(["1: below-zero"]);
    expect(faultsOf([owing(funding, -1, 0)], chainOf(funding))).toEqual([]);
  });

  it("is a fault of any account when it is what is held", () => {
    expect(faultsOf([owing(ada, 5, -1)])).toEqual(["1: below-zero"]);
    expect(faultsOf([owing(funding, 5, -1)], chainOf(funding))).toEqual(["1: below-zero"]);
  });

  it("is found in the middle of a chain too", () => {
    expect(faultsOf([seal({ ...third, state: { ...third.state, available: -1 } })])).toEqual([
      "3: below-zero",
    ]);
  });
});

describe("the count of what left", () => {
  it.each<[string, () => Entry]>([
    ["of another day", () => withOutflow({ day: "2026-11-21" })],
    ["of another month", () => withOutflow({ month: "2026-10" })],
    ["with more on the day than moved", () => withOutflow({ dayTotal: 101 })],
    ["with more in the month than moved", () => withOutflow({ monthTotal: 101 })],
    ["with less than nothing on the day", () => withOutflow({ dayTotal: -1 })],
    ["with less than nothing in the month", () => withOutflow({ monthTotal: -1 })],
    ["of another hour", () => withOutflow({ hour: "2026-11-22T11" })],
    ["with more movements in the hour than one", () => withOutflow({ hourCount: 2 })],
    ["with more movements on the day than one", () => withOutflow({ dayCount: 2 })],
    ["with less than no movement in the hour", () => withOutflow({ hourCount: -1 })],
    ["with less than no movement on the day", () => withOutflow({ dayCount: -1 })],
  ])("is a fault %s", (_, entry) => {
    expect(faultsOf([first, entry()])).toEqual(["2: outflow-mismatch"]);
  });

  it("begins again with the day and goes on within the month", () => {
    const { outflow } = third.state;
    expect([outflow.dayTotal, outflow.monthTotal]).toEqual([900, 1000]);
    const forgotten = seal({
      ...third,
      state: { ...third.state, outflow: { ...outflow, monthTotal: 99 } },
    });
    const kept = seal({ ...third, state: { ...third.state, outflow: { ...outflow, dayTotal: 901 } } });
    expect(faultsOf([first, second, kept])).toEqual(["3: outflow-mismatch"]);
    expect(faultsOf([first, second, forgotten])).toEqual([]);
  });

  it("may stay as it was, for a payment that is not a customer's choice", () => {
    expect(faultsOf([first, withOutflow({ dayTotal: 0, monthTotal: 0 })])).toEqual([]);
  });
});
