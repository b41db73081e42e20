/** Postings leg by leg: money from and to channels, exchanges, and holds that do not count or that a freeze does not stop. */
import { describe, expect, it } from "vitest";
import { freeze, openAccess } from "../../../../shared/ledger/access.ts";
import { clearingAccount, clearingAccounts, systemAccount } from "../../../../shared/ledger/account.ts";
import type { PendingHold } from "../../../../shared/ledger/hold.ts";
import { limitsSchema } from "../../../../shared/ledger/limits.ts";
import {
  accessChange,
  channelPayment,
  channelReceipt,
  channelReturn,
  exchange,
  holdPlacement,
  holdRelease,
} from "../../../../shared/ledger/postings.ts";
import { money } from "../../../../shared/money/money.ts";
import { createBook, person } from "../../../builders/book.ts";
import { balance, fund, holdOf } from "../../../builders/moves.ts";
import { usd } from "../../../builders/usd.ts";

const [ada, ben] = [person("ada"), person("ben")];
const clearing = clearingAccount("stripe", "t", 1);
const suspense = systemAccount("suspense");
const labels = { transferId: "t", memo: "m" };
const incoming = { from: clearing, amount: usd(12_50) };
const held = holdOf(ada, 7_50);

const leg = (account: string, available: number, rest: object = {}) => ({
  account,
  currency: "USD",
  amount: { available, held: 0 },
  ...rest,
});
/** The end of a hold of Ada's, of which so much is free again. */
const end = (hold: PendingHold, back: number, rest: object = {}) => ({
  account: ada,
  currency: "USD",
  amount: { available: back, held: -hold.amount.value },
  outflow: {
    uncount: back,
    countedAt: hold.placedAt,
    ...(back === hold.amount.value ? { whole: true } : {}),
  },
  ...rest,
});
const uncounted = (hold: PendingHold): PendingHold => ({ ...hold, uncounted: true });

describe("a payment through a channel", () => {
  const parties = { incoming, payer: ada, payee: ben };

  it("is one transfer from the channel to the payee, of whom the payer is the other side", () => {
    expect(channelPayment({ ...labels, ...parties })).toStrictEqual({
      ...labels,
      kind: "transfer",
      legs: [leg(clearing, -12_50, { counterparty: ben }), leg(ben, 12_50, { counterparty: ada })],
    });
  });

  it("takes with it what the payer kept for it", () => {
    expect(channelPayment({ ...labels, ...parties, hold: held })).toStrictEqual({
      ...labels,
      kind: "capture",
      legs: [
        leg(clearing, -12_50, { counterparty: ben }),
        end(held, 0, { counterparty: ben }),
        leg(ben, 20_00, { counterparty: ada }),
      ],
    });
  });
});

describe("a receipt from a channel", () => {
  it("is a transfer to one account", () => {
    expect(channelReceipt({ ...labels, incoming, to: ada })).toStrictEqual({
      ...labels,
      kind: "transfer",
      legs: [leg(clearing, -12_50, { counterparty: ada }), leg(ada, 12_50)],
    });
  });

  it("gives a hold of the same account back in the same entry", () => {
    expect(channelReceipt({ ...labels, incoming, to: ada, released: held })).toStrictEqual({
      ...labels,
      kind: "transfer",
      legs: [
        leg(clearing, -12_50, { counterparty: ada }),
        {
          ...end(held, 7_50, { counterparty: clearing }),
          amount: { available: 20_00, held: -7_50 },
        },
      ],
    });
  });

  it("gives a hold of another account back beside it", () => {
    expect(channelReceipt({ ...labels, incoming, to: suspense, released: held })).toStrictEqual({
      ...labels,
      kind: "transfer",
      legs: [
        leg(clearing, -12_50, { counterparty: suspense }),
        leg(suspense, 12_50, { counterparty: clearing }),
        end(held, 7_50),
      ],
    });
  });
});

describe("a return to a channel", () => {
  const parties = { standIn: suspense, to: clearing };
  const back = (value: number, hold?: PendingHold) =>
    channelReturn({ ...labels, ...parties, amount: usd(value), ...(hold === undefined ? {} : { hold }) });

  it("is out of what stands in for it where nothing is held", () => {
    expect(back(5_00)).toStrictEqual({
      ...labels,
      kind: "transfer",
      legs: [
        leg(suspense, -5_00, { counterparty: clearing }),
        leg(clearing, 5_00, { counterparty: suspense }),
      ],
    });
  });

  it("is out of the hold where that is enough, and the rest of it is free again", () => {
    expect(back(7_50, held)).toStrictEqual({
      ...labels,
      kind: "capture",
      legs: [end(held, 0, { counterparty: clearing }), leg(clearing, 7_50, { counterparty: ada })],
    });
    expect(back(5_00, held)).toStrictEqual({
      ...labels,
      kind: "capture",
      legs: [end(held, 2_50, { counterparty: clearing }), leg(clearing, 5_00, { counterparty: ada })],
    });
  });

  it("is out of both where the hold is not enough", () => {
    expect(back(10_00, held)).toStrictEqual({
      ...labels,
      kind: "capture",
      legs: [
        end(held, 0, { counterparty: clearing }),
        leg(suspense, -2_50, { counterparty: clearing }),
        leg(clearing, 10_00, { counterparty: ada }),
      ],
    });
  });
});

describe("an exchange", () => {
  const fx = systemAccount("fx");
  const amounts = { sell: usd(10_00), buy: money(9_00, "EUR") };
  const euro = (account: string, available: number, counterparty: string) => ({
    ...leg(account, available, { counterparty }),
    currency: "EUR",
  });

  it("between two people stands between them, and counts what is sold", () => {
    expect(exchange({ ...labels, from: ada, to: ben, ...amounts, limitShare: 40 })).toStrictEqual({
      ...labels,
      kind: "transfer",
      legs: [
        leg(ada, -10_00, { outflow: { count: 10_00, limitShare: 40 }, counterparty: ben }),
        leg(fx, 10_00, { counterparty: ada }),
        euro(fx, -9_00, ben),
        euro(ben, 9_00, ada),
      ],
    });
  });

  it("of one's own money has the exchange on the other side", () => {
    expect(exchange({ ...labels, from: ada, to: ada, ...amounts })).toStrictEqual({
      ...labels,
      kind: "transfer",
      legs: [
        leg(ada, -10_00, { outflow: { count: 10_00 }, counterparty: fx }),
        leg(fx, 10_00, { counterparty: ada }),
        euro(fx, -9_00, ada),
        euro(ada, 9_00, fx),
      ],
    });
  });
});

describe("a hold", () => {
  const placed = (rest: object) => holdPlacement({ ...labels, account: ada, amount: usd(7_50), ...rest });
  const amount = { available: -7_50, held: 7_50 };

  it("counts, unless it is of money that goes back where it came from", () => {
    expect(placed({}).legs).toStrictEqual([leg(ada, 0, { amount, outflow: { count: 7_50 } })]);
    expect(placed({ uncounted: true }).legs).toStrictEqual([leg(ada, 0, { amount })]);
    const { outflow: _, ...plain } = end(held, 7_50);
    expect(holdRelease({ ...labels, hold: uncounted(held) }).legs).toStrictEqual([plain]);
    expect(holdRelease({ ...labels, hold: held }).legs).toStrictEqual([end(held, 7_50)]);
  });

  it("is stopped by a freeze, unless it says otherwise", () => {
    expect(placed({ uncounted: true, despiteFreeze: true }).legs).toStrictEqual([
      leg(ada, 0, { amount, despiteFreeze: true }),
    ]);
  });

  it("that a freeze does not stop is held of a frozen account", () => {
    const book = createBook();
    fund(book, ada, 10_00);
    const chains = [{ account: ada, currency: "USD" as const }];
    book.post(accessChange({ ...labels, chains, access: freeze(openAccess, "ops") }));
    expect(book.post(placed({}))).toMatchObject({ error: { code: "account-frozen" } });
    expect(book.post(placed({ despiteFreeze: true })).ok).toBe(true);
    expect(balance(book, ada)).toEqual({ available: 2_50, held: 7_50 });
  });
});

describe("limits without counts", () => {
  it("are given out without them", () => {
    const plain = { USD: { perTransfer: 1, perDay: 2, perMonth: 3 } };
    expect(limitsSchema.parse(plain)).toStrictEqual(plain);
    const counting = { USD: { ...plain.USD, perHourCount: 4, perDayCount: 5 } };
    expect(limitsSchema.parse(counting)).toStrictEqual(counting);
  });
});

describe("the clearing accounts of a channel", () => {
  it("are one for each shard, and every transfer's is among them", () => {
    expect(clearingAccounts("stripe", 3)).toEqual(
      [0, 1, 2].map((shard) => `system:clearing:stripe:${shard}`),
    );
    for (const id of ["a", "b", "c", "d", "e"]) {
      expect(clearingAccounts("stripe", 3)).toContain(clearingAccount("stripe", id, 3));
    }
  });
});
