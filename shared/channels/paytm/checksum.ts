/**
 * Paytm's checksum: SHA-256 over the input and a salt, encrypted with AES-CBC under the merchant key and a fixed
 * initialisation vector.
 * @see https://www.paytmpayments.com/docs/checksum
 */
import { createCipheriv, createDecipheriv, createHash, timingSafeEqual } from "node:crypto";

const IV = Buffer.from("@@@@&&&&####$$$$", "ascii");
const SALT_CHARACTERS = 4;
/** Bytes of randomness that make a salt: four characters of base64. */
export const SALT_BYTES = 3;
const HASH_CHARACTERS = 64;

const algorithmOf = (key: string): string => `aes-${key.length * 8}-cbc`;

const saltedHash = (input: string, salt: string): string =>
  createHash("sha256").update(`${input}|${salt}`, "utf8").digest("hex") + salt;

/** The checksum of a text. `salt`: three fresh bytes. `key`: 16, 24 or 32 ASCII characters. */
export function checksumOf(input: string, key: string, salt: Uint8Array): string {
  const cipher = createCipheriv(algorithmOf(key), Buffer.from(key, "ascii"), IV);
  const plain = saltedHash(input, Buffer.from(salt).toString("base64"));
  return Buffer.concat([cipher.update(plain, "latin1"), cipher.final()]).toString("base64");
}

/** The decrypted hash and salt; `undefined` for a text that this key never made. */
function decrypted(checksum: string, key: string): string | undefined {
  const bytes = Buffer.from(checksum, "base64");
  // One text only for each value: Node's own decoder overlooks stray characters and spare bits.
  if (bytes.length === 0 || bytes.toString("base64") !== checksum) return undefined;
  try {
    const decipher = createDecipheriv(algorithmOf(key), Buffer.from(key, "ascii"), IV);
    return Buffer.concat([decipher.update(bytes), decipher.final()]).toString("latin1");
  } catch {
    return undefined;
  }
}

/** Whether a checksum belongs to a text under one of these keys. Compares in constant time. */
export function isChecksumOf(input: string, checksum: string, keys: readonly string[]): boolean {
  return keys.some((key) => {
    const plain = decrypted(checksum, key);
    if (plain?.length !== HASH_CHARACTERS + SALT_CHARACTERS) return false;
    const expected = saltedHash(input, plain.slice(HASH_CHARACTERS));
    return timingSafeEqual(Buffer.from(plain, "latin1"), Buffer.from(expected, "latin1"));
  });
}

/** The input of a form's checksum: its values in the order of their names, joined by bars. */
export const formInput = (fields: ReadonlyMap<string, string>): string =>
  [...fields]
    .filter(([name]) => name !== "CHECKSUMHASH")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value)
    .join("|");
