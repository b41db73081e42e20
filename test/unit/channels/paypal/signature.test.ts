import { generateKeyPairSync, sign } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { transmissionHeaders } from "../../../../local/channels/paypal/events.ts";
import { isSignedBy, signedText, transmissionOf } from "../../../../shared/channels/paypal/signature.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const WEBHOOK = "8PT597110X687430L";
const transmission = { id: "69cd13f0-d67a-11e5-baa3-778b53f4ae55", time: "2026-11-22T09:30:00Z" };

const signedBy = (text: string) => ({
  ...transmission,
  certificateUrl: "",
  signature: sign("sha256", Buffer.from(text), privateKey).toString("base64"),
});

describe("what PayPal signs", () => {
  it("is id, time, webhook and the body's CRC-32 as an unsigned decimal", () => {
    const text = signedText(transmission, WEBHOOK, Buffer.from("123456789"));
    expect(text).toBe(`${transmission.id}|${transmission.time}|${WEBHOOK}|3421780262`);
  });

  it("is accepted exactly as it was signed", () => {
    const body = Buffer.from('{"a":1.10}');
    const good = signedBy(signedText(transmission, WEBHOOK, body));
    expect(isSignedBy(publicKey, good, WEBHOOK, body)).toBe(true);
    expect(isSignedBy(publicKey, good, "WEBHOOK_ID", body)).toBe(false);
    expect(isSignedBy(publicKey, good, WEBHOOK, Buffer.from('{"a":1.1}'))).toBe(false);
    expect(isSignedBy(publicKey, { ...good, id: "other" }, WEBHOOK, body)).toBe(false);
    expect(isSignedBy(publicKey, { ...good, time: "2026-11-22T09:30:01Z" }, WEBHOOK, body)).toBe(false);
  });

  it("is found in the simulator's headers for any body, and in no changed one", () => {
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const signer = { privateKey: key, certificateUrl: "https://x", webhookId: WEBHOOK };
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), fc.nat(), (text, position) => {
        const body = Buffer.from(text);
        const found = transmissionOf(transmissionHeaders(signer, body.toString(), transmission.id, 0));
        if (typeof found === "string") throw new Error(found);
        expect(isSignedBy(publicKey, found, WEBHOOK, body)).toBe(true);
        const changed = Buffer.from(body);
        const index = position % changed.length;
        changed[index] = (changed[index] ?? 0) ^ 0x20;
        expect(isSignedBy(publicKey, found, WEBHOOK, changed)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });
});
