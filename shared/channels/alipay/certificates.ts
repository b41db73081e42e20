/**
 * Alipay's certificates: serial numbers in Alipay's own form, and whether a certificate leads to its root file.
 */
import { createHash, X509Certificate } from "node:crypto";

export type AlipayCertificate = X509Certificate;

const LONGEST_CHAIN = 4;
const RSA_SIGNATURES = "1.2.840.113549.1.1.";

/**
 * The certificates of a PEM text. What this runtime cannot read is left out: the root file has certificates of Chinese
 * algorithms among the others.
 */
export function parseCertificates(pem: string): readonly AlipayCertificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

/** MD5, in hex, of the issuer from its last attribute to its first and the serial number in decimal. */
export function serialOf(certificate: AlipayCertificate): string {
  const issuer = certificate.issuer.split("\n").reverse().join(",");
  const number = BigInt(`0x${certificate.serialNumber}`).toString(10);
  return createHash("md5").update(`${issuer}${number}`, "utf8").digest("hex");
}

/** The serial numbers of a root file: of those certificates that are signed with RSA, joined with `_`. */
export const rootSerials = (roots: readonly AlipayCertificate[]): string =>
  roots
    .filter(({ signatureAlgorithmOid }) => signatureAlgorithmOid?.startsWith(RSA_SIGNATURES) === true)
    .map(serialOf)
    .join("_");

const isIssuedBy = (certificate: AlipayCertificate, issuer: AlipayCertificate): boolean =>
  issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/**
 * The certificates that lead from the first of `candidates` to one of the roots, the root left out; empty when there
 * is no such way. Validity in time is not looked at.
 */
function wayToRoot(
  candidates: readonly AlipayCertificate[],
  roots: readonly AlipayCertificate[],
): readonly AlipayCertificate[] {
  const way: AlipayCertificate[] = [];
  for (let current = candidates[0]; current !== undefined && way.length < LONGEST_CHAIN; ) {
    const certificate = current;
    way.push(certificate);
    if (roots.some((root) => isIssuedBy(certificate, root))) return way;
    current = candidates.find((other) => !way.includes(other) && isIssuedBy(certificate, other));
  }
  return [];
}

/** The merchant's account that an Alipay certificate is for: the end of its common name. */
const accountOf = (certificate: AlipayCertificate): string | undefined =>
  /^CN=.*-(2088\d{12})$/m.exec(certificate.subject)?.[1];

/**
 * The first of `candidates`, if it may check Alipay's signatures: it has the serial number, leads to a root by
 * certificates that are valid now, holds an RSA key, and is for the same merchant's account as one that is known. The
 * last is what tells it from an *application's* certificate, which has the same root and which every merchant has.
 */
export function acceptableLeaf(
  candidates: readonly AlipayCertificate[],
  rules: {
    readonly serial: string;
    readonly roots: readonly AlipayCertificate[];
    readonly known: Iterable<AlipayCertificate>;
    readonly nowMs: number;
  },
): AlipayCertificate | undefined {
  const way = wayToRoot(candidates, rules.roots);
  const [leaf] = way;
  if (leaf === undefined || leaf.ca || serialOf(leaf) !== rules.serial) return undefined;
  const valid = way.every(
    ({ validFrom, validTo }) => Date.parse(validFrom) <= rules.nowMs && rules.nowMs < Date.parse(validTo),
  );
  const account = accountOf(leaf);
  const ours = account !== undefined && [...rules.known].some((known) => accountOf(known) === account);
  return valid && ours && leaf.publicKey.asymmetricKeyType === "rsa" ? leaf : undefined;
}
