import { describe, expect, it } from "vitest";
import type { LedgerAccount } from "../../../../shared/ledger/account.ts";
import { createLedgerAudit, type LedgerFinding } from "../../../../shared/ledger/audit.ts";
import { toEntryItem } from "../../../../shared/ledger/codec.ts";
import { chainKey, type Entry, seal } from "../../../../shared/ledger/entry.ts";
import { holdPlacement, movement } from "../../../../shared/ledger/postings.ts";
import { type Money, money } from "../../../../shared/money/money.ts";
import { MINUTE } from "../../../../shared/platform/clock.ts";
import { keys } from "../../../../shared/table/keys.ts";
import type { Item } from "../../../../shared/table/table.ts";
import { type Book, createBook, funding, NOON, person } from "../../../builders/book.ts";
import { usd } from "../../../builders/usd.ts";

const ada = person("ada");
const ben = person("ben");

const post = (
  book: Book,
  transferId: string,
  from: LedgerAccount,
  to: LedgerAccount,
  amount: Money,
): void => {
  const posted = book.post(movement({ transferId, from, to, amount, countOutflow: from === ada }));
  if (!posted.ok) throw new Error(posted.error.code);
};

/** Two currencies, four transfers and a hold; Ada has 700 (50 of it held) and Ben 300 dollars, Ada 20 euros. */
function someBook(): Book {
  const book = createBook();
  post(book, "t1", funding, ada, usd(1000));
  post(book, "t2", ada, ben, usd(100));
  post(book, "t3", ada, ben, usd(200));
  post(book, "t4", funding, ada, money(20, "EUR"));
  book.post(holdPlacement({ transferId: "t5", account: ada, amount: usd(50) }));
  return book;
}

const record = (transferId: string, entryCount: number, postedAt = NOON): Item => ({
  ...keys.transfer(transferId),
  transferId,
  entryCount,
  postedAt,
});
const records = [record("t1", 2), record("t2", 2), record("t3", 2), record("t4", 2), record("t5", 1)];
const entriesOf = (book: Book) => book.chains().map((chain) => [...chain]);
const itemsOf = (chains: readonly (readonly Entry[])[]): Item[] => chains.flat().map(toEntryItem);

function audit(items: readonly Item[], cutoff = NOON + MINUTE) {
  const run = createLedgerAudit(cutoff);
  for (const item of items) run.add(item);
  return run.finish();
}

const words = (findings: readonly LedgerFinding[]) =>
  findings.map(({ code, subject, detail }) => `${code} | ${subject} | ${detail}`);

/** The book with Ben's newest entry changed, and sealed again. */
const withBensNewest = (change: (entry: Entry) => Partial<Entry>): Entry[][] =>
  entriesOf(someBook()).map((chain) =>
    chain.map((entry) =>
      entry.account === ben && entry.sequence === 2 ? seal({ ...entry, ...change(entry) }) : entry,
    ),
  );

describe("the audit of the ledger", () => {
  it("finds nothing in a book that is right, and counts what it saw", () => {
    const expected = {
      findings: [],
      totals: { chains: 5, entries: 9, transfers: 5, owned: { USD: 1000, EUR: 20 } },
    };
    const items = itemsOf(entriesOf(someBook()));
    expect(audit([...items, ...records])).toEqual(expected);
    expect(audit([...records, ...items])).toEqual(expected);
  });

  it("takes the chains in any order", () => {
    const items = itemsOf(entriesOf(someBook()).toReversed());
    expect(audit([...records, ...items]).findings).toEqual([]);
  });

  it("finds nothing in nothing", () => {
    expect(audit([])).toEqual({
      findings: [],
      totals: { chains: 0, entries: 0, transfers: 0, owned: {} },
    });
  });

  it("passes over what is not the ledger's", () => {
    const others = [
      {},
      { pk: 7 },
      { pk: "USER#ledger", transferId: "x" },
      { pk: "A LEDGER#", sk: "TRANSFER#" },
    ];
    expect(audit(others).totals.entries).toBe(0);
  });

  it("does not pass over a record or an entry that cannot be read", () => {
    expect(() => audit([{ pk: "TRANSFER#t1", sk: "TRANSFER" }])).toThrow(/entryCount/);
    expect(() => audit([{ pk: "LEDGER#a", sk: "1" }])).toThrow(/sequence/);
  });

  it("leaves out what was posted at the cutoff or later", () => {
    const items = [...itemsOf(entriesOf(someBook())), ...records];
    expect(audit(items, NOON).totals).toEqual({ chains: 0, entries: 0, transfers: 0, owned: {} });
    expect(audit(items, NOON + 1).totals.entries).toBe(9);
    expect(audit(items, NOON)).toMatchObject({ findings: [] });
  });
});

describe("the audit of the ledger finds", () => {
  const adasKey = `${ada}#USD`;

  it.each([1, 2, 4])("a changed entry, once, be it number %i", (changed) => {
    const chains = entriesOf(someBook()).map((chain) =>
      chain.map((entry) =>
        chainKey(entry) === adasKey && entry.sequence === changed ? { ...entry, memo: "x" } : entry,
      ),
    );
    expect(words(audit([...itemsOf(chains), ...records]).findings)).toEqual([
      `chain-fault | ${adasKey}#${changed} | hash-mismatch`,
    ]);
  });

  it("a chain that lost its beginning, and the transfer that lost its entry", () => {
    const chains = entriesOf(someBook()).map((chain) =>
      chain.filter(
        ({ account, currency, sequence }) => account !== ada || currency !== "USD" || sequence > 1,
      ),
    );
    expect(words(audit([...itemsOf(chains), ...records]).findings)).toEqual([
      `chain-fault | ${adasKey}#2 | gap`,
      "transfer-incomplete | t1 | 1 of 2 entries",
    ]);
  });

  it("an entry that is gone from the middle", () => {
    const chains = entriesOf(someBook()).map((chain) =>
      chain.filter(({ account, sequence }) => account !== ada || sequence !== 2),
    );
    expect(words(audit([...itemsOf(chains), ...records]).findings)).toEqual([
      `chain-fault | ${adasKey}#3 | gap`,
      `chain-fault | ${adasKey}#3 | broken-link`,
      `chain-fault | ${adasKey}#3 | state-mismatch`,
      `chain-fault | ${adasKey}#3 | outflow-mismatch`,
      "transfer-incomplete | t2 | 1 of 2 entries",
    ]);
  });

  it("a transfer without its record, and a record without its entries", () => {
    const items = itemsOf(entriesOf(someBook()));
    expect(words(audit([...items, ...records.slice(1)]).findings)).toEqual([
      "transfer-without-record | t1 | 2 entries",
    ]);
    expect(words(audit([...items, ...records, record("t9", 2)]).findings)).toEqual([
      "transfer-incomplete | t9 | 0 of 2 entries",
    ]);
  });

  it("money from nowhere, in the transfer and in the currency, however well it was sealed", () => {
    const chains = withBensNewest(({ state }) => ({
      amount: { available: 201, held: 0 },
      state: { ...state, available: 301 },
    }));
    expect(words(audit([...itemsOf(chains), ...records]).findings)).toEqual([
      "transfer-off-balance | t3 | 1 USD",
      "currency-off-balance | USD | sums to 1, not 0",
    ]);
  });

  it("a transfer whose currencies balance together, and each for itself does not", () => {
    const book = createBook();
    post(book, "t1", funding, ada, usd(5));
    const chains = entriesOf(book).map((chain) =>
      chain.map((entry) => (entry.account === ada ? seal({ ...entry, currency: "EUR" }) : entry)),
    );
    expect(words(audit([...itemsOf(chains), record("t1", 2)]).findings)).toEqual([
      "transfer-off-balance | t1 | -5 USD",
      "transfer-off-balance | t1 | 5 EUR",
      "currency-off-balance | USD | sums to -5, not 0",
      "currency-off-balance | EUR | sums to 5, not 0",
    ]);
  });

  it("balances that do not sum to nothing though every transfer does", () => {
    const chains = withBensNewest(({ state }) => ({ state: { ...state, available: 301 } }));
    const { findings, totals } = audit([...itemsOf(chains), ...records]);
    expect(words(findings)).toEqual([
      `chain-fault | ${ben}#USD#2 | state-mismatch`,
      "currency-off-balance | USD | sums to 1, not 0",
    ]);
    expect(totals.owned).toEqual({ USD: 1001, EUR: 20 });
  });
});
