/** Exchanges in the ledger: balanced in each currency, and nobody ever makes money of one but the exchange account. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buyFor, type Exchange, type Rates, sellFor } from "../../../../shared/fx/rates.ts";
import { type LedgerAccount, systemAccount } from "../../../../shared/ledger/account.ts";
import { exchange, movement } from "../../../../shared/ledger/postings.ts";
import { money } from "../../../../shared/money/money.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { createBook, funding, person, wideLimits } from "../../../builders/book.ts";

type Code = "USD" | "EUR" | "JPY";
/** One dollar is 0.8 euro or 160 yen. */
const rates: Omit<Rates, "spreadBasisPoints"> = { base: "USD", rates: { EUR: "0.8", JPY: "160" }, asOf: 0 };
/** What a minor unit of each is worth at those rates, in eighths of a hundredth of a dollar. */
const worth: Readonly<Record<Code, bigint>> = { USD: 8n, EUR: 10n, JPY: 5n };
const limits = { ...wideLimits, JPY: { perTransfer: 1e12, perDay: 1e13, perMonth: 1e14 } };
const codes = Object.keys(worth) as Code[];
const people = [person("ada"), person("ben")];
const fx = systemAccount("fx");

const step = fc.record({
  from: fc.constantFrom(...people),
  to: fc.constantFrom(...people),
  sold: fc.constantFrom(...codes),
  bought: fc.constantFrom(...codes),
  value: fc.integer({ min: 1, max: 20_000 }),
  exact: fc.constantFrom("sell", "buy"),
});

function openBook() {
  const book = createBook(limits);
  for (const [index, to] of people.entries()) {
    for (const currency of codes) {
      const transferId = derivedId("transfer", "fund", String(index), currency);
      const amount = money(50_000, currency);
      book.post(movement({ transferId, from: funding, to, amount, countOutflow: false }));
    }
  }
  const held = (account: LedgerAccount) =>
    codes.reduce((sum, currency) => {
      const available = book.head({ account, currency })?.state.available ?? 0;
      return sum + BigInt(available) * worth[currency];
    }, 0n);
  return { book, held };
}

const worthOf = ({ value, currency }: Exchange["sell"]): bigint => BigInt(value) * worth[currency as Code];

describe("exchanges in the ledger", () => {
  it("sum to zero in each currency, and what people lose by them is what the exchange account holds", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: 0, max: 1_000 }), (steps, spread) => {
        const { book, held } = openBook();
        const before = people.reduce((sum, account) => sum + held(account), 0n);
        const table = { ...rates, spreadBasisPoints: spread };
        let kept = 0n;
        for (const [index, { from, to, sold, bought, value, exact }] of steps.entries()) {
          if (sold === bought) continue;
          const made =
            exact === "sell"
              ? buyFor(table, money(value, sold), bought)
              : sellFor(table, sold, money(value, bought));
          if (!made.ok) continue;
          const { sell, buy } = made.value;
          // Not less than the spread of what was sold is kept, ever.
          expect((worthOf(sell) - worthOf(buy)) * 10_000n).toBeGreaterThanOrEqual(
            worthOf(sell) * BigInt(spread),
          );
          const transferId = derivedId("transfer", "step", String(index));
          const posted = book.post(exchange({ transferId, from, to, sell, buy }));
          if (posted.ok) kept += worthOf(sell) - worthOf(buy);
        }
        const sums = new Map<string, number>();
        for (const chain of book.chains()) {
          const newest = chain.at(-1);
          if (newest === undefined) continue;
          sums.set(newest.currency, (sums.get(newest.currency) ?? 0) + newest.state.available);
        }
        expect([...sums.values()].every((sum) => sum === 0)).toBe(true);
        expect(held(fx)).toBe(kept);
        expect(people.reduce((sum, account) => sum + held(account), 0n)).toBe(before - kept);
      }),
    );
  });

  it("name the other person to each side, and the exchange account to who exchanges their own", () => {
    const { book } = openBook();
    const [ada = funding, ben = funding] = people;
    const amounts = { sell: money(1_000, "USD"), buy: money(790, "EUR") };
    const counterparties = (to: LedgerAccount, id: string) => {
      const posted = book.post(
        exchange({ transferId: derivedId("transfer", id), from: ada, to, ...amounts }),
      );
      return posted.ok ? posted.value.map(({ counterparty }) => counterparty) : [];
    };
    expect(counterparties(ben, "to-ben")).toEqual([ben, ada, ben, ada]);
    expect(counterparties(ada, "own")).toEqual([fx, ada, ada, fx]);
  });

  it("count what is sold towards the seller's limits, and nothing else", () => {
    const book = createBook({ ...limits, USD: { perTransfer: 500, perDay: 500, perMonth: 500 } });
    const [ada = funding] = people;
    const give = { from: funding, to: ada, amount: money(5_000, "USD"), countOutflow: false };
    book.post(movement({ transferId: derivedId("transfer", "fund"), ...give }));
    const own = (id: string, sell: number) =>
      book.post(
        exchange({
          transferId: derivedId("transfer", id),
          from: ada,
          to: ada,
          sell: money(sell, "USD"),
          buy: money(1, "EUR"),
        }),
      );
    expect(own("a", 400).ok).toBe(true);
    expect(book.head({ account: ada, currency: "USD" })?.state.outflow.dayTotal).toBe(400);
    expect(book.head({ account: ada, currency: "EUR" })?.state.outflow.dayTotal).toBe(0);
    expect(own("b", 101)).toMatchObject({ error: { code: "limit-exceeded", limit: "day", remaining: 100 } });
  });
});
