/** Withdrawals: times of checks, what a channel is asked, recipients, and what is on the table. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { channelModules } from "../../../../shared/channels/registry.ts";
import {
  fromPayoutItem,
  toPayoutCallItem,
  toPayoutFactItem,
  toPayoutItem,
} from "../../../../shared/payouts/codec.ts";
import { observedPayout, payoutFactIdOf } from "../../../../shared/payouts/fact.ts";
import {
  nextPayoutCheckOf,
  openPayoutStatuses,
  payoutInputOf,
  payoutRefOf,
  returnTransferId,
  secondsOverdue,
  settleTransferId,
} from "../../../../shared/payouts/payout.ts";
import { recipientOf } from "../../../../shared/payouts/recipient.ts";
import { DAY, HOUR, MINUTE } from "../../../../shared/platform/clock.ts";
import { secret } from "../../../../shared/platform/redacted.ts";
import { START } from "../../../builders/payment-facts.ts";
import { anEndedPayout, aPayout, aPayoutFact, payoutId } from "../../../builders/payout-facts.ts";

describe("the next check", () => {
  const anyAge = fc.integer({ min: 0, max: 60 * DAY });
  const anyOpen = fc.record({
    status: fc.constantFrom(...openPayoutStatuses),
    cancelling: fc.constantFrom(undefined, true as const),
  });
  it("always comes, soon at first and within six hours", () => {
    fc.assert(
      fc.property(anyAge, anyOpen, (age, { status, cancelling }) => {
        const payout = aPayout({ status, ...(cancelling === undefined ? {} : { cancelling }) });
        const now = START + age;
        const next = nextPayoutCheckOf(payout, now);
        expect(next).toBeGreaterThan(now);
        expect(next).toBeLessThanOrEqual(now + 6 * HOUR);
        // The alarm looks at five minutes: it must not pause.
        if (secondsOverdue(payout, now) > 0 || cancelling === true)
          expect(next).toBeLessThanOrEqual(now + 5 * MINUTE);
      }),
    );
    expect(nextPayoutCheckOf(aPayout(), START)).toBe(START + MINUTE);
  });

  it("is when its recipient's time is over", () => {
    const waits = aPayout({ status: "requires_action", actionUntil: START + 2 * HOUR });
    expect(nextPayoutCheckOf(waits, START + 90 * MINUTE)).toBe(START + 2 * HOUR);
  });

  it("is a day later for people", () => {
    const payout = aPayout({ attention: { code: "x", message: "x" } });
    expect(nextPayoutCheckOf(payout, START + 3 * DAY)).toBe(START + 4 * DAY);
  });
});

describe("what is overdue", () => {
  it.each([
    ["without an answer", aPayout(), HOUR],
    ["that waits for its recipient", aPayout({ status: "requires_action" }), DAY + HOUR],
    ["on its way", aPayout({ status: "processing", updatedAt: START + MINUTE }), 3 * DAY + MINUTE],
  ] as const)("counts for one %s after its time", (_name, payout, usual) => {
    expect(secondsOverdue(payout, START + usual)).toBe(0);
    expect(secondsOverdue(payout, START + usual + 7_000)).toBe(7);
  });
});

describe("what a channel is asked", () => {
  it("is the same however far the withdrawal is", () => {
    const asked = {
      payoutId,
      recipient: { type: "paypal_email", email: "ada@example.com" },
      money: { value: 5_00, currency: "USD" },
      createdAtMs: START,
    };
    for (const payout of [aPayout(), anEndedPayout("returned")]) {
      expect(payoutInputOf(payout)).toEqual({ ...asked, remark: "Withdrawal" });
    }
    expect(payoutRefOf(aPayout())).toEqual(asked);
    expect(payoutRefOf(aPayout(), "po_9")).toEqual({ ...asked, channelPayoutId: "po_9" });
    expect(payoutRefOf(anEndedPayout("failed"))).toEqual({ ...asked, channelPayoutId: "po_1" });
  });

  it("moves money by transfers of their own", () => {
    expect(settleTransferId(payoutId)).not.toBe(returnTransferId(payoutId));
  });
});

describe("recipients", () => {
  const given = {
    stripe: { type: "stripe_account", accountId: "acct_1Kith" },
    "wechat-pay": { type: "wechat", openId: "o1234567890123456789012345" },
    alipay: { type: "alipay_login", loginId: "ada@example.com", name: "Ada" },
    paypal: { type: "paypal_email", email: "ada@example.com" },
  } as const;
  const names = Object.keys(given) as (keyof typeof given)[];

  it.each(names)("of %s are its own", (name) => {
    const { recipients } = channelModules[name];
    for (const other of names) {
      const parsed = recipientOf(recipients, given[other]);
      if (other === name) expect(parsed).toEqual({ ok: true, value: given[other] });
      else expect(parsed).toMatchObject({ ok: false, error: [{ path: ["type"] }] });
    }
    const more = { ...given[name], more: "x" };
    expect(recipientOf(recipients, more)).toMatchObject({ ok: false });
  });

  it("are nobody where there are none, and say what is wrong", () => {
    expect(recipientOf(channelModules.paytm.recipients, given.paypal).ok).toBe(false);
    const wrong = { ...given.paypal, email: "nobody" };
    expect(recipientOf(channelModules.paypal.recipients, wrong)).toMatchObject({
      error: [{ path: ["email"] }],
    });
  });

  it("leave out what is not said", () => {
    const schema = z.object({
      type: z.literal("t"),
      name: z
        .string()
        .optional()
        .transform((name) => name),
    });
    expect(recipientOf([schema], { type: "t" })).toEqual({ ok: true, value: { type: "t" } });
  });
});

describe("items", () => {
  const shown = (payout: ReturnType<typeof fromPayoutItem>) => ({
    ...payout,
    recipient: payout.recipient.reveal(),
    action: payout.action?.reveal(),
  });
  it.each([
    ["open", aPayout({ action: secret({ type: "fake", n: 1 }), cancelling: true, lastFactId: "l" })],
    ["ended", anEndedPayout("returned")],
    ["for people", aPayout({ attention: { code: "a", message: "b" }, failure: { code: "c", message: "d" } })],
  ] as const)("keep one that is %s", (_name, payout) => {
    expect(shown(fromPayoutItem(toPayoutItem(payout)))).toEqual(shown(payout));
  });

  it("are due while they are open only", () => {
    expect(toPayoutItem(aPayout())["dueAt"]).toBe(START + MINUTE);
    expect(Object.keys(toPayoutItem(anEndedPayout("failed")))).not.toContain("dueAt");
  });

  it("are refused by name when they are wrong", () => {
    expect(() => fromPayoutItem({ ...toPayoutItem(aPayout()), version: 0 })).toThrow(/version/);
    expect(() => fromPayoutItem({ ...toPayoutItem(aPayout()), status: "lost" })).toThrow(/status/);
  });

  it("never print whom money goes to, nor what confirms it", () => {
    const text = JSON.stringify(aPayout({ action: secret({ type: "fake", token: "hush" }) }));
    expect(text).not.toContain("ada@example.com");
    expect(text).not.toContain("hush");
  });

  it("of facts are one for one answer, whenever and however it was heard", () => {
    const first = aPayoutFact();
    const again = aPayoutFact({ observedAt: START + DAY, source: "create" });
    expect(payoutFactIdOf(payoutId, again)).toBe(payoutFactIdOf(payoutId, first));
    expect(toPayoutFactItem(payoutId, again)).toMatchObject({ sk: toPayoutFactItem(payoutId, first)["sk"] });
    const other = aPayoutFact({ status: "succeeded" });
    expect(payoutFactIdOf(payoutId, other)).not.toBe(payoutFactIdOf(payoutId, first));
    const called = aPayoutFact({ callback: { eventId: "e", type: "t" } });
    expect(payoutFactIdOf(payoutId, called)).not.toBe(payoutFactIdOf(payoutId, first));
  });

  it("of calls are lines of their own", () => {
    const line = { operation: "payout", outcome: "unknown", at: START } as const;
    expect(toPayoutCallItem(payoutId, line)).toMatchObject({
      pk: `PAYOUT#${payoutId}`,
      type: "call",
      ...line,
    });
    expect(toPayoutCallItem(payoutId, { ...line, at: START + 1 })["sk"]).not.toBe(
      toPayoutCallItem(payoutId, line)["sk"],
    );
  });

  it("of facts say what the channel said", () => {
    const fact = {
      channel: "paypal",
      kind: "payout",
      channelPayoutId: "po_1",
      payoutId,
      status: "processing",
      amount: { value: 5_00, currency: "USD" },
      livemode: false,
      occurredAtMs: START,
      rawStatus: "PENDING",
    } as const;
    expect(observedPayout(fact, "query", START + MINUTE)).toEqual(aPayoutFact());
  });
});
