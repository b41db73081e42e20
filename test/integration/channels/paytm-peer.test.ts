// Paytm's own checksum package against the simulator and the adapter, in both directions.
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import PaytmChecksum from "paytmchecksum";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sign, verify } from "../../../local/channels/paytm/checksum.ts";
import { checksumOf, isChecksumOf } from "../../../shared/channels/paytm/checksum.ts";
import { toReference } from "../../../shared/channels/reference.ts";
import { createPaytmWorld, MERCHANT, PAYMENT_ID, type PaytmWorld } from "./paytm-world.ts";

let world: PaytmWorld;
let key: string;
beforeEach(async () => {
  world = await createPaytmWorld();
  key = String(world.keys["merchantKey"]);
});
afterEach(() => world.close());

const input = fc.oneof(fc.string({ unit: "binary" }), fc.json());

describe("checksums", () => {
  it("of the adapter and of the simulator are good to Paytm's package", async () => {
    await fc.assert(
      fc.asyncProperty(input, async (text) => {
        expect(PaytmChecksum.verifySignature(text, key, checksumOf(text, key, randomBytes(3)))).toBe(true);
        expect(PaytmChecksum.verifySignature(text, key, sign(text, key, randomBytes(3)))).toBe(true);
      }),
    );
  });

  it("of Paytm's package are good to the adapter and to the simulator, for their own text only", async () => {
    await fc.assert(
      fc.asyncProperty(input, async (text) => {
        const checksum = await PaytmChecksum.generateSignature(text, key);
        expect(isChecksumOf(text, checksum, [key])).toBe(true);
        expect(verify(text, key, checksum)).toBe(true);
        expect(isChecksumOf(`${text}x`, checksum, [key])).toBe(false);
        expect(verify(`${text}x`, key, checksum)).toBe(false);
      }),
    );
  });
});

describe("Paytm's package as a merchant", () => {
  async function call(path: string, body: object) {
    const text = JSON.stringify(body);
    const signature = await PaytmChecksum.generateSignature(text, key);
    const response = await fetch(`${world.simulator.url()}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"body":${text},"head":{"signature":"${signature}"}}`,
    });
    const answer = await response.text();
    const bodyText = answer.slice(answer.indexOf('"body":') + 7, -1);
    const [, answered = ""] = /"signature":"([^"]*)"/.exec(answer) ?? [];
    return {
      body: JSON.parse(bodyText) as unknown,
      signed: PaytmChecksum.verifySignature(bodyText, key, answered),
    };
  }

  it("creates an order, sees it paid, and is told in a form that it can check", async () => {
    const created = await call(`/theia/api/v1/initiateTransaction?mid=${MERCHANT}&orderId=ORDER-1`, {
      requestType: "Payment",
      mid: MERCHANT,
      websiteName: "WEBSTAGING",
      orderId: "ORDER-1",
      callbackUrl: "https://shop.example/callback",
      txnAmount: { value: "1.00", currency: "INR" },
      userInfo: { custId: "CUST_001" },
    });
    expect(created).toMatchObject({ signed: true, body: { resultInfo: { resultCode: "0000" } } });
    world.simulator.control.act({ kind: "payment", id: "ORDER-1", action: "approve" });
    await world.simulator.control.idle();
    expect(await call("/v3/order/status", { mid: MERCHANT, orderId: "ORDER-1" })).toMatchObject({
      ...{ signed: true, body: { resultInfo: { resultStatus: "TXN_SUCCESS" }, txnAmount: "1.00" } },
    });
    expect(world.callbacks).toHaveLength(2);
    for (const { rawBody } of world.callbacks) {
      const fields = Object.fromEntries(new URLSearchParams(Buffer.from(rawBody).toString()));
      const checksum = fields["CHECKSUMHASH"] ?? "";
      expect(PaytmChecksum.verifySignature(fields, key, checksum)).toBe(true);
    }
  });
});

describe("Paytm's package as the provider", () => {
  it("signs forms that the adapter takes", async () => {
    const fields: Record<string, string> = {
      ...{ MID: MERCHANT, ORDERID: toReference(PAYMENT_ID), TXNID: "2026112111121280011", BANKTXNID: "" },
      ...{ TXNAMOUNT: "12.30", CURRENCY: "INR", STATUS: "TXN_SUCCESS", RESPCODE: "01" },
      ...{ RESPMSG: "Txn Success: 100% – ठीक है + | &", TXNDATE: "2026-11-21 11:30:00.0", PAYMENTMODE: "UPI" },
    };
    const CHECKSUMHASH = await PaytmChecksum.generateSignature({ ...fields }, key);
    const rawBody = Buffer.from(new URLSearchParams({ ...fields, CHECKSUMHASH }).toString());
    expect(await world.verify({ rawBody })).toEqual({
      ok: true,
      event: {
        ...{ eventId: "2026112111121280011:TXN_SUCCESS", type: "TXN_SUCCESS", kind: "payment" },
        occurredAtMs: Date.parse("2026-11-21T06:00:00Z"),
        ref: {
          ...{ paymentId: PAYMENT_ID, channelPaymentId: toReference(PAYMENT_ID) },
          transactionId: "2026112111121280011",
        },
      },
    });
  });
});
