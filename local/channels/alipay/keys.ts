/** Keys and certificates of both sides, in Alipay's two modes. */
import { createHash, generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import * as z from "zod";
import { type DistinguishedName, issueCertificate } from "../kit/certificate.ts";
import type { SimulatorKeys } from "../simulator.ts";

const CertificateKeys = z.object({
  appPrivateKey: z.string(),
  appCertificate: z.string(),
  alipayCertificates: z.string(),
  alipayRootCertificates: z.string(),
});
const PlainKeys = z.object({ appPrivateKey: z.string(), alipayPublicKey: z.string() });

/** The product's secret. */
export const ProductKeys = z.union([CertificateKeys, PlainKeys]);
export type ProductKeys = z.infer<typeof ProductKeys>;

/** What only Alipay has. In certificate mode also the authority that issued its certificate. */
export const ProviderKeys = z.object({
  alipayPrivateKey: z.string(),
  certificates: z
    .object({
      /** Alipay's certificate and the one that issued it. */
      chain: z.string(),
      authorityKey: z.string(),
      authority: z.string(),
    })
    .optional(),
});
export type ProviderKeys = z.infer<typeof ProviderKeys>;

/** Fixed, so that no simulated time is before or after it. */
const NOT_BEFORE = Date.UTC(2020, 0, 1);
const NOT_AFTER = Date.UTC(2045, 0, 1);

/** The account in the certificates' names; it need not be the stage's. */
const ACCOUNT = "2088000000000001";

const named = (unit: string, commonName: string): DistinguishedName => [
  ["C", "CN"],
  ["O", "Kith Simulated Financial"],
  ["OU", unit],
  ["CN", commonName],
];
const rootName = named("Certification Authority", "Simulated Certification Authority R1");
const chineseRootName = named("Certification Authority", "Simulated Certification Authority E1");
const authorityName = named("Certification Authority", "Simulated Certification Authority Class 2 R1");
const appName = named("Alipay", `${ACCOUNT}-2021000000000001`);
const alipayName = named("Alipay", `模拟支付宝(中国)网络技术有限公司-${ACCOUNT}`);

const privateRsa = (): string =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;

const privateEc = (): string =>
  generateKeyPairSync("ec", {
    namedCurve: "prime256v1",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;

type Party = { readonly name: DistinguishedName; readonly key: string };

const issue = (subject: Party, issuer: Party, authority: boolean): string =>
  issueCertificate({
    ...{ subject: subject.name, subjectKey: subject.key, issuer: issuer.name, issuerKey: issuer.key },
    ...{ serial: randomBytes(15), notBefore: NOT_BEFORE, notAfter: NOT_AFTER, authority },
  });

/** Keys in certificate mode. The root file has a certificate of another algorithm, as Alipay's has. */
export function makeCertificateKeys(): { readonly keys: ProductKeys; readonly provider: ProviderKeys } {
  const root = { name: rootName, key: privateRsa() };
  const otherRoot = { name: chineseRootName, key: privateEc() };
  const authority = { name: authorityName, key: privateRsa() };
  const app = { name: appName, key: privateRsa() };
  const alipay = { name: alipayName, key: privateRsa() };
  const authorityCertificate = issue(authority, root, true);
  const chain = `${issue(alipay, authority, false)}${authorityCertificate}`;
  return {
    keys: {
      appPrivateKey: app.key,
      appCertificate: issue(app, authority, false),
      alipayCertificates: chain,
      alipayRootCertificates: `${issue(otherRoot, otherRoot, true)}${issue(root, root, true)}`,
    },
    provider: {
      alipayPrivateKey: alipay.key,
      certificates: { chain, authorityKey: authority.key, authority: authorityCertificate },
    },
  };
}

/** Keys in plain key mode, as bare base64 without PEM lines, as Alipay's console shows them. */
export function makePlainKeys(): { readonly keys: ProductKeys; readonly provider: ProviderKeys } {
  const app = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "der" },
  });
  const alipay = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return {
    keys: {
      appPrivateKey: app.privateKey.toString("base64"),
      alipayPublicKey: alipay.publicKey.toString("base64"),
    },
    provider: { alipayPrivateKey: alipay.privateKey },
  };
}

/**
 * Alipay changes to a new key and certificate of the same authority. `account` is whose it says it is; another one
 * makes a certificate that products have to refuse.
 */
export function withNewCertificate(provider: ProviderKeys, account = ACCOUNT): ProviderKeys {
  if (provider.certificates === undefined) throw new Error("Plain key mode has no certificates to change.");
  const { authority, authorityKey } = provider.certificates;
  const alipay = { name: named("Alipay", `模拟支付宝-${account}`), key: privateRsa() };
  const leaf = issue(alipay, { name: authorityName, key: authorityKey }, false);
  return {
    alipayPrivateKey: alipay.key,
    certificates: { ...provider.certificates, chain: `${leaf}${authority}` },
  };
}

export const makeKeys = (): SimulatorKeys => makeCertificateKeys();

/** The serial number by which Alipay's protocol names a certificate. */
export function serialNumber(pem: string): string {
  const { issuer, serialNumber: hex } = new X509Certificate(pem);
  const attributes = issuer.split("\n");
  return createHash("md5")
    .update(attributes.reverse().join(",") + BigInt(`0x${hex}`).toString())
    .digest("hex");
}

/** The serial numbers of the RSA certificates of a root file. */
export const rootSerialNumbers = (file: string): string =>
  (file.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [])
    .filter((pem) => new X509Certificate(pem).publicKey.asymmetricKeyType === "rsa")
    .map(serialNumber)
    .join("_");
