/** Items of payments and callbacks survive the table; secrets stay out of text. */
import { describe, expect, it } from "vitest";
import { nextTryAt, rawBodyOf, toCallbackItem } from "../../../../shared/payments/callback-record.ts";
import { fromPaymentItem, toFactItem, toPaymentItem } from "../../../../shared/payments/codec.ts";
import { isChannelPayment } from "../../../../shared/payments/payment.ts";
import { DAY, HOUR, MINUTE } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { secret } from "../../../../shared/platform/redacted.ts";
import type { FinalTopUp, OpenTopUp } from "../../../builders/payment-facts.ts";
import { usd } from "../../../builders/world.ts";

const START = Date.parse("2026-11-22T12:00:00Z");

const open: OpenTopUp = {
  id: derivedId("payment", "p"),
  kind: "top-up",
  status: "requires_action",
  owner: derivedId("account", "ada"),
  amount: usd(12_50),
  channel: "stripe",
  payer: { openid: "o-1" },
  refunded: 0,
  refundedToChannel: 0,
  channelRefunds: 0,
  channelPaymentId: "pi_1",
  action: secret({
    type: "stripe_client_secret",
    publishableKey: "pk_test",
    clientSecret: "pi_1_secret_x",
    paymentIntentId: "pi_1",
  }),
  lastFailure: { code: "card_declined", message: "No." },
  observedAt: START,
  lastFactId: "f",
  nextCheckAt: START + MINUTE,
  createdAt: START,
  updatedAt: START,
  expiresAt: START + DAY,
  fingerprint: "p",
  correlationId: "c",
  version: 3,
};

describe("a payment's item", () => {
  it("gives the payment back, and is due work only while it is open", () => {
    const item = toPaymentItem(open);
    const read = fromPaymentItem(item);
    if (!isChannelPayment(read)) throw new Error("it has a channel");
    const { action, ...rest } = read;
    const { action: before, ...expected } = open;
    expect(rest).toEqual(expected);
    expect(action?.reveal()).toEqual(before?.reveal());
    expect(item).toMatchObject({ dueAt: START + MINUTE, duePk: expect.stringMatching(/^DUE#\d$/) });
    expect(item).not.toHaveProperty("expiresAt");
    const { nextCheckAt, action: _, ...ended } = open;
    const final: FinalTopUp = { ...ended, status: "failed", inSuspense: true };
    expect(nextCheckAt).toBe(START + MINUTE);
    expect(toPaymentItem(final)).not.toHaveProperty("duePk");
    expect(fromPaymentItem(toPaymentItem(final))).toEqual(final);
  });

  it("is refused when an open payment has no next check", () => {
    const { dueAt, ...withoutCheck } = toPaymentItem(open);
    expect(dueAt).toBeDefined();
    expect(() => fromPaymentItem(withoutCheck)).toThrow();
  });

  it("prints no secret", () => {
    expect(JSON.stringify(open)).not.toContain("pi_1_secret_x");
  });
});

describe("a fact's item", () => {
  it("is one line for one content, in the order of what happened", () => {
    const fact = {
      type: "observed",
      source: "query",
      channelPaymentId: "pi_1",
      status: "processing",
      rawStatus: "processing",
      amount: { value: 12_50, currency: "USD" },
      observedAt: START,
      occurredAt: START - 5,
    } as const;
    const item = toFactItem(open.id, fact);
    const later = toFactItem(open.id, { ...fact, observedAt: START + HOUR });
    expect([later["pk"], later["sk"]]).toEqual([item["pk"], item["sk"]]);
    expect(item["sk"]).toMatch(new RegExp(`^FACT#${START - 5}#`));
  });
});

describe("a callback's item", () => {
  it("holds the exact bytes", () => {
    const bytes = Buffer.from('{"a":1.10,"b":"é"}\n');
    const record = {
      channel: "stripe",
      channelEventId: "evt_1",
      type: "t",
      kind: "payment",
      occurredAt: START,
      receivedAt: START,
    } as const;
    expect(Buffer.from(rawBodyOf(toCallbackItem(record, bytes, "c")))).toEqual(bytes);
  });

  it("that waits is tried ever more seldom, for three days", () => {
    const tries: number[] = [];
    for (let at: number | undefined = nextTryAt(START, START); at !== undefined; at = nextTryAt(START, at)) {
      tries.push(at - START);
    }
    expect(tries.slice(0, 4)).toEqual([5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE]);
    expect(tries.at(-1)).toBeGreaterThan(3 * DAY);
    expect(tries.length).toBeLessThan(30);
  });
});
