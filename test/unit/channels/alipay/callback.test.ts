/** Callbacks of Alipay by the rules alone: what is asked of the signature, whose they are, and what they point at. */
import { describe, expect, it } from "vitest";
import {
  type CallbackDeps,
  callbackAnswer,
  verifyCallback,
} from "../../../../shared/channels/alipay/callback.ts";
import type { Gateway, SignatureVerdict } from "../../../../shared/channels/alipay/gateway.ts";
import { settled } from "../../../../shared/channels/plan.ts";
import { toReference } from "../../../../shared/channels/reference.ts";
import { runPlan } from "../run-plan.ts";

const APP_ID = "2021000000000001";
const SELLER_ID = "2088000000000001";
const NOW = Date.parse("2026-11-22T09:30:00Z");
const PAYMENT_ID = "pay_01JDA7Q0000000000000000001";
const REFUND_ID = "rfd_01JDA7Q0000000000000000002";
const PAYOUT_ID = "wdr_01JDA7Q0000000000000000003";
const TRADE = toReference(PAYMENT_ID);

type Asked = Parameters<Gateway["verify"]>[0];

/** The verdict on a form, where the signature on it is found so; and what was asked about the signature. */
function judge(body: string | Uint8Array, signature: SignatureVerdict = "good") {
  const asked: Asked[] = [];
  const never = (): never => {
    throw new Error("a callback asks for nothing else");
  };
  const gateway: Gateway = {
    sign: never,
    addressOf: never,
    ask: never,
    verify: (data) => {
      asked.push(data);
      return settled(signature);
    },
  };
  const deps: CallbackDeps = { gateway, appId: APP_ID, sellerId: SELLER_ID, now: () => NOW };
  const verdict = runPlan(verifyCallback(deps, { headers: {}, rawBody: Buffer.from(body) })).value;
  return { verdict, asked };
}

type Fields = Readonly<Record<string, string | undefined>>;
const notification: Fields = {
  notify_id: "n1",
  notify_type: "trade_status_sync",
  notify_time: "2026-11-22 17:00:00",
  app_id: APP_ID,
  seller_id: SELLER_ID,
  out_trade_no: TRADE,
  trade_no: "2026112200000001",
  sign_type: "RSA2",
  sign: "c2lnbmF0dXJl",
};
const said = (fields: Fields): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
const form = (change: Fields = {}) => new URLSearchParams(said({ ...notification, ...change })).toString();
const event = (change: Fields = {}) => {
  const { verdict } = judge(form(change));
  return verdict.ok ? verdict.event : verdict.reason;
};
const ofPayment = { paymentId: PAYMENT_ID, channelPaymentId: TRADE, transactionId: "2026112200000001" };

describe("a notification of a trade", () => {
  it("points at the payment", () => {
    expect(event()).toStrictEqual({
      eventId: "n1",
      type: "trade_status_sync",
      occurredAtMs: Date.parse("2026-11-22T09:00:00Z"),
      kind: "payment",
      ref: ofPayment,
    });
  });

  it("names what it says and no more", () => {
    const of = (change: Fields) => {
      const found = event(change);
      return typeof found === "string" ? found : found.ref;
    };
    expect(of({ out_trade_no: "shop-1" })).toStrictEqual({
      channelPaymentId: "shop-1",
      transactionId: "2026112200000001",
    });
    expect(of({ trade_no: "" })).toStrictEqual({ paymentId: PAYMENT_ID, channelPaymentId: TRADE });
    expect(of({ trade_no: undefined, out_trade_no: undefined })).toStrictEqual({});
  });

  it.each([
    [{ refund_fee: "1.00" }, {}],
    [{ gmt_refund: "2026-11-22 17:00:00" }, {}],
    [
      { out_biz_no: toReference(REFUND_ID) },
      { refundId: REFUND_ID, channelRefundId: toReference(REFUND_ID) },
    ],
    [{ out_biz_no: "desk-1", refund_fee: "1.00" }, { channelRefundId: "desk-1" }],
  ])("is about a refund with %o", (change, ofRefund) => {
    expect(event(change)).toMatchObject({ kind: "refund" });
    const found = event(change);
    expect(typeof found !== "string" && found.ref).toStrictEqual({ ...ofPayment, ...ofRefund });
  });

  it("is about no refund where the fields of one are empty", () => {
    expect(event({ refund_fee: "", gmt_refund: "", out_biz_no: "" })).toMatchObject({
      kind: "payment",
      ref: ofPayment,
    });
  });
});

describe("a message about a transfer", () => {
  const message = (biz_content: string | undefined, change: Fields = {}): Fields => ({
    ...{ msg_method: "alipay.fund.trans.order.changed", notify_type: undefined, notify_time: undefined },
    ...{ utc_timestamp: "1790000000000", seller_id: undefined, biz_content, ...change },
  });
  const content = JSON.stringify({ out_biz_no: toReference(PAYOUT_ID), status: "SUCCESS" });

  it("points at the payout", () => {
    expect(event(message(content))).toStrictEqual({
      eventId: "n1",
      type: "alipay.fund.trans.order.changed",
      occurredAtMs: 1_790_000_000_000,
      kind: "payout",
      ref: { payoutId: PAYOUT_ID, channelPayoutId: toReference(PAYOUT_ID) },
    });
  });

  it("that is not ours names no id of ours", () => {
    const found = event(message('{"out_biz_no":"shop-1"}'));
    expect(typeof found !== "string" && found.ref).toStrictEqual({ channelPayoutId: "shop-1" });
  });

  it.each([["{}"], ['{"out_biz_no":""}'], ['{"out_biz_no":1}'], ["{"], [""], [undefined]])(
    "is malformed with %s",
    (biz_content) => {
      expect(event(message(biz_content))).toBe("malformed");
    },
  );

  it("is what its method says, whatever kind of notification it names beside it", () => {
    expect(event(message(content, { notify_type: "trade_status_sync" }))).toMatchObject({ kind: "payout" });
    expect(event({ msg_method: "alipay.open.auth.appauth.cancelled" })).toMatchObject({
      type: "alipay.open.auth.appauth.cancelled",
      kind: "ignored",
      ref: {},
    });
    expect(event({ msg_method: "trade_status_sync" })).toMatchObject({ kind: "ignored", ref: {} });
  });
});

describe("an event", () => {
  it("of another kind is ignored", () => {
    expect(event({ notify_type: "dut_user_sign" })).toMatchObject({ kind: "ignored", ref: {} });
  });

  it("has an id and a kind", () => {
    for (const nothing of ["", undefined]) {
      expect(event({ notify_id: nothing })).toBe("malformed");
      expect(event({ notify_type: nothing })).toBe("malformed");
    }
  });

  it.each([
    [{ utc_timestamp: "1790000000000" }, 1_790_000_000_000],
    [{ utc_timestamp: "x1790000000000" }, Date.parse("2026-11-22T09:00:00Z")],
    [{ utc_timestamp: "1790000000000x" }, Date.parse("2026-11-22T09:00:00Z")],
    [{ utc_timestamp: "179000000000" }, Date.parse("2026-11-22T09:00:00Z")],
    [{ notify_time: "yesterday" }, NOW],
    [{ notify_time: undefined }, NOW],
  ])("with %o happened at %i", (change, occurredAtMs) => {
    expect(event(change)).toMatchObject({ occurredAtMs });
  });
});

describe("whose a callback is", () => {
  it.each([
    [{ app_id: "2021000000000009" }],
    [{ app_id: "" }],
    [{ app_id: undefined }],
    [{ seller_id: "2088000000000009" }],
  ])("is another's with %o", (change) => {
    expect(event(change)).toBe("wrong-merchant");
  });

  it.each([[{ seller_id: undefined }], [{ seller_id: "" }]])("is ours with %o", (change) => {
    expect(event(change)).toMatchObject({ kind: "payment" });
  });
});

describe("the signature of a callback", () => {
  it("may cover its kind or not, and every other field, sorted, whether it says something or not", () => {
    const { asked } = judge("b=2&a=%E4%B8%AD&empty=&sign_type=RSA2&sign=c2ln");
    const bytes = (text: string) => Buffer.from(text, "utf8");
    expect(asked).toHaveLength(1);
    expect(asked[0]?.texts.map((text) => Buffer.from(text))).toEqual([
      bytes("a=中&b=2&empty="),
      bytes("a=中&b=2&empty=&sign_type=RSA2"),
    ]);
    expect(asked[0]).toMatchObject({ signature: "c2ln", serial: undefined });
  });

  it("is checked with the certificate that is named", () => {
    expect(judge(form({ alipay_cert_sn: "ab" })).asked[0]?.serial).toBe("ab");
    expect(judge(form({ alipay_cert_sn: "" })).asked[0]?.serial).toBeUndefined();
  });

  it.each([
    ["bad", "bad-signature"],
    ["unknown-key", "unknown-key"],
    ["keys-unavailable", "keys-unavailable"],
  ] as const)("that is %s refuses it", (signature, reason) => {
    expect(judge(form(), signature).verdict).toEqual({ ok: false, reason });
    // Before anything that it says is looked at.
    expect(judge(form({ app_id: "other", notify_id: "" }), signature).verdict).toEqual({ ok: false, reason });
  });

  it.each([
    [{ sign: undefined }, "missing-signature"],
    [{ sign: "" }, "missing-signature"],
    [{ sign_type: undefined }, "bad-signature"],
    [{ sign_type: "RSA" }, "bad-signature"],
    [{ sign_type: "rsa2" }, "bad-signature"],
    [{ charset: "utf-7" }, "malformed"],
  ])("is not even looked at with %o", (change, reason) => {
    const { verdict, asked } = judge(form(change));
    expect([verdict, asked]).toEqual([{ ok: false, reason }, []]);
  });

  it.each(["", "a=%", "{}"])("is not looked at of what is no form: %s", (body) => {
    expect(judge(body)).toEqual({ verdict: { ok: false, reason: "malformed" }, asked: [] });
  });
});

describe("the answer to a callback", () => {
  const headers = { "content-type": "text/plain; charset=utf-8" };

  it("is Alipay's word for it", () => {
    for (const result of ["stored", "duplicate", "ignored"] as const) {
      expect(callbackAnswer(result)).toStrictEqual({ status: 200, headers, body: "success" });
    }
    expect(callbackAnswer("rejected")).toStrictEqual({ status: 400, headers, body: "failure" });
  });
});
