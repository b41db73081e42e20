/** What apps are given, over all channels: one union in the API's contract and in the records. */
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { clientActionSchema } from "../../../shared/channels/client-actions.ts";
import { channelModules } from "../../../shared/channels/registry.ts";
import { fromPaymentItem, toPaymentItem } from "../../../shared/payments/codec.ts";
import { readActionOf, readAnyAction } from "../../../shared/payments/stored-action.ts";
import { fromPayoutItem, toPayoutItem } from "../../../shared/payouts/codec.ts";
import { secret } from "../../../shared/platform/redacted.ts";
import { aPayment } from "../../builders/payment-facts.ts";
import { aPayout } from "../../builders/payout-facts.ts";

const strict = readActionOf(clientActionSchema);
const approval = { type: "paypal_approval", orderId: "5O1", approvalUrl: "https://www.paypal.com/a" };

const typesOf = (schema: z.ZodObject): unknown[] => {
  const type = schema.shape["type"];
  return type instanceof z.ZodLiteral ? [...type.values] : [];
};

describe("the union of actions", () => {
  it("has each action of each channel, told apart by its type", () => {
    const declared = Object.values(channelModules).flatMap(({ actions }): z.ZodObject[] => [...actions]);
    expect(clientActionSchema.options).toEqual(declared);
    const types = declared.flatMap(typesOf);
    expect(new Set(types).size).toBe(declared.length);
  });

  it("takes an action as its channel declares it, and nothing else", () => {
    expect(clientActionSchema.parse(approval)).toEqual(approval);
    const wrong = [
      { ...approval, type: "fake_token" },
      { ...approval, orderId: 5 },
      { ...approval, more: "than that" },
      { type: "paypal_approval" },
      {},
    ];
    for (const action of wrong) expect(clientActionSchema.safeParse(action).success).toBe(false);
  });
});

describe("a stored action", () => {
  const payment = aPayment({ action: secret(approval) });
  const payout = aPayout({ action: secret(approval) });

  it("is read as it was written", () => {
    for (const read of [strict, readAnyAction]) {
      expect(fromPaymentItem(toPaymentItem(payment), read)).toMatchObject({ id: payment.id });
      expect(toPaymentItem(fromPaymentItem(toPaymentItem(payment), read))).toEqual(toPaymentItem(payment));
      expect(toPayoutItem(fromPayoutItem(toPayoutItem(payout), read))).toEqual(toPayoutItem(payout));
    }
  });

  it("of no channel is refused where it is shown, by its members' names and not their values", () => {
    const item = { ...toPaymentItem(payment), action: { ...approval, orderId: { hidden: "in-here" } } };
    expect(() => fromPaymentItem(item, strict)).toThrow(/orderId/);
    expect(() => fromPaymentItem(item, strict)).not.toThrow(/in-here/);
    const other = { ...toPayoutItem(payout), action: { type: "fake_confirm", token: "t" } };
    expect(() => fromPayoutItem(other, strict)).toThrow();
    expect(() => fromPayoutItem(other)).not.toThrow();
  });
});
