/** X.509 certificates of simulated providers: Node reads them and cannot make them. @see RFC 5280, section 4.1 */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import {
  bitString,
  explicit,
  integer,
  nothing,
  objectId,
  octetString,
  printable,
  sequence,
  set,
  utcTime,
  utf8,
  yes,
} from "./der.ts";

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

const attributeIds = { C: "2.5.4.6", O: "2.5.4.10", OU: "2.5.4.11", CN: "2.5.4.3" } as const;
const SHA256_WITH_RSA = "1.2.840.113549.1.1.11";
const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
const BASIC_CONSTRAINTS = "2.5.29.19";

/** Country codes are printable strings, the rest is UTF-8. */
const nameOf = (name: DistinguishedName): Buffer =>
  sequence(
    ...name.map(([kind, text]) =>
      set(sequence(objectId(attributeIds[kind]), kind === "C" ? printable(text) : utf8(text))),
    ),
  );

const algorithmOf = (key: KeyObject): Buffer =>
  key.asymmetricKeyType === "rsa"
    ? sequence(objectId(SHA256_WITH_RSA), nothing)
    : sequence(objectId(ECDSA_WITH_SHA256));

/** Basic constraints: critical, an authority. */
const authorityExtension = explicit(
  3,
  sequence(sequence(objectId(BASIC_CONSTRAINTS), yes, octetString(sequence(yes)))),
);

/** A version 3 certificate as PEM. */
export function issueCertificate(order: CertificateOrder): string {
  const issuerKey = createPrivateKey(order.issuerKey);
  const algorithm = algorithmOf(issuerKey);
  const toSign = sequence(
    explicit(0, integer(Buffer.from([2]))),
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

/** A certificate that its own key (PEM) signs, and that issues no others. */
export const selfSigned = ({
  name,
  privateKey,
  ...rest
}: Pick<CertificateOrder, "serial" | "notBefore" | "notAfter"> & {
  readonly name: DistinguishedName;
  readonly privateKey: string;
}): string =>
  issueCertificate({
    ...rest,
    subject: name,
    subjectKey: privateKey,
    issuer: name,
    issuerKey: privateKey,
    authority: false,
  });
