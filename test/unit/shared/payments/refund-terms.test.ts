/** The terms of a refund in detail: how much, which way, until when, and how soon after another. */
import { describe, expect, it } from "vitest";
import type { ChannelPayment } from "../../../../shared/payments/payment.ts";
import { refundableOf, refundDueAt, refundTerms } from "../../../../shared/payments/refund-terms.ts";
import { DAY, MINUTE } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { fakeCapabilities } from "../../../builders/fake-channel.ts";
import { aPayment, START } from "../../../builders/payment-facts.ts";
import { usd } from "../../../builders/usd.ts";

describe("the terms of a refund", () => {
  const ben = derivedId("account", "ben");
  const { kind: _, nextCheckAt: __, ...parts } = aPayment({ channelPaymentId: "fp_1" });
  /** 20.00 to Ben, 12.50 of it through the channel. */
  const paid: ChannelPayment & { readonly kind: "payment" } = {
    ...parts,
    kind: "payment",
    status: "succeeded",
    landed: "payee",
    amount: usd(20_00),
    payee: ben,
    audience: "participants",
    fromBalance: usd(7_50),
  };
  const toppedUp: ChannelPayment = { ...parts, kind: "top-up", status: "succeeded" };
  const { channel: _c, payer: _p, observedAt: _o, expiresAt: _e, channelPaymentId: _i, ...base } = paid;
  const fromBalance = { ...base, status: "succeeded" as const, fromBalance: usd(20_00) };

  const refunds = (rest: object): Pick<typeof fakeCapabilities, "refunds"> => ({
    refunds: { ...fakeCapabilities.refunds, ...rest },
  });

  it("leave nothing of a payment without money", () => {
    expect(refundableOf(aPayment())).toStrictEqual({ balance: 0, channel: 0 });
    expect(refundableOf(toppedUp)).toStrictEqual({ balance: 0, channel: 12_50 });
    expect(refundableOf(fromBalance)).toStrictEqual({ balance: 20_00, channel: 0 });
  });

  it("refuse nothing, less than nothing, and more than is left", () => {
    const terms = (value: number, refunded = 0) =>
      refundTerms({ ...paid, refunded }, { amount: usd(value) }, fakeCapabilities, START);
    expect(terms(20_00)).toStrictEqual({ ok: true, value: { to: "balance", amount: usd(20_00) } });
    expect(terms(1).ok).toBe(true);
    expect(terms(20_01)).toStrictEqual({ ok: false, error: { code: "too-much", remaining: 20_00 } });
    expect(terms(0)).toStrictEqual({ ok: false, error: { code: "too-much", remaining: 20_00 } });
    expect(refundTerms({ ...paid, refunded: 20_00 }, {}, fakeCapabilities, START)).toStrictEqual({
      ok: false,
      error: { code: "too-much", remaining: 0 },
    });
    expect(refundTerms({ ...paid, refunded: 21_00 }, {}, fakeCapabilities, START)).toMatchObject({
      error: { code: "too-much" },
    });
  });

  it("take all that is left where no amount is named", () => {
    expect(refundTerms({ ...paid, refunded: 5_00 }, {}, fakeCapabilities, START)).toStrictEqual({
      ok: true,
      value: { to: "balance", amount: usd(15_00) },
    });
  });

  it("lead through no channel where there was none, or where it gives nothing back", () => {
    const byChannel = { to: "channel" } as const;
    const impossible = { ok: false, error: { code: "way-not-possible" } };
    expect(refundTerms(fromBalance, byChannel, undefined, START)).toStrictEqual(impossible);
    expect(refundTerms(paid, byChannel, undefined, START)).toStrictEqual(impossible);
    expect(refundTerms(paid, byChannel, { refunds: { supported: false } }, START)).toStrictEqual(impossible);
    expect(refundTerms(toppedUp, { to: "balance" }, fakeCapabilities, START)).toStrictEqual(impossible);
    // Into a balance no channel has a say.
    expect(refundTerms(paid, {}, undefined, START + 9999 * DAY).ok).toBe(true);
    expect(refundTerms(fromBalance, {}, undefined, START)).toStrictEqual({
      ok: true,
      value: { to: "balance", amount: usd(20_00) },
    });
  });

  it("keep the channel's window, number and wholeness", () => {
    const terms = (payment: Partial<ChannelPayment>, capabilities: object, value?: number, now = START) =>
      refundTerms(
        { ...toppedUp, ...payment } as ChannelPayment,
        value === undefined ? {} : { amount: usd(value) },
        refunds(capabilities),
        now,
      );
    expect(terms({}, { windowMs: 100 }, undefined, START + 100).ok).toBe(true);
    expect(terms({}, { windowMs: 100 }, undefined, START + 101)).toMatchObject({
      error: { code: "too-late" },
    });
    expect(terms({ channelRefunds: 2 }, { maxCount: 3 }).ok).toBe(true);
    expect(terms({ channelRefunds: 3 }, { maxCount: 3 })).toMatchObject({ error: { code: "too-many" } });
    expect(terms({}, { partial: false }, 12_50).ok).toBe(true);
    expect(terms({}, { partial: false }, 12_49)).toMatchObject({ error: { code: "in-full-only" } });
    expect(terms({}, { partial: true }, 12_49).ok).toBe(true);
  });

  it("wait between two refunds only where the channel wants it and there was one", () => {
    const slow = refunds({ minIntervalMs: MINUTE });
    expect(refundDueAt({ lastChannelRefundAt: START }, slow, START + 1)).toBe(START + MINUTE);
    expect(refundDueAt({ lastChannelRefundAt: START }, { refunds: { supported: false } }, START + 1)).toBe(
      START + 1,
    );
  });
});
