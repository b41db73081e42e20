/** The key of somebody who is not the provider, for callbacks that are forged with everything but the right key. */
import { generateKeyPairSync } from "node:crypto";

let made: string | undefined;

/** An RSA key of 2048 bits as PEM (PKCS #8), one for this process. */
export function strangersKey(): string {
  made ??= generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;
  return made;
}
