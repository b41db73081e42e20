import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { selfSigned } from "../../../../local/channels/paypal/certificate.ts";
import { integer, objectId, sequence, utcTime } from "../../../../local/channels/paypal/der.ts";
import { trustedUrl, usableCertificate } from "../../../../shared/channels/paypal/certificate.ts";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const FROM = Date.UTC(2026, 0, 1);
const TO = Date.UTC(2027, 0, 1);

const pemOf = (changes: Partial<Parameters<typeof selfSigned>[0]> = {}) =>
  selfSigned({
    privateKey,
    commonName: "messageverificationcerts.paypal.com",
    organisation: "PayPal, Inc.",
    notBefore: FROM,
    notAfter: TO,
    serial: Buffer.from([0xff, 0x01]),
    ...changes,
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

describe("the certificate of a webhook", () => {
  it("is used between its dates only, both included", () => {
    expect([FROM - 1, FROM, TO, TO + 1].map((now) => usableCertificate(pemOf(), now) !== undefined)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("has to name one host of PayPal", () => {
    const usable = (commonName: string) => usableCertificate(pemOf({ commonName }), FROM) !== undefined;
    expect(usable("messageverificationcerts.sandbox.paypal.com")).toBe(true);
    expect(
      ["paypal.com", "x.paypal.com.evil.example", "evilpaypal.com", "", "a b.paypal.com"].map(usable),
    ).toEqual([false, false, false, false, false]);
    const hidden = pemOf({ commonName: "evil.example", organisation: "x\nCN=certs.paypal.com" });
    expect(usableCertificate(hidden, FROM)).toBeUndefined();
    expect(usableCertificate("no certificate", FROM)).toBeUndefined();
  });

  it("is the first of a chain", () => {
    const chain = pemOf() + pemOf({ commonName: "root.example" });
    expect(usableCertificate(chain, FROM)?.subject).toContain("CN=messageverificationcerts.paypal.com");
  });

  it("comes from PayPal's own host of the environment", () => {
    const path = "/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77";
    expect(trustedUrl(`https://api.paypal.com${path}`, true)).toBe(`https://api.paypal.com${path}`);
    expect(trustedUrl(`https://api-m.sandbox.paypal.com${path}`, false)).toBeDefined();
    expect(trustedUrl(`https://api.paypal.com${path}`, false)).toBeUndefined();
    expect(trustedUrl(`https://API.paypal.com${path}`, true)).toBeUndefined();
    expect(trustedUrl(`https://www.paypal.com${path}`, true)).toBeUndefined();
  });
});
