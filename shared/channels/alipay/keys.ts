/** The channel's secret, in either of Alipay's two modes, and the key objects made of it. */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import * as z from "zod";
import { type AlipayCertificate, parseCertificates, rootSerials, serialOf } from "./certificates.ts";

const text = z.string().min(1);

/** Keys are PEM, or the bare base64 that Alipay's key tool prints. */
export const AlipayKeys = z.union([
  /** Certificate mode: the three files that Alipay's console gives out. Payouts need it. */
  z.strictObject({
    appPrivateKey: text,
    /** `appCertPublicKey_<app id>.crt` */
    appCertificate: text,
    /** `alipayCertPublicKey_RSA2.crt`; more than one while they change. */
    alipayCertificates: text,
    /** `alipayRootCert.crt` */
    alipayRootCertificates: text,
  }),
  /** Plain key mode: Alipay's own public key, not the application's. */
  z.strictObject({ appPrivateKey: text, alipayPublicKey: text }),
]);
export type AlipayKeys = z.infer<typeof AlipayKeys>;

/** How the other side's signatures are checked. */
export type AlipayTrust =
  | { readonly mode: "key"; readonly key: KeyObject }
  | {
      readonly mode: "certificates";
      /** Configured certificates by serial number. */
      readonly known: ReadonlyMap<string, AlipayCertificate>;
      /** Certificates between a leaf and a root, and the roots. */
      readonly authorities: readonly AlipayCertificate[];
      readonly roots: readonly AlipayCertificate[];
      /** Sent with every request. */
      readonly serials: { readonly app_cert_sn: string; readonly alipay_root_cert_sn: string };
    };

export type AlipayIdentity = { readonly privateKey: KeyObject; readonly trust: AlipayTrust };

const asPem = (key: string, label: string): string =>
  key.includes("-----BEGIN") ? key : `-----BEGIN ${label}-----\n${key.trim()}\n-----END ${label}-----\n`;

/** The first of several readings that works and gives an RSA key. */
function firstRsa(name: string, readings: readonly (() => KeyObject)[]): KeyObject {
  for (const read of readings) {
    try {
      const key = read();
      if (key.asymmetricKeyType === "rsa") return key;
    } catch {
      // Another form, perhaps.
    }
  }
  throw new Error(`${name} of Alipay is not an RSA key`);
}

const privateKeyOf = (key: string): KeyObject =>
  firstRsa("appPrivateKey", [
    () => createPrivateKey(asPem(key, "PRIVATE KEY")),
    () => createPrivateKey(asPem(key, "RSA PRIVATE KEY")),
  ]);

/**
 * Reads the secret.
 * @throws Error when a key or certificate cannot be read, or when they do not belong together.
 */
export function openKeys(keys: AlipayKeys): AlipayIdentity {
  const privateKey = privateKeyOf(keys.appPrivateKey);
  if ("alipayPublicKey" in keys) {
    const key = firstRsa("alipayPublicKey", [
      () => createPublicKey(asPem(keys.alipayPublicKey, "PUBLIC KEY")),
    ]);
    return { privateKey, trust: { mode: "key", key } };
  }
  const [app] = parseCertificates(keys.appCertificate);
  if (app === undefined || !app.checkPrivateKey(privateKey)) {
    throw new Error("appCertificate of Alipay is not the certificate of appPrivateKey");
  }
  const roots = parseCertificates(keys.alipayRootCertificates);
  const given = parseCertificates(keys.alipayCertificates);
  // Trusted because they were configured: older files lack the certificate between them and the root.
  const known = new Map(given.filter(({ ca }) => !ca).map((leaf) => [serialOf(leaf), leaf]));
  if (known.size === 0) throw new Error("alipayCertificates of Alipay holds no certificate of Alipay");
  return {
    privateKey,
    trust: {
      mode: "certificates",
      known,
      authorities: [...roots, ...given].filter(({ ca }) => ca),
      roots,
      serials: { app_cert_sn: serialOf(app), alipay_root_cert_sn: rootSerials(roots) },
    },
  };
}
