/** Paytm's checksum, as the provider makes and checks it. */
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";

const VECTOR = "@@@@&&&&####$$$$";

const cipherName = (key: string): string => {
  const bits = { 16: 128, 24: 192, 32: 256 }[key.length];
  if (bits === undefined) throw new Error("A merchant key has 16, 24 or 32 characters.");
  return `aes-${bits}-cbc`;
};

/** A checksum of `input`; `saltBytes` are three random bytes. */
export function sign(input: string, key: string, saltBytes: Uint8Array): string {
  const salt = Buffer.from(saltBytes).toString("base64");
  const digest = createHash("sha256").update(input, "utf8").update(`|${salt}`).digest("hex");
  const cipher = createCipheriv(cipherName(key), key, VECTOR);
  return cipher.update(digest + salt, "utf8", "base64") + cipher.final("base64");
}

/** Whether `checksum` was made of `input` with `key`. */
export function verify(input: string, key: string, checksum: string): boolean {
  let plain: string;
  try {
    const decipher = createDecipheriv(cipherName(key), key, VECTOR);
    plain = decipher.update(checksum, "base64", "utf8") + decipher.final("utf8");
  } catch {
    return false;
  }
  if (plain.length !== 68) return false;
  const salt = plain.slice(-4);
  return plain.slice(0, -4) === createHash("sha256").update(`${input}|${salt}`, "utf8").digest("hex");
}

/** What the checksum of a form covers. */
export const inputOfForm = (fields: Readonly<Record<string, string>>): string =>
  Object.keys(fields)
    .filter((name) => name !== "CHECKSUMHASH")
    .sort()
    .map((name) => fields[name] ?? "")
    .join("|");
