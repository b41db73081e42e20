/**
 * Self-signed X.509 certificates: Node reads them and cannot make them. @see RFC 5280, section 4.1
 */
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import {
  bitString,
  explicit,
  integer,
  nothing,
  objectId,
  printable,
  sequence,
  set,
  utcTime,
  utf8,
} from "./der.ts";

const SHA256_WITH_RSA = "1.2.840.113549.1.1.11";

const attributeIds = { country: "2.5.4.6", organisation: "2.5.4.10", commonName: "2.5.4.3" } as const;

export type CertificateOrder = {
  /** An RSA key, PEM. */
  readonly privateKey: string;
  readonly commonName: string;
  readonly organisation: string;
  /** Milliseconds since the epoch, both between 1950 and 2049. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** The serial number's bytes. */
  readonly serial: Uint8Array;
};

const attribute = (id: string, value: Buffer): Buffer => set(sequence(objectId(id), value));

const nameOf = ({ commonName, organisation }: CertificateOrder): Buffer =>
  sequence(
    attribute(attributeIds.country, printable("US")),
    attribute(attributeIds.organisation, utf8(organisation)),
    attribute(attributeIds.commonName, utf8(commonName)),
  );

/** A version 3 certificate without extensions, signed with its own key (RSA, SHA-256), as PEM. */
export function selfSigned(order: CertificateOrder): string {
  const key = createPrivateKey(order.privateKey);
  const algorithm = sequence(objectId(SHA256_WITH_RSA), nothing);
  const name = nameOf(order);
  const toSign = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(order.serial),
    algorithm,
    name,
    sequence(utcTime(order.notBefore), utcTime(order.notAfter)),
    name,
    createPublicKey(key).export({ type: "spki", format: "der" }),
  );
  const der = sequence(toSign, algorithm, bitString(sign("sha256", toSign, key)));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
