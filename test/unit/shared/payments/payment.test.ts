/** A payment's states, and when it is looked at next. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  finalStatuses,
  isFinal,
  isOpen,
  mayBeSubmitted,
  mayMove,
  moves,
  nextCheckOf,
  openStatuses,
  PAYMENT_LIFE_MS,
  paymentStatuses,
  topUpTransferId,
} from "../../../../shared/payments/payment.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { aPayment, START } from "../../../builders/payment-facts.ts";

describe("a payment", () => {
  it("is open until it has ended", () => {
    const open = paymentStatuses.filter((status) => !isFinal(status));
    expect(open).toEqual(["created", "requires_action", "processing"]);
    expect(isOpen(aPayment())).toBe(true);
    const { nextCheckAt: _, ...rest } = aPayment();
    for (const status of finalStatuses) expect(isOpen({ ...rest, status })).toBe(false);
  });

  it("can be paid for a day", () => {
    expect(PAYMENT_LIFE_MS).toBe(DAY);
  });

  it("may be sent again until an hour before its channel forgets the idempotency key", () => {
    const mayAt = (age: number) => mayBeSubmitted({ createdAt: START }, 24 * HOUR, START + age);
    expect([0, 23 * HOUR - 1, 23 * HOUR, 24 * HOUR].map(mayAt)).toEqual([true, true, false, false]);
  });

  it("is paid in by a transfer of its own, which is one for ever", () => {
    const { id } = aPayment();
    expect(topUpTransferId(id)).toBe(derivedId("transfer", id, "top-up"));
    expect(topUpTransferId(derivedId("payment", "other"))).not.toBe(topUpTransferId(id));
  });
});

describe("the table of moves", () => {
  it("leads from every state but succeeded to succeeded, and from there nowhere", () => {
    for (const status of paymentStatuses) {
      expect(mayMove(status, "succeeded")).toBe(status !== "succeeded");
      expect(mayMove(status, "created")).toBe(false);
      expect((moves[status] as readonly string[]).includes(status)).toBe(false);
    }
    expect(moves.succeeded).toEqual([]);
  });
});

describe("the next check", () => {
  const times = { createdAt: START, expiresAt: START + DAY, status: "requires_action" } as const;

  it("comes after 30 s, 2 min, 10 min, 30 min, then every hour, and at the expiry", () => {
    const ages: number[] = [];
    for (let now = START; ages.length < 6; now = START + (ages.at(-1) ?? 0)) {
      ages.push(nextCheckOf(times, now) - START);
    }
    expect(ages).toEqual([30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 90 * MINUTE, 150 * MINUTE]);
    expect(nextCheckOf(times, START + DAY - 1)).toBe(START + DAY);
  });

  it("at the moment of the expiry is one of those after it", () => {
    expect(nextCheckOf(times, START + DAY)).toBe(START + DAY + 5 * MINUTE);
    expect(nextCheckOf({ ...times, status: "processing" }, START + DAY)).toBe(START + DAY + 30 * MINUTE);
  });

  it("comes at an expiry that is sooner than the others", () => {
    expect(nextCheckOf({ ...times, expiresAt: START + 20 * SECOND }, START)).toBe(START + 20 * SECOND);
  });

  it("after the expiry comes every hour while the channel works on it, else every five minutes", () => {
    const after = START + DAY + 7 * MINUTE;
    expect(nextCheckOf({ ...times, status: "processing" }, after)).toBe(START + DAY + 30 * MINUTE);
    expect(nextCheckOf(times, after)).toBe(START + DAY + 10 * MINUTE);
  });

  it("is always in the future and at most an hour away", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -HOUR, max: 30 * DAY }),
        fc.constantFrom(...openStatuses),
        (age, status) => {
          const wait = nextCheckOf({ ...times, status }, START + age) - (START + age);
          expect(wait).toBeGreaterThan(0);
          expect(wait).toBeLessThanOrEqual(HOUR + 30 * SECOND);
        },
      ),
    );
  });
});
