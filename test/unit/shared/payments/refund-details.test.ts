/** Refunds in detail: the table of moves, what a channel is asked, and every member that a fact changes. */
import { describe, expect, it } from "vitest";
import type { ChannelPayment } from "../../../../shared/payments/payment.ts";
import {
  type ChannelRefund,
  foldRefund,
  isOpenRefund,
  mayRefundMove,
  nextRefundCheckOf,
  type OpenRefund,
  openRefundStatuses,
  REFUND_HOLD_MS,
  type RefundFactLine,
  type RefundStatus,
  refundHoldId,
  refundInputOf,
  refundMoves,
  refundRefOf,
  refundStatuses,
  sameRefundState,
  withoutRefund,
} from "../../../../shared/payments/refund.ts";
import { DAY, HOUR, MINUTE } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { aPayment, paymentId, START } from "../../../builders/payment-facts.ts";
import { usd } from "../../../builders/usd.ts";

const id = derivedId("refund", "r");
const NOW = START + HOUR;
const no = { code: "c", message: "m" };

const aRefund = (rest: Partial<OpenRefund> = {}): OpenRefund => ({
  id,
  paymentId,
  owner: derivedId("account", "ada"),
  from: derivedId("account", "ben"),
  to: "channel",
  status: "created",
  amount: usd(5_00),
  channel: "stripe",
  holdId: refundHoldId(id),
  refundedBefore: 2_00,
  observedAt: 0,
  nextCheckAt: START + MINUTE,
  createdAt: START,
  updatedAt: START,
  fingerprint: "f",
  correlationId: "c",
  version: 1,
  ...rest,
});
const anEndedRefund = (status: "succeeded" | "failed"): ChannelRefund => {
  const { nextCheckAt: _, ...rest } = aRefund({ channelRefundId: "re_1", observedAt: START + 1 });
  return { ...rest, status };
};

type Seen = Extract<RefundFactLine, { readonly type: "observed" }>;
const seen = (status: Seen["status"], rest: Partial<Seen> = {}): Seen => ({
  type: "observed",
  channelRefundId: "re_1",
  status,
  rawStatus: status,
  amount: { value: 5_00, currency: "USD" },
  observedAt: START + 10,
  occurredAt: START + 10,
  ...rest,
});

describe("the states of a refund", () => {
  it("are open or ended, and move by the table", () => {
    expect(refundStatuses).toEqual(["created", "processing", "needs_attention", "succeeded", "failed"]);
    expect(openRefundStatuses).toEqual(["created", "processing", "needs_attention"]);
    expect(refundMoves).toEqual({
      created: ["processing", "needs_attention", "succeeded", "failed"],
      processing: ["needs_attention", "succeeded", "failed"],
      needs_attention: ["processing", "succeeded", "failed"],
      succeeded: ["failed"],
      failed: [],
    });
    expect([
      mayRefundMove("processing", "needs_attention"),
      mayRefundMove("succeeded", "processing"),
    ]).toEqual([true, false]);
    expect([isOpenRefund(aRefund()), isOpenRefund(anEndedRefund("failed"))]).toEqual([true, false]);
  });

  it("keep the money under an id that follows from the refund's, longer than any channel takes", () => {
    expect(refundHoldId(id)).toBe(derivedId("hold", id, "refund"));
    expect(REFUND_HOLD_MS / DAY).toBe(400);
  });
});

describe("what a channel is asked", () => {
  const { kind: _, nextCheckAt: __, ...parts } = aPayment();
  const payment: ChannelPayment & { readonly channelPaymentId: string } = {
    ...parts,
    kind: "top-up",
    status: "succeeded",
    channelPaymentId: "pi_1",
  };
  const ref = {
    paymentId,
    channelPaymentId: "pi_1",
    money: usd(12_50),
    createdAtMs: START,
    expiresAtMs: START + DAY,
  };

  it("is to give money of the payment back, with a reason", () => {
    const asked = { refundId: id, payment: ref, money: usd(5_00), refundedBefore: 2_00 };
    expect(refundInputOf(aRefund(), payment)).toStrictEqual({ ...asked, reason: "Requested" });
    expect(refundInputOf(aRefund({ reason: "cold" }), payment)).toStrictEqual({ ...asked, reason: "cold" });
  });

  it("is how the refund stands, by its id at the channel", () => {
    expect(refundRefOf({ ...aRefund(), channelRefundId: "re_1" }, payment)).toStrictEqual({
      refundId: id,
      channelRefundId: "re_1",
      payment: ref,
      money: usd(5_00),
      createdAtMs: START,
    });
  });
});

describe("the next look at a refund", () => {
  it("is not before a minute has gone by, by a clock that is behind too", () => {
    const at = { createdAt: START, status: "processing" } as const;
    expect(nextRefundCheckOf(at, START - HOUR)).toBe(START - HOUR + MINUTE);
    expect(nextRefundCheckOf(at, START + MINUTE + 1)).toBe(START + 2 * MINUTE + 2);
  });
});

describe("a fact about a refund", () => {
  it("that moves it writes when it was seen and when it changed", () => {
    expect(foldRefund(aRefund(), seen("processing"), NOW)).toStrictEqual({
      refund: aRefund({
        status: "processing",
        channelRefundId: "re_1",
        observedAt: START + 10,
        updatedAt: NOW,
        nextCheckAt: NOW + HOUR,
      }),
      effect: "none",
    });
  });

  it("that ends it leaves no next look, and names the failure", () => {
    const ended = anEndedRefund("failed");
    const at = { observedAt: START + 10, updatedAt: NOW };
    expect(foldRefund(aRefund(), seen("failed", { failure: no }), NOW)).toStrictEqual({
      refund: { ...ended, ...at, failure: no },
      effect: "release",
    });
    expect(foldRefund(aRefund(), seen("succeeded"), NOW)).toStrictEqual({
      refund: { ...ended, ...at, status: "succeeded" },
      effect: "settle",
    });
  });

  it("that brings money back after success is a restoration", () => {
    const { refund, effect } = foldRefund(anEndedRefund("succeeded"), seen("failed", { failure: no }), NOW);
    expect([refund.status, refund.failure, effect]).toEqual(["failed", no, "restore"]);
  });

  it("that says the same again only moves the time it was seen, and only when it is newer", () => {
    const known = aRefund({ status: "processing", channelRefundId: "re_1", observedAt: START + 10 });
    const again = foldRefund(known, seen("processing", { observedAt: START + 11, failure: no }), NOW);
    expect(again).toStrictEqual({
      refund: { ...known, observedAt: START + 11, nextCheckAt: NOW + HOUR, failure: no },
      effect: "none",
    });
    for (const observedAt of [START + 10, START + 9]) {
      expect(foldRefund(known, seen("processing", { observedAt, failure: no }), NOW).refund).toStrictEqual(
        known,
      );
    }
  });

  it("that repeats an end changes nothing", () => {
    for (const status of ["succeeded", "failed"] as const) {
      const ended = anEndedRefund(status);
      expect(foldRefund(ended, seen(status, { observedAt: NOW, failure: no }), NOW)).toStrictEqual({
        refund: ended,
        effect: "none",
      });
    }
  });

  it.each([
    ["processing", "needs_attention", START + 10, "needs_attention"],
    ["processing", "needs_attention", START + 9, "processing"],
    ["needs_attention", "processing", START + 10, "needs_attention"],
    ["needs_attention", "processing", START + 11, "processing"],
    ["needs_attention", "processing", START + 9, "needs_attention"],
    ["processing", "succeeded", START + 1, "succeeded"],
    ["succeeded", "processing", NOW, "succeeded"],
    ["failed", "succeeded", NOW, "failed"],
  ] as const)("%s and then %s, seen at %i, leave it %s", (from, to, observedAt, status) => {
    const known =
      from === "succeeded" || from === "failed"
        ? anEndedRefund(from)
        : aRefund({ status: from, channelRefundId: "re_1", observedAt: START + 10 });
    expect(foldRefund(known, seen(to, { observedAt }), NOW).refund.status).toBe(status);
  });

  it("about one that was just made counts however old it is", () => {
    const known = aRefund({ observedAt: START + 10 });
    expect(foldRefund(known, seen("processing", { observedAt: START }), NOW).refund.status).toBe(
      "processing",
    );
  });

  it("clears a failure that is over", () => {
    const known = aRefund({ status: "needs_attention", channelRefundId: "re_1", failure: no });
    const { refund } = foldRefund(known, seen("processing"), NOW);
    expect(refund).not.toHaveProperty("failure");
  });

  it.each([
    ["another value", { value: 4_99, currency: "USD" }],
    ["another currency", { value: 5_00, currency: "EUR" }],
  ])("of %s is for people, unless nothing was given back", (_what, amount) => {
    expect(foldRefund(aRefund(), seen("succeeded", { amount }), NOW)).toMatchObject({
      refund: {
        status: "needs_attention",
        failure: { code: "amount-mismatch", message: "The channel tells of another amount." },
        nextCheckAt: NOW + DAY,
      },
      effect: "none",
    });
    expect(foldRefund(aRefund(), seen("failed", { amount }), NOW)).toMatchObject({
      refund: { status: "failed" },
      effect: "release",
    });
  });

  it("of another refund of the channel's changes nothing", () => {
    const known = aRefund({ channelRefundId: "re_2" });
    expect(foldRefund(known, seen("succeeded"), NOW)).toStrictEqual({ refund: known, effect: "none" });
    expect(foldRefund({ ...known, channelRefundId: "re_1" }, seen("succeeded"), NOW).effect).toBe("settle");
  });

  it("that nobody knows of it is for people, once", () => {
    const lost: RefundFactLine = { type: "lost-sight", observedAt: START + 10 };
    const { refund, effect } = foldRefund(aRefund(), lost, NOW);
    expect([refund.status, refund.failure, effect]).toEqual([
      "needs_attention",
      { code: "outcome-unknown", message: "It is not known whether the channel gave the money back." },
      "none",
    ]);
    expect(refund).not.toHaveProperty("channelRefundId");
    const known = aRefund({ channelRefundId: "re_1" });
    expect(foldRefund(known, lost, NOW)).toStrictEqual({ refund: known, effect: "none" });
  });

  it("that it was declined names why", () => {
    const declined: RefundFactLine = { type: "declined", failure: no, observedAt: START + 10 };
    const { refund, effect } = foldRefund(aRefund(), declined, NOW);
    expect([refund.status, refund.failure, refund.observedAt, effect]).toEqual([
      "failed",
      no,
      START + 10,
      "release",
    ]);
    const known = aRefund({ channelRefundId: "re_1" });
    expect(foldRefund(known, declined, NOW)).toStrictEqual({ refund: known, effect: "none" });
  });
});

describe("two states of a refund", () => {
  it("are the same when they differ in no more than when it was looked at", () => {
    const known = aRefund({ channelRefundId: "re_1", failure: no });
    expect(sameRefundState(known, { ...known, observedAt: NOW, nextCheckAt: NOW, version: 9 })).toBe(true);
    const others: readonly Partial<OpenRefund>[] = [
      { status: "processing" },
      { channelRefundId: "re_2" },
      { failure: { ...no, code: "x" } },
      { failure: { ...no, message: "x" } },
    ];
    for (const other of others) expect(sameRefundState(known, { ...known, ...other })).toBe(false);
    expect(sameRefundState(known, aRefund({ channelRefundId: "re_1" }))).toBe(false);
    expect(sameRefundState(aRefund(), aRefund())).toBe(true);
  });

  it("differ in the counters of their payment by what was not given back", () => {
    const payment = aPayment({ refunded: 9_00, refundedToChannel: 7_00, channelRefunds: 2 });
    expect(withoutRefund(payment, 5_00)).toStrictEqual({
      ...payment,
      refunded: 4_00,
      refundedToChannel: 2_00,
    });
  });
});

it("nothing leads back to a refund that was just made", () => {
  const all: readonly RefundStatus[] = refundStatuses;
  for (const from of all) expect(mayRefundMove(from, "created")).toBe(false);
});
