import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { selfSigned } from "../../../../../local/channels/kit/certificate.ts";
import { integer, objectId, sequence, utcTime } from "../../../../../local/channels/kit/der.ts";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const FROM = Date.UTC(2026, 0, 1);
const TO = Date.UTC(2027, 0, 1);

const pemOf = ({
  commonName = "messageverificationcerts.paypal.com",
  serial = Uint8Array.of(0xff, 0x01),
} = {}) =>
  selfSigned({
    privateKey,
    name: [
      ["C", "US"],
      ["O", "PayPal, Inc."],
      ["CN", commonName],
    ],
    notBefore: FROM,
    notAfter: TO,
    serial,
  });

describe("DER", () => {
  it("writes what X.690 and RFC 5280 show", () => {
    expect(integer(Buffer.from([0])).toString("hex")).toBe("020100");
    expect(integer(Buffer.from([0x7f])).toString("hex")).toBe("02017f");
    expect(integer(Buffer.from([0, 0x80])).toString("hex")).toBe("02020080");
    expect(objectId("1.2.840.113549.1.1.11").toString("hex")).toBe("06092a864886f70d01010b");
    expect(objectId("2.5.4.3").toString("hex")).toBe("0603550403");
    expect(
      utcTime(Date.UTC(2026, 10, 22, 9, 30, 5))
        .toString("ascii")
        .slice(2),
    ).toBe("261122093005Z");
  });

  it("writes lengths of one, two and three bytes", () => {
    expect(sequence(Buffer.alloc(127)).subarray(0, 2).toString("hex")).toBe("307f");
    expect(sequence(Buffer.alloc(128)).subarray(0, 3).toString("hex")).toBe("308180");
    expect(sequence(Buffer.alloc(256)).subarray(0, 4).toString("hex")).toBe("30820100");
  });
});

describe("a self-signed certificate", () => {
  it("is read by Node, and signed by its own key", () => {
    const certificate = new X509Certificate(pemOf());
    expect(certificate.subject).toBe("C=US\nO=PayPal\\, Inc.\nCN=messageverificationcerts.paypal.com");
    expect(certificate.issuer).toBe(certificate.subject);
    expect(certificate.validFromDate.getTime()).toBe(FROM);
    expect(certificate.validToDate.getTime()).toBe(TO);
    expect(certificate.serialNumber).toBe("FF01");
    expect(certificate.verify(createPublicKey(privateKey))).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
  });

  it("is whole whatever its names and serial are", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 20 }).filter((bytes) => bytes.some((byte) => byte !== 0)),
        fc.stringMatching(/^[a-z0-9.-]{1,63}$/),
        (serial, commonName) => {
          const certificate = new X509Certificate(pemOf({ serial, commonName }));
          expect(BigInt(`0x${certificate.serialNumber}`)).toBe(
            BigInt(`0x${Buffer.from(serial).toString("hex")}`),
          );
          expect(certificate.subject.endsWith(`CN=${commonName}`)).toBe(true);
          expect(certificate.verify(certificate.publicKey)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });
});
