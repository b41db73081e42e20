/** What single facts leave in a payment: which of two is believed, what is kept, what is told. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Fact, factIdOf, occurrenceOf } from "../../../../shared/payments/fact.ts";
import { AMOUNT_MISMATCH, fold, sameState } from "../../../../shared/payments/fold.ts";
import type { ChannelPayment } from "../../../../shared/payments/payment.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../../shared/platform/clock.ts";
import { secret } from "../../../../shared/platform/redacted.ts";
import {
  anObservation,
  aPayment,
  type FinalTopUp,
  type OpenTopUp,
  START,
} from "../../../builders/payment-facts.ts";

const NOW = START + 2 * MINUTE;
const declined = { code: "card_declined", message: "No." };
const poor = { code: "insufficient_funds", message: "Not enough money." };
const action = secret({
  type: "stripe_client_secret" as const,
  publishableKey: "pk",
  clientSecret: "cs",
  paymentIntentId: "pi_1",
});
/** A payment that waits for its payer, seen so at `START + MINUTE`. */
const waiting = (rest: Partial<OpenTopUp> = {}): OpenTopUp =>
  aPayment({
    status: "requires_action",
    channelPaymentId: "pi_1",
    observedAt: START + MINUTE,
    action,
    ...rest,
  });
const ended = (status: FinalTopUp["status"], rest: Partial<FinalTopUp> = {}): FinalTopUp => {
  const { nextCheckAt: _, action: __, ...open } = waiting();
  return { ...open, status, ...rest };
};
const folded = (payment: ChannelPayment, fact: Fact) => fold(payment, fact, NOW).payment;

describe("the first answer of the channel", () => {
  it("opens the payment, with the channel's id and the next check, and keeps the action", () => {
    const { nextCheckAt, ...made } = aPayment({ action });
    expect(nextCheckAt).toBe(START + 30 * SECOND);
    expect(fold({ ...made, nextCheckAt }, anObservation(), NOW)).toStrictEqual({
      payment: {
        ...made,
        status: "requires_action",
        channelPaymentId: "pi_1",
        observedAt: START + MINUTE,
        updatedAt: NOW,
        nextCheckAt: START + 10 * MINUTE,
      },
      effect: "none",
    });
    expect(folded(aPayment(), anObservation())).not.toHaveProperty("action");
  });

  it("is taken even when it was asked for before the payment was written", () => {
    const early = anObservation({ observedAt: START - 1 });
    expect(folded(aPayment({ observedAt: START }), early).status).toBe("requires_action");
  });

  it("leaves its id in a payment that it changes in nothing else", () => {
    const lapsed = ended("expired");
    const { channelPaymentId, ...unknown } = lapsed;
    expect(channelPaymentId).toBe("pi_1");
    expect(fold(unknown, anObservation(), NOW)).toStrictEqual({ payment: lapsed, effect: "none" });
  });
});

describe("the end of a payment", () => {
  it("drops the action and the next check, and keeps the last failure when it is the reason", () => {
    const failed = fold(waiting(), anObservation({ status: "failed", attemptFailed: declined }), NOW);
    expect(failed).toStrictEqual({
      payment: ended("failed", { updatedAt: NOW, lastFailure: declined }),
      effect: "ended",
    });
    const paid = fold(waiting({ lastFailure: declined }), anObservation({ status: "succeeded" }), NOW);
    expect(paid).toStrictEqual({ payment: ended("succeeded", { updatedAt: NOW }), effect: "credit" });
  });

  it("is told once, though a more telling end may follow", () => {
    const cancelled = fold(waiting(), anObservation({ status: "cancelled" }), NOW);
    expect([cancelled.payment.status, cancelled.effect]).toEqual(["cancelled", "ended"]);
    const expired = fold(cancelled.payment, { type: "lapsed", observedAt: NOW }, NOW);
    expect([expired.payment.status, expired.effect]).toEqual(["expired", "none"]);
  });

  it("is told with the reason of a cancellation", () => {
    const cancelled = anObservation({ status: "cancelled", attemptFailed: declined });
    expect(folded(waiting(), cancelled).lastFailure).toEqual(declined);
  });

  it("takes an older observation than the last one too", () => {
    const older = anObservation({ status: "succeeded", observedAt: START });
    expect(fold(waiting(), older, NOW).effect).toBe("credit");
    const cancelled = anObservation({ status: "cancelled", observedAt: START });
    expect(fold(waiting(), cancelled, NOW).effect).toBe("ended");
  });

  it("in money stays, even if the channel tells of another amount later", () => {
    const paid = ended("succeeded");
    const other = anObservation({ status: "succeeded", amount: { value: 1, currency: "USD" } });
    expect(fold(paid, other, NOW)).toStrictEqual({ payment: paid, effect: "none" });
  });

  it("in suspense says why, and does not end again", () => {
    const other = anObservation({ status: "succeeded", amount: { value: 1, currency: "USD" } });
    const { payment, effect } = fold(waiting(), other, NOW);
    const message = "The amount that arrived is not the amount that was asked.";
    expect(effect).toBe("suspense");
    expect(payment).toStrictEqual(
      ended("failed", { updatedAt: NOW, lastFailure: { code: AMOUNT_MISMATCH, message }, inSuspense: true }),
    );
    expect(fold(payment, { type: "lapsed", observedAt: NOW }, NOW).effect).toBe("none");
  });

  it("is an expiry in the second in which the payment expires, and a cancellation before", () => {
    const expiring = waiting({ expiresAt: START + DAY + 500 });
    const at = (occurredAt: number) =>
      folded(expiring, anObservation({ status: "cancelled", occurredAt })).status;
    expect([at(START + DAY - 1), at(START + DAY), at(START + DAY + SECOND)]).toEqual([
      "cancelled",
      "expired",
      "expired",
    ]);
  });
});

describe("a payment that the channel names by its own id only", () => {
  it("is paid when that id is known, without ours", () => {
    const { paymentId: _, ...nameless } = anObservation({ status: "succeeded" });
    expect(fold(waiting(), nameless, NOW).effect).toBe("credit");
    expect(fold(aPayment(), nameless, NOW).effect).toBe("suspense");
  });
});

describe("of two observations of an open payment", () => {
  const seen = (rest: Parameters<typeof anObservation>[0]) => folded(waiting(), anObservation(rest));
  const at = START + MINUTE;

  it("the newer is believed", () => {
    expect(seen({ status: "processing", observedAt: at + 1 }).status).toBe("processing");
    expect(seen({ status: "processing", observedAt: at - 1 }).status).toBe("requires_action");
  });

  it("of one moment the later state is believed, in either order", () => {
    expect(seen({ status: "processing", observedAt: at }).status).toBe("processing");
    const processing = waiting({ status: "processing" });
    expect(folded(processing, anObservation({ observedAt: at })).status).toBe("processing");
    expect(folded(processing, anObservation({ observedAt: at + 1 })).status).toBe("requires_action");
  });

  it("of one moment and state the one with a reason is believed, and no other after it", () => {
    expect(seen({ attemptFailed: declined, observedAt: at }).lastFailure).toEqual(declined);
    expect(seen({ attemptFailed: declined, observedAt: at - 1 }).lastFailure).toBeUndefined();
    const refused = waiting({ lastFailure: declined });
    const failureAfter = (rest: Parameters<typeof anObservation>[0]) =>
      folded(refused, anObservation({ observedAt: at, ...rest })).lastFailure;
    expect(failureAfter({ attemptFailed: poor })).toEqual(declined);
    expect(failureAfter({})).toEqual(declined);
    expect(failureAfter({ attemptFailed: poor, observedAt: at + 1 })).toEqual(poor);
    expect(failureAfter({ observedAt: at + 1 })).toBeUndefined();
  });

  it("of one moment that say the same nothing changes, not even the next check", () => {
    expect(folded(waiting(), anObservation({ observedAt: at }))).toStrictEqual(waiting());
  });

  it("the newer that says the same moves the next check and not the time of the change", () => {
    const same = anObservation({ observedAt: at + 1 });
    expect(folded(waiting(), same)).toStrictEqual(
      waiting({ observedAt: at + 1, nextCheckAt: START + 10 * MINUTE }),
    );
    const again = anObservation({ observedAt: at + 1, attemptFailed: { ...declined } });
    expect(folded(waiting({ lastFailure: declined }), again).updatedAt).toBe(START);
  });

  it.each([
    ["a new code", { ...declined, code: "expired_card" }],
    ["a new message", { ...declined, message: "Never." }],
    ["no failure any more", undefined],
  ])("the newer with %s is a change", (_, failure) => {
    const newer = anObservation({ observedAt: at + 1, ...(failure && { attemptFailed: failure }) });
    expect(folded(waiting({ lastFailure: declined }), newer).updatedAt).toBe(NOW);
  });
});

describe("facts that are only history", () => {
  const noted = (eventId: string): Fact => ({
    type: "noted",
    about: "refund",
    callback: { eventId, type: "refund.created" },
    observedAt: NOW,
    occurredAt: START,
  });

  it("change nothing", () => {
    expect(fold(ended("succeeded"), noted("evt_1"), NOW)).toStrictEqual({
      payment: ended("succeeded"),
      effect: "none",
    });
    const unknown = aPayment();
    expect(fold(unknown, noted("evt_1"), NOW)).toStrictEqual({ payment: unknown, effect: "none" });
  });

  it("have an id for each callback", () => {
    expect(factIdOf(noted("evt_1"))).toBe(factIdOf({ ...noted("evt_1"), observedAt: NOW + 1 }));
    expect(factIdOf(noted("evt_1"))).not.toBe(factIdOf(noted("evt_2")));
  });
});

describe("the id of a fact", () => {
  const refusal = (failure: typeof declined): Fact => ({ type: "declined", failure, observedAt: NOW });

  it("is 22 characters of what was said", () => {
    const ids = [
      anObservation(),
      anObservation({ channelPaymentId: "pi_2" }),
      anObservation({ status: "processing" }),
      anObservation({ amount: { value: 1, currency: "USD" } }),
      anObservation({ attemptFailed: declined }),
      anObservation({ occurredAt: START + 1 }),
      refusal(declined),
      refusal(poor),
      { type: "lapsed" as const, observedAt: NOW },
    ].map(factIdOf);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[\w-]{22}$/);
  });

  it("stays what it was for facts that are stored: a digest of type, callback and content", () => {
    const idOf = (...said: readonly unknown[]) =>
      createHash("sha256").update(JSON.stringify(said)).digest("base64url").slice(0, 22);
    expect(factIdOf({ type: "lapsed", observedAt: NOW })).toBe(idOf("lapsed", "", []));
    expect(factIdOf(refusal(declined))).toBe(idOf("declined", "", [declined]));
    expect(factIdOf(anObservation({ transactionId: "tx_1" }))).toBe(
      idOf("observed", "", [
        "pi_1",
        "requires_payment_method",
        "requires_action",
        { value: 12_50, currency: "USD" },
        undefined,
        START,
        "tx_1",
      ]),
    );
    expect(factIdOf(anObservation({ callback: { eventId: "evt_1", type: "t" } }))).toBe(
      idOf("observed", "evt_1", [
        "pi_1",
        "requires_payment_method",
        "requires_action",
        { value: 12_50, currency: "USD" },
        undefined,
        START,
      ]),
    );
  });

  it("does not depend on when we looked", () => {
    expect(factIdOf({ type: "lapsed", observedAt: NOW })).toBe(
      factIdOf({ type: "lapsed", observedAt: START }),
    );
    expect(factIdOf({ ...refusal(poor), observedAt: START })).toBe(factIdOf(refusal(poor)));
  });
});

describe("the place of a fact in history", () => {
  it("is the channel's time where it gave one, and ours otherwise", () => {
    expect(occurrenceOf(anObservation({ occurredAt: START + HOUR }))).toBe(START + HOUR);
    expect(occurrenceOf({ type: "lapsed", observedAt: NOW })).toBe(NOW);
  });
});

describe("two states of a payment", () => {
  it("are the same when only the time of looking differs", () => {
    const one = waiting({ lastFailure: declined });
    const later = { ...one, observedAt: NOW, nextCheckAt: NOW + 1, version: 9, lastFailure: { ...declined } };
    expect(sameState(one, later)).toBe(true);
    expect(sameState(aPayment(), aPayment({ updatedAt: NOW }))).toBe(true);
  });

  it("differ in status, failure, channel id, suspense, or in having an action", () => {
    const { action: _, channelPaymentId: __, ...bare } = waiting();
    const others: ChannelPayment[] = [
      waiting({ status: "processing" }),
      waiting({ lastFailure: declined }),
      waiting({ channelPaymentId: "pi_2" }),
      waiting({ inSuspense: true }),
      { ...bare, channelPaymentId: "pi_1" },
      { ...bare, action },
    ];
    for (const other of others) {
      expect(sameState(waiting(), other)).toBe(false);
      expect(sameState(other, waiting())).toBe(false);
    }
  });
});
