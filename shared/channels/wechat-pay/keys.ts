/** The secret of WeChat Pay: what signs, what decrypts, and what the provider's signatures are checked with. */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import * as z from "zod";

/** The key, or `undefined` for text that is no RSA key; the text never shows in an error. */
function rsaKey(read: (pem: string) => KeyObject, pem: string): KeyObject | undefined {
  try {
    const key = read(pem);
    return key.asymmetricKeyType === "rsa" ? key : undefined;
  } catch {
    return undefined;
  }
}

/** A public key of a PEM: a bare key or a certificate. */
export const readPublicKey = (pem: string): KeyObject | undefined => rsaKey(createPublicKey, pem);

/** @throws Error on text that the schema would have refused. */
export function readPrivateKey(pem: string): KeyObject {
  const key = rsaKey(createPrivateKey, pem);
  if (key === undefined) throw new Error("the merchant's private key is no RSA key in PEM form");
  return key;
}

const PrivateKeyPem = z.string().refine((pem) => rsaKey(createPrivateKey, pem) !== undefined, {
  message: "no RSA private key in PEM form",
});

const PublicKeyPem = z.string().refine((pem) => readPublicKey(pem) !== undefined, {
  message: "no RSA public key or certificate in PEM form",
});

/** `PUB_KEY_ID_…` for a WeChat Pay public key, upper-case hexadecimal for a platform certificate. */
const PlatformSerial = z.string().regex(/^(?:PUB_KEY_ID_[0-9A-Za-z]{1,64}|[0-9A-F]{8,64})$/);

export const WechatPayKeysSchema = z.strictObject({
  /** PEM; signs our requests and the parameters that apps pay with. */
  merchantPrivateKey: PrivateKeyPem,
  /** Serial number of the merchant's certificate, upper-case hexadecimal. */
  merchantSerial: z.string().regex(/^[0-9A-F]{8,64}$/),
  /** 32 characters; the AES-256-GCM key of callbacks and certificates. */
  apiV3Key: z.string().regex(/^[!-~]{32}$/, { message: "not 32 visible ASCII characters" }),
  /** PEM by serial. More than one while a merchant moves from certificates to the public key. */
  platformKeys: z.record(PlatformSerial, PublicKeyPem),
});

export type WechatPayKeys = z.infer<typeof WechatPayKeysSchema>;
