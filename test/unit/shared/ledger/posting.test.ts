import { describe, expect, it } from "vitest";
import { freeze, openAccess, revoke, unfreeze } from "../../../../shared/ledger/access.ts";
import type { LedgerAccount } from "../../../../shared/ledger/account.ts";
import { campaignAccount } from "../../../../shared/ledger/account.ts";
import { chainKey, seal } from "../../../../shared/ledger/entry.ts";
import { decide, type Heads, type Posting } from "../../../../shared/ledger/posting.ts";
import {
  accessChange,
  distribution,
  holdCapture,
  holdPlacement,
  holdRelease,
  movement,
} from "../../../../shared/ledger/postings.ts";
import { money } from "../../../../shared/money/money.ts";
import { DAY, HOUR, MINUTE } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { type Book, createBook, funding, NOON, person, wideLimits } from "../../../builders/book.ts";
import { balance, fund, holdOf, nextId, pay } from "../../../builders/moves.ts";
import { usd } from "../../../builders/usd.ts";

const ada = person("ada");
const ben = person("ben");

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

  it("leaves an entry on each chain that says what happened and what stands", () => {
    const posted = createBook().post(
      movement({
        transferId: "t",
        from: funding,
        to: ada,
        amount: usd(5),
        countOutflow: false,
        memo: "gift:1",
      }),
    );
    const outflow = {
      hour: "2026-11-22T12",
      hourCount: 0,
      day: "2026-11-22",
      dayTotal: 0,
      dayCount: 0,
      month: "2026-11",
      monthTotal: 0,
    };
    const entry = (account: LedgerAccount, counterparty: LedgerAccount, available: number) =>
      seal({
        account,
        currency: "USD",
        sequence: 1,
        transferId: "t",
        kind: "transfer",
        amount: { available, held: 0 },
        state: { available, held: 0, outflow, access: openAccess },
        counterparty,
        memo: "gift:1",
        at: NOON,
        previousHash: "",
      });
    expect(posted).toStrictEqual({ ok: true, value: [entry(funding, ada, -5), entry(ada, funding, 5)] });
  });

  it("names the other side where there is one, and nothing where there is none or many", () => {
    const book = createBook();
    fund(book, ada, 500);
    const placed = book.post(holdPlacement({ transferId: nextId(), account: ada, amount: usd(5) }));
    const members = placed.ok ? Object.keys(placed.value[0] ?? {}) : [];
    expect(members).toContain("transferId");
    expect(members).not.toContain("counterparty");
    expect(members).not.toContain("memo");
    const captured = book.post(
      holdCapture({ transferId: nextId(), hold: holdOf(ada, 5), amount: usd(5), to: ben }),
    );
    expect(captured.ok && captured.value.map(({ counterparty }) => counterparty)).toEqual([ben, ada]);
    const shared = book.post(
      distribution({
        transferId: nextId(),
        from: ada,
        currency: "USD",
        to: [
          { account: ben, amount: usd(1) },
          { account: person("cleo"), amount: usd(1) },
        ],
      }),
    );
    expect(shared.ok && shared.value.map(({ counterparty }) => counterparty)).toEqual([undefined, ada, ada]);
  });

  it("may come in, and access may change, where a balance is below zero against the rules", () => {
    const chain = { account: ada, currency: "USD" as const };
    const book = createBook();
    fund(book, ada, 1);
    const head = book.head(chain);
    if (head === undefined) throw new Error("Ada has an entry");
    const owing = seal({ ...head, state: { ...head.state, available: -100 } });
    const heads: Heads = new Map([[chainKey(chain), owing]]);
    const outcomeOf = (posting: Posting) => decide(posting, heads, { now: NOON, limits: wideLimits });
    const given = outcomeOf(
      movement({ transferId: nextId(), from: funding, to: ada, amount: usd(5), countOutflow: false }),
    );
    expect(given.ok && given.value[1]?.state.available).toBe(-95);
    const access = freeze(openAccess, "ops");
    const frozen = accessChange({ transferId: nextId(), chains: [chain], access, memo: "freeze:ops" });
    expect(outcomeOf(frozen).ok).toBe(true);
    expect(outcomeOf(pay(ada, ben, 1))).toMatchObject({ error: { code: "insufficient-funds" } });
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

  it("are, for a person with a share of them, that share: in transfers and in holds", () => {
    const book = createBook(limits);
    fund(book, ada, 1000);
    const refusal = { ok: false, error: { code: "limit-exceeded", limit: "transfer", remaining: 50 } };
    expect(book.post(pay(ada, ben, 51, { limitShare: 50 }))).toMatchObject(refusal);
    const hold = { account: ada, amount: usd(51), limitShare: 50 };
    expect(book.post(holdPlacement({ ...hold, transferId: nextId() }))).toMatchObject(refusal);
    expect(book.post(pay(ada, ben, 50, { limitShare: 50 })).ok).toBe(true);
    expect(book.post(pay(ada, ben, 1, { limitShare: 0 })).ok).toBe(false);
  });
});

describe("how often money leaves", () => {
  const limits = { USD: { perTransfer: 100, perDay: 1000, perMonth: 1000, perHourCount: 2, perDayCount: 3 } };
  const outflow = (book: Book) => book.head({ account: ada, currency: "USD" })?.state.outflow;

  it("is bounded in the hour and on the day, and says how long to wait", () => {
    const book = createBook(limits);
    fund(book, ada, 1000);
    for (const value of [1, 2]) expect(book.post(pay(ada, ben, value)).ok).toBe(true);
    expect(book.post(pay(ada, ben, 3), NOON + MINUTE)).toEqual({
      ok: false,
      error: { code: "velocity-exceeded", period: "hour", allowed: 2, waitMs: 59 * MINUTE, account: ada },
    });
    expect(book.post(pay(ada, ben, 3), NOON + HOUR).ok).toBe(true);
    expect(book.post(pay(ada, ben, 4), NOON + HOUR)).toMatchObject({ error: { period: "day", allowed: 3 } });
    expect(book.post(pay(ada, ben, 4), NOON + 12 * HOUR).ok).toBe(true);
  });

  it("is not bounded for what comes in", () => {
    const book = createBook(limits);
    for (const value of [1, 2, 3, 4]) fund(book, ada, value);
    expect(outflow(book)).toMatchObject({ hourCount: 0, dayCount: 0 });
  });

  it("counts a hold once, and not at all when all of it comes back", () => {
    const book = createBook(limits);
    fund(book, ada, 1000);
    const place = () => book.post(holdPlacement({ transferId: nextId(), account: ada, amount: usd(90) }));
    place();
    book.post(holdCapture({ transferId: nextId(), hold: holdOf(ada, 90), amount: usd(30), to: ben }));
    expect(outflow(book)).toMatchObject({ hourCount: 1, dayCount: 1 });
    place();
    expect(place()).toMatchObject({ error: { code: "velocity-exceeded" } });
    book.post(holdRelease({ transferId: nextId(), hold: holdOf(ada, 90) }));
    expect(outflow(book)).toMatchObject({ hourCount: 1, dayCount: 1 });
    expect(place().ok).toBe(true);
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
