/** Events of PayPal as pointers: what each kind names, what is none, and whose it is. */
import { describe, expect, it } from "vitest";
import { readEvent } from "../../../../shared/channels/paypal/events.ts";
import { PayPalSettings } from "../../../../shared/channels/paypal/settings.ts";
import { toReference } from "../../../../shared/channels/reference.ts";

const MERCHANT = "KITHMERCHANT1";
const PAYMENT_ID = "pay_01JDA7Q0000000000000000001";
const REFUND_ID = "rfd_01JDA7Q0000000000000000002";
const PAYOUT_ID = "wdr_01JDA7Q0000000000000000003";

const settings = PayPalSettings.parse({
  ...{ enabled: true, livemode: false, merchantId: MERCHANT, webhookId: "8PT597110X687430L" },
  ...{ returnUrl: "https://kith.example/back", cancelUrl: "https://kith.example/away" },
});
const event = (type: string, resource: unknown, rest: object = {}) =>
  JSON.stringify({ id: "WH-1", create_time: "2026-11-22T09:29:59Z", event_type: type, resource, ...rest });

describe("an event", () => {
  const read = (type: string, resource: unknown, rest: object = {}) =>
    readEvent(settings, Buffer.from(event(type, resource, rest)));
  const pointer = (type: string, resource: object) => {
    const found = read(type, resource);
    if (typeof found === "string") return found;
    return { kind: found.kind, ref: found.ref };
  };
  const ignored = { kind: "ignored", ref: {} };
  const above = "https://api-m.sandbox.paypal.com/v2/payments/captures/7AB";

  it("of an order points at it, and at our payment", () => {
    const resource = { id: "5O1", purchase_units: [{ custom_id: toReference(PAYMENT_ID) }] };
    const ref = { paymentId: PAYMENT_ID, channelPaymentId: "5O1" };
    expect(pointer("CHECKOUT.ORDER.APPROVED", resource)).toStrictEqual({ kind: "payment", ref });
    expect(pointer("CHECKOUT.PAYMENT-APPROVAL.REVERSED", { order_id: "5O1" })).toStrictEqual({
      kind: "payment",
      ref: { channelPaymentId: "5O1" },
    });
    expect(pointer("CHECKOUT.ORDER.APPROVED", { ...resource, order_id: "6O1" })).toMatchObject({
      ref: { channelPaymentId: "6O1" },
    });
    expect(pointer("CHECKOUT.ORDER.APPROVED", { id: "5O1", purchase_units: [] })).toStrictEqual({
      kind: "payment",
      ref: { channelPaymentId: "5O1" },
    });
  });

  it("of a capture points at it, its order and our payment", () => {
    const resource = {
      id: "3C6",
      custom_id: toReference(PAYMENT_ID),
      supplementary_data: { related_ids: { order_id: "5O1" } },
    };
    expect(pointer("PAYMENT.CAPTURE.COMPLETED", resource)).toStrictEqual({
      kind: "payment",
      ref: { paymentId: PAYMENT_ID, channelPaymentId: "5O1", transactionId: "3C6" },
    });
    expect(pointer("PAYMENT.CAPTURE.DENIED", { id: "3C6", supplementary_data: {} })).toStrictEqual({
      kind: "payment",
      ref: { transactionId: "3C6" },
    });
  });

  it("of a reversal points at the capture above it", () => {
    const links = [
      { rel: "self", href: "https://api-m.sandbox.paypal.com/v2/payments/captures/OTHER" },
      { rel: "up", href: above },
    ];
    expect(pointer("PAYMENT.CAPTURE.REVERSED", { id: "9R1", links })).toStrictEqual({
      kind: "payment",
      ref: { transactionId: "7AB" },
    });
    expect(pointer("PAYMENT.CAPTURE.REVERSED", { id: "9R1" })).toMatchObject({
      ref: { transactionId: "9R1" },
    });
  });

  it.each([
    [`${above}/refund`],
    ["https://api-m.sandbox.paypal.com/v2/payments/captures/"],
    [`https://x.example/captures/7AB`],
    [`${above}!`],
    ["https://api-m.sandbox.paypal.com/v2/payments/captures/7-AB"],
    [`https://api-m.sandbox.paypal.com/v2/payments/captures/${"A".repeat(65)}`],
  ])("names no capture by the address %s", (href) => {
    const found = pointer("PAYMENT.REFUND.PENDING", { id: "9R1", links: [{ rel: "up", href }] });
    expect(found).toStrictEqual({ kind: "refund", ref: { channelRefundId: "9R1" } });
  });

  it("names no capture where nothing is above it", () => {
    const links = [{ rel: "self", href: above }];
    expect(pointer("PAYMENT.REFUND.PENDING", { id: "9R1", links })).toStrictEqual({
      kind: "refund",
      ref: { channelRefundId: "9R1" },
    });
  });

  it.each(["PAYMENT.CAPTURE.REFUNDED", "PAYMENT.REFUND.PENDING"])(
    "of a refund points at it and its capture: %s",
    (type) => {
      const resource = { id: "9R1", custom_id: toReference(REFUND_ID), links: [{ rel: "up", href: above }] };
      expect(pointer(type, resource)).toStrictEqual({
        kind: "refund",
        ref: { refundId: REFUND_ID, channelRefundId: "9R1", transactionId: "7AB" },
      });
    },
  );

  it("of a payout points at its batch and our payout, by whichever names them", () => {
    const sender = toReference(PAYOUT_ID);
    const ref = { payoutId: PAYOUT_ID, channelPayoutId: "B1" };
    expect(
      pointer("PAYMENT.PAYOUTS-ITEM.SUCCEEDED", {
        payout_batch_id: "B1",
        payout_item: { sender_item_id: sender },
      }),
    ).toStrictEqual({ kind: "payout", ref });
    const batch_header = { payout_batch_id: "B1", sender_batch_header: { sender_batch_id: sender } };
    expect(pointer("PAYMENT.PAYOUTSBATCH.SUCCESS", { batch_header })).toStrictEqual({ kind: "payout", ref });
    expect(pointer("PAYMENT.PAYOUTSBATCH.SUCCESS", { batch_header: {} })).toStrictEqual(ignored);
    expect(pointer("PAYMENT.PAYOUTSBATCH.SUCCESS", {})).toStrictEqual(ignored);
  });

  it("of a dispute points at it and the contested capture", () => {
    const resource = {
      dispute_id: "PP-D-1",
      disputed_transactions: [{ seller_transaction_id: "3C6", seller: { merchant_id: MERCHANT } }],
    };
    expect(pointer("CUSTOMER.DISPUTE.CREATED", resource)).toStrictEqual({
      kind: "dispute",
      ref: { channelDisputeId: "PP-D-1", transactionId: "3C6" },
    });
    expect(
      pointer("CUSTOMER.DISPUTE.CREATED", { dispute_id: "PP-D-1", disputed_transactions: [] }),
    ).toStrictEqual({
      kind: "dispute",
      ref: { channelDisputeId: "PP-D-1" },
    });
  });

  it("of another product, or that names nothing, is ignored", () => {
    expect(pointer("BILLING.PLAN.CREATED", { id: "P1" })).toStrictEqual(ignored);
    expect(pointer("PAYMENT.SALE.COMPLETED", { id: "P1" })).toStrictEqual(ignored);
    expect(pointer("CHECKOUT.ORDER.APPROVED", {})).toStrictEqual(ignored);
    expect(pointer("CUSTOMER.DISPUTE.CREATED", { dispute_id: "?" })).toStrictEqual(ignored);
    expect(pointer("CUSTOMER.ACCOUNT.CREATED", { dispute_id: "PP-D-1" })).toStrictEqual(ignored);
    expect(pointer("XCHECKOUT.", { id: "P1" })).toStrictEqual(ignored);
  });

  it("names itself, its type and its time", () => {
    expect(read("BILLING.PLAN.CREATED", {}, { create_time: "2026-11-22T09:00:00+01:00" })).toStrictEqual({
      eventId: "WH-1",
      type: "BILLING.PLAN.CREATED",
      occurredAtMs: Date.parse("2026-11-22T08:00:00Z"),
      ...ignored,
    });
  });

  it.each([
    ["no id", { id: undefined }],
    ["an empty id", { id: "" }],
    ["an id of other signs", { id: "a b" }],
    ["an id of other signs before", { id: "!ab" }],
    ["an id that is too long", { id: "a".repeat(129) }],
    ["no type", { event_type: "" }],
    ["a type in small letters", { event_type: "a" }],
    ["a type with something before", { event_type: "aA" }],
    ["a type with something behind", { event_type: "Aa" }],
    ["a type that is too long", { event_type: "A".repeat(129) }],
    ["no time", { create_time: undefined }],
    ["a time that is none", { create_time: "yesterday" }],
    ["no resource", { resource: null }],
  ])("is malformed with %s", (_what, rest) => {
    expect(read("CHECKOUT.ORDER.APPROVED", { id: "5O1" }, rest)).toBe("malformed");
  });

  it("may have an id and a type of 128 signs", () => {
    const id = "a".repeat(128);
    expect(read("A".repeat(128), {}, { id })).toMatchObject({ eventId: id });
  });

  it("is malformed when it is no text or no JSON", () => {
    expect(readEvent(settings, Buffer.from("{"))).toBe("malformed");
    const broken = Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(readEvent(settings, broken)).toBe("malformed");
    const text = Buffer.from(event("BILLING.PLAN.CREATED", { summary: "x" }));
    text[text.indexOf('"x"') + 1] = 0xff;
    expect(readEvent(settings, text)).toBe("malformed");
  });

  it.each([
    ["a payee", { payee: { merchant_id: "OTHER" } }],
    [
      "one of several purchases",
      { purchase_units: [{ payee: { merchant_id: MERCHANT } }, { payee: { merchant_id: "OTHER" } }] },
    ],
    ["a seller", { disputed_transactions: [{ seller: { merchant_id: "OTHER" } }] }],
  ])("of another merchant is refused: %s", (_what, resource) => {
    expect(read("CHECKOUT.ORDER.APPROVED", { id: "5O1", ...resource })).toBe("wrong-merchant");
  });

  it("of our merchant, or that names none, is taken", () => {
    for (const resource of [
      { payee: { merchant_id: MERCHANT } },
      { payee: {} },
      { purchase_units: [{}] },
      { disputed_transactions: [{}] },
    ]) {
      expect(pointer("CHECKOUT.ORDER.APPROVED", { id: "5O1", ...resource })).toMatchObject({
        kind: "payment",
      });
    }
  });

  it("of a newer shape still names what it names", () => {
    const resource = {
      id: "5O1",
      purchase_units: "new",
      supplementary_data: { related_ids: [] },
      links: [{ rel: 1 }],
      batch_header: 1,
      payout_item: [],
      disputed_transactions: {},
      payee: 7,
    };
    expect(pointer("CHECKOUT.ORDER.APPROVED", resource)).toStrictEqual({
      kind: "payment",
      ref: { channelPaymentId: "5O1" },
    });
  });
});
