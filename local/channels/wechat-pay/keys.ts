/** Both sides' keys: the merchant's and the provider's, fresh for a local cloud or as the simulator is given them. */
import { createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import * as z from "zod";
import { selfSigned } from "../kit/certificate.ts";
import type { SimulatorKeys } from "../simulator.ts";

/** A key that the provider signs with. `pem` is what merchants check with: a public key or a certificate. */
export const PlatformKeyShape = z.object({
  /** `PUB_KEY_ID_…`, or a certificate's serial number in upper-case hexadecimal. */
  serial: z.string(),
  privateKey: z.string(),
  pem: z.string(),
  effectiveMs: z.number(),
  expireMs: z.number(),
});
export type PlatformKey = z.infer<typeof PlatformKeyShape>;

const YEAR_MS = 365 * 86_400_000;

/** A serial number of 20 bytes that is positive as DER reads it. */
const serialOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.map((byte, index) => (index === 0 ? (byte & 0x3f) | 0x40 : byte)))
    .toString("hex")
    .toUpperCase();

const newPair = () =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });

/** A key of the newer kind, which has no end. @param bytes 10 of them name it */
export function newPublicKey(bytes: Uint8Array, nowMs: number): PlatformKey {
  const { privateKey, publicKey } = newPair();
  const digits = BigInt(`0x${Buffer.from(bytes).toString("hex")}`)
    .toString()
    .padStart(26, "0");
  const serial = `PUB_KEY_ID_0${digits}`;
  return { serial, privateKey, pem: publicKey, effectiveMs: nowMs, expireMs: nowMs + 100 * YEAR_MS };
}

/** A key of the older kind, in a certificate of five years. @param bytes 20 of them make its serial number */
export function newCertificate(bytes: Uint8Array, nowMs: number): PlatformKey {
  const { privateKey } = newPair();
  const serial = serialOf(bytes);
  // Clocks differ: it begins a little earlier than it is made.
  const effectiveMs = nowMs - 60_000;
  const expireMs = nowMs + 5 * YEAR_MS;
  const pem = selfSigned({
    privateKey,
    name: [["CN", "Tenpay.com Simulated Platform"]],
    serial: Buffer.from(serial, "hex"),
    notBefore: effectiveMs,
    notAfter: expireMs,
  });
  return { serial, privateKey, pem, effectiveMs, expireMs };
}

/** What the simulator knows of the merchant, and its own first keys. */
export const ProviderKeysShape = z.object({
  merchantPublicKey: z.string(),
  publicKey: PlatformKeyShape,
  certificate: PlatformKeyShape,
});

/** Of the merchant's secret the simulator reads what the provider shares. */
export const SharedKeysShape = z.object({ merchantSerial: z.string(), apiV3Key: z.string().length(32) });

/** Fresh keys. The merchant gets the provider's public key; the certificate is for those who fetch certificates. */
export function makeKeys(): SimulatorKeys {
  const merchant = newPair();
  const nowMs = Date.now();
  const publicKey = newPublicKey(randomBytes(10), nowMs);
  return {
    keys: {
      merchantPrivateKey: merchant.privateKey,
      merchantSerial: serialOf(randomBytes(20)),
      apiV3Key: randomBytes(16).toString("hex"),
      platformKeys: { [publicKey.serial]: publicKey.pem },
    },
    provider: {
      merchantPublicKey: merchant.publicKey,
      publicKey,
      // Effective from long ago, for simulations whose clock starts in the past.
      certificate: { ...newCertificate(randomBytes(20), nowMs), effectiveMs: 0 },
    },
  };
}

/** @throws Error on text that is no public key */
export const readMerchantKey = (pem: string) => createPublicKey(pem);
