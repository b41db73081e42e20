/** Withdrawals in detail: the table of moves, ids, the edges of times, and what the audit expects of the ledger. */
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { holdTransferId } from "../../../../shared/ledger/holds.ts";
import { money } from "../../../../shared/money/money.ts";
import { digestOf } from "../../../../shared/payments/fact.ts";
import { auditPayouts } from "../../../../shared/payouts/audit.ts";
import { observedPayout, type PayoutFactLine, payoutFactIdOf } from "../../../../shared/payouts/fact.ts";
import {
  endedPayoutStatuses,
  isOpenPayout,
  nextPayoutCheckOf,
  nextWatchOf,
  openPayoutStatuses,
  PAYOUT_HOLD_MS,
  payoutHoldId,
  payoutMoves,
  payoutStatuses,
  returnTransferId,
  secondsOverdue,
  settleTransferId,
} from "../../../../shared/payouts/payout.ts";
import { recipientOf, recipientSchema } from "../../../../shared/payouts/recipient.ts";
import { DAY, HOUR, MINUTE } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { START } from "../../../builders/payment-facts.ts";
import { anEndedPayout, aPayout, aPayoutFact, payoutId } from "../../../builders/payout-facts.ts";
import { usd } from "../../../builders/usd.ts";

describe("the states of a withdrawal", () => {
  it("are open or ended, and move by the table", () => {
    expect(openPayoutStatuses).toEqual(["created", "requires_action", "processing"]);
    expect(endedPayoutStatuses).toEqual(["succeeded", "failed", "cancelled", "returned"]);
    expect(payoutStatuses).toEqual([...openPayoutStatuses, ...endedPayoutStatuses]);
    expect(payoutMoves).toEqual({
      created: ["requires_action", "processing", "succeeded", "failed", "cancelled", "returned"],
      requires_action: ["processing", "succeeded", "failed", "cancelled", "returned"],
      processing: ["requires_action", "succeeded", "failed", "cancelled", "returned"],
      succeeded: ["returned"],
      failed: [],
      cancelled: [],
      returned: [],
    });
    expect(isOpenPayout(aPayout())).toBe(true);
    for (const status of endedPayoutStatuses) expect(isOpenPayout(anEndedPayout(status))).toBe(false);
  });

  it("move money under ids that follow from the withdrawal's", () => {
    expect(payoutHoldId(payoutId)).toBe(derivedId("hold", payoutId, "withdrawal"));
    expect(settleTransferId(payoutId)).toBe(derivedId("transfer", payoutId, "settle"));
    expect(returnTransferId(payoutId)).toBe(derivedId("transfer", payoutId, "return"));
  });

  it("keep the hold for a century", () => {
    expect(PAYOUT_HOLD_MS / DAY).toBe(36_525);
  });
});

describe("the next check", () => {
  const waitOf = (age: number, rest: Parameters<typeof aPayout>[0] = {}) =>
    nextPayoutCheckOf(aPayout(rest), START + age) - START - age;

  it("comes ever more seldom, up to six hours", () => {
    const long = { status: "processing", updatedAt: START } as const;
    expect([0, 30_000, MINUTE, 5 * MINUTE, HOUR, 6 * HOUR, 7 * HOUR].map((age) => waitOf(age, long))).toEqual(
      [...[MINUTE, MINUTE, MINUTE, 5 * MINUTE, HOUR, 6 * HOUR, 6 * HOUR]],
    );
    expect(waitOf(-HOUR, long)).toBe(MINUTE);
  });

  it("is no later than the time by which it should have ended", () => {
    expect(waitOf(40 * MINUTE)).toBe(20 * MINUTE);
    expect(waitOf(3 * DAY - MINUTE, { status: "processing" })).toBe(MINUTE);
    expect(waitOf(3 * DAY, { status: "processing" })).toBe(5 * MINUTE);
    expect(waitOf(HOUR)).toBe(5 * MINUTE);
    expect(waitOf(HOUR - 1)).toBe(1);
  });

  it("is at the end of its recipient's time, while that is still to come", () => {
    const waits = { status: "requires_action", actionUntil: START + 2 * HOUR } as const;
    expect(waitOf(90 * MINUTE, waits)).toBe(30 * MINUTE);
    expect(waitOf(2 * HOUR, waits)).toBe(HOUR);
    expect(waitOf(2 * HOUR - 1, waits)).toBe(1);
    expect(waitOf(3 * HOUR, waits)).toBe(5 * MINUTE);
    expect(waitOf(90 * MINUTE, { ...waits, status: "processing" })).toBe(90 * MINUTE);
  });

  it("is soon for one that was called off, and not sooner than for a new one", () => {
    const off = { status: "processing", cancelling: true } as const;
    expect([0, 3 * MINUTE, 5 * MINUTE, DAY].map((age) => waitOf(age, off))).toEqual([
      ...[MINUTE, 3 * MINUTE, 5 * MINUTE, 5 * MINUTE],
    ]);
  });

  it("is a day later for people, whatever else it is", () => {
    const attention = { code: "x", message: "x" };
    expect(waitOf(0, { attention, cancelling: true })).toBe(DAY);
  });

  it("is overdue from its usual end on, in whole seconds", () => {
    const at = (age: number) => secondsOverdue(aPayout(), START + age);
    expect([0, HOUR, HOUR + 999, HOUR + 1_000, 2 * HOUR].map(at)).toEqual([0, 0, 0, 1, 3_600]);
  });
});

describe("a fact about a withdrawal", () => {
  it("keeps what the channel said, and nothing that it did not", () => {
    const failure = { code: "c", message: "m" };
    const fact = {
      channel: "paypal",
      kind: "payout",
      channelPayoutId: "po_1",
      payoutId,
      status: "failed",
      amount: { value: 5_00, currency: "USD" },
      livemode: false,
      occurredAtMs: START,
      rawStatus: "FAILED",
      failure,
    } as const;
    const callback = { eventId: "e", type: "t" };
    const line = { ...aPayoutFact({ status: "failed", rawStatus: "FAILED" }), source: "create" };
    expect(observedPayout(fact, "create", START + MINUTE, callback)).toStrictEqual({
      ...line,
      failure,
      callback,
    });
    const { failure: _, ...plain } = fact;
    expect(observedPayout(plain, "create", START + MINUTE)).toStrictEqual(line);
  });

  it("has an id of 22 characters over what is said of which withdrawal", () => {
    const id = payoutFactIdOf(payoutId, aPayoutFact());
    expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(payoutFactIdOf(derivedId("payout", "other"), aPayoutFact())).not.toBe(id);
    const lines: readonly PayoutFactLine[] = [
      { type: "lost-sight", observedAt: START },
      { type: "called-off", observedAt: START },
      { type: "declined", failure: { code: "a", message: "b" }, observedAt: START },
      { type: "declined", failure: { code: "a", message: "c" }, observedAt: START },
    ];
    const ids = lines.map((line) => payoutFactIdOf(payoutId, line));
    expect(new Set(ids).size).toBe(4);
    expect(ids).toEqual(lines.map((line) => payoutFactIdOf(payoutId, { ...line, observedAt: 0 })));
    expect(payoutFactIdOf(derivedId("payout", "other"), { type: "lost-sight", observedAt: 0 })).not.toBe(
      ids[0],
    );
    expect(ids[0]).toBe(digestOf("payout", payoutId, { type: "lost-sight" }));
    const { observedAt: _observed, source: _source, ...said } = aPayoutFact();
    expect(id).toBe(digestOf("payout", payoutId, said));
  });
});

describe("the audit of a withdrawal", () => {
  const { holdId } = aPayout();
  const place = holdTransferId(holdId, "place");
  const settle = settleTransferId(payoutId);
  const audit = (status: Parameters<typeof anEndedPayout>[0], ...transfers: [string, object][]) =>
    auditPayouts([anEndedPayout(status)], new Map(transfers as [string, Record<string, unknown>][]));
  const right = { amount: usd(5_00) };

  it("says which withdrawal, and of how much", () => {
    expect(auditPayouts([aPayout()], new Map())).toStrictEqual([
      { code: "withdrawal-without-transfer", withdrawalId: payoutId, amount: usd(5_00) },
    ]);
    expect(audit("succeeded", [place, right], [settle, { amount: money(5_00, "EUR") }])).toStrictEqual([
      { code: "withdrawal-amount-mismatch", withdrawalId: payoutId, amount: usd(5_00) },
    ]);
    const release = holdTransferId(holdId, "release");
    expect(audit("succeeded", [place, right], [settle, right], [release, right])).toStrictEqual([
      { code: "withdrawal-moved-wrongly", withdrawalId: payoutId, amount: usd(5_00) },
    ]);
  });

  it("looks at every transfer, and at every withdrawal", () => {
    expect(audit("succeeded", [place, { amount: usd(4_99) }], [settle, right])).toHaveLength(1);
    expect(audit("succeeded", [place, right], [settle, {}])).toHaveLength(1);
    expect(audit("succeeded", [place, right], [settle, right])).toEqual([]);
    expect(auditPayouts([aPayout(), aPayout()], new Map())).toHaveLength(2);
  });

  it("expects of one that was brought back what was delivered and what came again", () => {
    const back = returnTransferId(payoutId);
    expect(audit("returned", [settle, right], [back, right])).toEqual([]);
    expect(audit("returned", [settle, right])).toMatchObject([{ code: "withdrawal-without-transfer" }]);
    expect(audit("returned", [place, right], [back, right])).toMatchObject([
      { code: "withdrawal-without-transfer" },
    ]);
    const release = holdTransferId(holdId, "release");
    expect(audit("returned", [place, right], [release, right], [back, right])).toMatchObject([
      { code: "withdrawal-moved-wrongly" },
    ]);
    // Only one that came back may be settled and brought back.
    expect(audit("failed", [settle, right], [back, right])).toMatchObject([
      { code: "withdrawal-without-transfer" },
    ]);
  });
});

describe("one that came back", () => {
  it("is watched no more, whoever ended it", () => {
    const resolution = { outcome: "succeeded", factId: "f" } as const;
    expect(nextWatchOf({ ...anEndedPayout("returned"), resolution }, START)).toBeUndefined();
    expect(nextWatchOf({ ...anEndedPayout("succeeded"), resolution }, START)).toBeGreaterThan(START);
  });
});

describe("a recipient", () => {
  it("has a type, and texts", () => {
    expect(recipientSchema.safeParse({ type: "t", name: "x" }).data).toEqual({ type: "t", name: "x" });
    expect(recipientSchema.safeParse({ name: "x" }).success).toBe(false);
    expect(recipientSchema.safeParse({ type: "t", name: 1 }).success).toBe(false);
  });

  it("is kept without what its channel left out", () => {
    const schema = z.object({ type: z.literal("t"), name: z.string().transform(() => undefined) });
    const given = { type: "t", name: "x" };
    expect(recipientOf([schema], given)).toStrictEqual({ ok: true, value: { type: "t" } });
  });

  it("of no type of its channel's is told so", () => {
    expect(recipientOf([z.object({ type: z.literal("t") })], { type: "u" })).toStrictEqual({
      ok: false,
      error: [{ path: ["type"], message: "is no recipient of this channel" }],
    });
  });
});
