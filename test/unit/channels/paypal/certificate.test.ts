import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { selfSigned } from "../../../../local/channels/kit/certificate.ts";
import { trustedUrl, usableCertificate } from "../../../../shared/channels/paypal/certificate.ts";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const FROM = Date.UTC(2026, 0, 1);
const TO = Date.UTC(2027, 0, 1);

const pemOf = ({ commonName = "messageverificationcerts.paypal.com", organisation = "PayPal, Inc." } = {}) =>
  selfSigned({
    privateKey,
    name: [
      ["C", "US"],
      ["O", organisation],
      ["CN", commonName],
    ],
    notBefore: FROM,
    notAfter: TO,
    serial: Buffer.from([0xff, 0x01]),
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
