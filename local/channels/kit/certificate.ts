/**
 * X.509 certificates for simulated authorities: Node reads them and cannot make them.
 * @see RFC 5280, section 4.1; ITU-T X.690 (DER)
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";

/** A name by the usual abbreviations, in order. */
export type DistinguishedName = readonly (readonly ["C" | "O" | "OU" | "CN", string])[];

export type CertificateOrder = {
  readonly subject: DistinguishedName;
  /** PEM, public or private. */
  readonly subjectKey: string;
  readonly issuer: DistinguishedName;
  /** The issuer's private key, PEM; RSA, or an elliptic curve. */
  readonly issuerKey: string;
  readonly serial: Uint8Array;
  /** Milliseconds since the epoch, both between 1950 and 2049. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Whether it may issue others. */
  readonly authority: boolean;
};

const tagged = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};

const sequence = (...parts: readonly Uint8Array[]) => tagged(0x30, ...parts);

/** The bytes of a number above 0, as short as they can be. A leading bit of one would make it negative. */
function integer(bytes: Uint8Array): Buffer {
  const digits = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  return tagged(0x02, Buffer.alloc((digits[0] ?? 0) >= 0x80 ? 1 : 0), digits);
}

const bitString = (bytes: Uint8Array) => tagged(0x03, Buffer.from([0]), bytes);

const utcTime = (atMs: number) =>
  tagged(
    0x17,
    Buffer.from(
      `${new Date(atMs)
        .toISOString()
        .replace(/[-:T]|\.\d+Z/g, "")
        .slice(2)}Z`,
      "ascii",
    ),
  );

/** An object identifier from the hex of its content. */
const objectId = (hex: string) => tagged(0x06, Buffer.from(hex, "hex"));

const attributeIds = { C: "550406", O: "55040a", OU: "55040b", CN: "550403" } as const;

/** Country codes are printable strings, the rest is UTF-8. */
const nameOf = (name: DistinguishedName) =>
  sequence(
    ...name.map(([kind, text]) =>
      tagged(
        0x31,
        sequence(objectId(attributeIds[kind]), tagged(kind === "C" ? 0x13 : 0x0c, Buffer.from(text))),
      ),
    ),
  );

/** sha256WithRSAEncryption, or ecdsa-with-SHA256. */
const algorithmOf = (key: KeyObject) =>
  key.asymmetricKeyType === "rsa"
    ? sequence(objectId("2a864886f70d01010b"), Buffer.from([0x05, 0x00]))
    : sequence(objectId("2a8648ce3d040302"));

/** Basic constraints: critical, an authority. */
const authorityExtension = tagged(
  0xa3,
  sequence(
    sequence(
      objectId("551d13"),
      tagged(0x01, Buffer.from([0xff])),
      tagged(0x04, sequence(tagged(0x01, Buffer.from([0xff])))),
    ),
  ),
);

/** A version 3 certificate as PEM. */
export function issueCertificate(order: CertificateOrder): string {
  const issuerKey = createPrivateKey(order.issuerKey);
  const algorithm = algorithmOf(issuerKey);
  const toSign = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    integer(order.serial),
    algorithm,
    nameOf(order.issuer),
    sequence(utcTime(order.notBefore), utcTime(order.notAfter)),
    nameOf(order.subject),
    createPublicKey(order.subjectKey).export({ type: "spki", format: "der" }),
    ...(order.authority ? [authorityExtension] : []),
  );
  const der = sequence(toSign, algorithm, bitString(sign("sha256", toSign, issuerKey)));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
