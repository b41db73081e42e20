import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toReference } from "../../../shared/channels/reference.ts";
import {
  createPaytmWorld,
  inr,
  PAYMENT_ID,
  type PaytmWorld,
  paymentRef,
  REFUND_ID,
  START,
} from "./paytm-world.ts";

let world: PaytmWorld;
beforeEach(async () => {
  world = await createPaytmWorld();
  await world.create();
});
afterEach(() => world.close());

const last = () => {
  const sent = world.callbacks.at(-1);
  if (sent === undefined) throw new Error("nothing was sent");
  return sent;
};
const textOf = ({ rawBody }: { rawBody: Uint8Array }) => Buffer.from(rawBody).toString();
const withText = (text: string) => ({ rawBody: Buffer.from(text) });
async function refundAll() {
  await world.act(PAYMENT_ID, "approve");
  const input = {
    refundId: REFUND_ID,
    payment: paymentRef(),
    money: inr(1230),
    refundedBefore: 0,
    reason: "",
  };
  const plan = world.channel.refund?.(input);
  if (plan !== undefined) await world.run(plan);
  await world.simulator.control.idle();
}

describe("callbacks of a payment", () => {
  it("come by browser and by server, both verify, and both are one event", async () => {
    await world.act(PAYMENT_ID, "approve");
    expect(world.callbacks).toHaveLength(2);
    const verdicts = await Promise.all(world.callbacks.map((sent) => world.verify(sent)));
    const [browser, webhook] = verdicts;
    expect(browser).toEqual(webhook);
    expect(browser).toEqual({
      ok: true,
      event: {
        ...{ eventId: expect.stringMatching(/^\d{32}:TXN_SUCCESS$/), type: "TXN_SUCCESS", kind: "payment" },
        occurredAtMs: START,
        ref: {
          ...{ paymentId: PAYMENT_ID, channelPaymentId: toReference(PAYMENT_ID) },
          transactionId: expect.stringMatching(/^\d{32}$/),
        },
      },
    });
    expect(world.simulator.control.deliveries()).toMatchObject([
      { status: "delivered" },
      { status: "delivered" },
    ]);
  });

  it("name another event for another status of one transaction", async () => {
    await world.act(PAYMENT_ID, "pend");
    const pending = await world.verify(last());
    await world.act(PAYMENT_ID, "settle");
    const settled = await world.verify(last());
    if (!pending.ok || !settled.ok) throw new Error("both verify");
    expect(pending.event.ref.transactionId).toBe(settled.event.ref.transactionId);
    expect(pending.event.eventId).not.toBe(settled.event.eventId);
  });

  it("verify whatever their headers, and however late they come", async () => {
    await world.act(PAYMENT_ID, "decline");
    const sent = last();
    await world.advance(30 * 86_400_000);
    const headers = { "CONTENT-TYPE": "application/x-www-form-urlencoded" };
    expect(await world.verify({ ...sent, headers })).toMatchObject({ ok: true });
  });

  it("carry text with bars, signs of all kinds and empty values", async () => {
    await world.act(PAYMENT_ID, "decline");
    const fields = new URLSearchParams(textOf(last()));
    expect(fields.get("RESPMSG")).toContain("|");
    expect(fields.get("BANKNAME")).toBe("");
    expect(await world.verify(last())).toMatchObject({ ok: true });
  });

  it("are rejected when any byte of the body is another", async () => {
    await world.act(PAYMENT_ID, "approve");
    const text = textOf(last());
    for (const [from, to] of [
      ["TXN_SUCCESS", "TXN_FAILURE"],
      ["12.30", "12.31"],
      ["UPI", "UPJ"],
      ["HDFC", ""],
    ] as const) {
      expect(await world.verify(withText(text.replace(from, to)))).toEqual({
        ok: false,
        reason: "bad-signature",
      });
    }
    expect(await world.verify(withText(`${text}&EXTRA=1`))).toEqual({ ok: false, reason: "bad-signature" });
    expect(await world.verify(withText(`${text}&STATUS=PENDING`))).toEqual({
      ok: false,
      reason: "malformed",
    });
  });

  it("are rejected when any character of the signature is another", async () => {
    await world.act(PAYMENT_ID, "approve");
    const fields = new URLSearchParams(textOf(last()));
    const checksum = fields.get("CHECKSUMHASH") ?? "";
    for (let index = 0; index < checksum.length; index += 1) {
      const other = checksum[index] === "A" ? "B" : "A";
      fields.set("CHECKSUMHASH", checksum.slice(0, index) + other + checksum.slice(index + 1));
      expect(await world.verify(withText(fields.toString())), String(index)).toMatchObject({ ok: false });
    }
    fields.delete("CHECKSUMHASH");
    expect(await world.verify(withText(fields.toString()))).toEqual({
      ok: false,
      reason: "missing-signature",
    });
  });

  it("are rejected under another key, and for another merchant", async () => {
    await world.act(PAYMENT_ID, "approve");
    const otherKey = world.open({ keys: { merchantKey: "0123456789abcdef" } });
    expect(await world.verify(last(), otherKey)).toEqual({ ok: false, reason: "bad-signature" });
    const otherMerchant = world.open({ settings: { merchantId: "SOMEBODYELSE" } });
    expect(await world.verify(last(), otherMerchant)).toEqual({ ok: false, reason: "wrong-merchant" });
  });

  it("are rejected when they are nothing like it", async () => {
    for (const text of ["", "hello", "{}", '{"head":{},"body":{}}', '{"head":1,"body":{}}', "{", "[]"]) {
      expect(await world.verify(withText(text)), text).toMatchObject({ ok: false });
    }
    expect(await world.verify({ rawBody: Uint8Array.of(0xff, 0xfe) })).toEqual({
      ok: false,
      reason: "malformed",
    });
  });

  it("are sent again, signed anew, until they are acknowledged", async () => {
    world.answerCallbacksAs("rejected");
    await world.act(PAYMENT_ID, "approve");
    expect(world.callbacks).toHaveLength(2);
    world.answerCallbacksAs("duplicate");
    await world.advance(60_000);
    expect(world.callbacks).toHaveLength(3);
    const [, first, second] = world.callbacks;
    if (first === undefined || second === undefined) throw new Error("two by server");
    expect(textOf(first)).not.toBe(textOf(second));
    expect(await world.verify(first)).toEqual(await world.verify(second));
    expect(world.simulator.control.deliveries().map(({ status }) => status)).toEqual([
      "given-up",
      "delivered",
    ]);
  });
});

describe("callbacks of a refund", () => {
  it("tell that it was accepted, and that it went to the bank", async () => {
    await refundAll();
    const ref = {
      ...{ refundId: REFUND_ID, channelRefundId: toReference(REFUND_ID), paymentId: PAYMENT_ID },
      ...{ channelPaymentId: toReference(PAYMENT_ID), transactionId: expect.any(String) },
    };
    expect(await world.verify(last())).toMatchObject({
      ok: true,
      event: { type: "refund-accept", kind: "refund", occurredAtMs: START, ref },
    });
    await world.advance(20_000);
    expect(await world.verify(last())).toMatchObject({
      ok: true,
      event: { type: "refund-success", kind: "refund", occurredAtMs: START + 20_000, ref },
    });
  });

  it("tell that it was rejected", async () => {
    await refundAll();
    await world.actOnRefund(REFUND_ID, "fail");
    expect(await world.verify(last())).toMatchObject({ ok: true, event: { type: "refund-rejected" } });
  });

  it("are rejected when changed, unsigned, or of another merchant", async () => {
    await refundAll();
    await world.advance(20_000);
    const text = textOf(last());
    expect(await world.verify(withText(text.replace("12.30", "12.31")))).toEqual({
      ok: false,
      reason: "bad-signature",
    });
    expect(await world.verify(withText(text.replace('"body":{', '"body":{ ')))).toEqual({
      ok: false,
      reason: "bad-signature",
    });
    expect(await world.verify(withText(text.replace(/"signature":"[^"]*"/, '"signature":""')))).toEqual({
      ok: false,
      reason: "missing-signature",
    });
    const twice = `${text.slice(0, -1)},"body":{"refId":"x"}}`;
    expect(await world.verify(withText(twice))).toEqual({ ok: false, reason: "malformed" });
    const other = world.open({ settings: { merchantId: "SOMEBODYELSE" } });
    expect(await world.verify(last(), other)).toEqual({ ok: false, reason: "wrong-merchant" });
  });
});

describe("the answer to a callback", () => {
  it("is a success for whatever was understood, and none for what was not", () => {
    for (const result of ["stored", "duplicate", "ignored"] as const) {
      expect(world.channel.callbackAnswer(result).status).toBe(200);
    }
    expect(world.channel.callbackAnswer("rejected").status).toBe(400);
  });
});
