/** What API v3 encrypts: callbacks and certificates with our shared key, personal fields with the provider's public key. */
import {
  constants,
  createDecipheriv,
  createHash,
  createHmac,
  type KeyObject,
  publicEncrypt,
} from "node:crypto";
import * as z from "zod";

const ALGORITHM = "AEAD_AES_256_GCM";
const TAG_BYTES = 16;

/** An encrypted resource as callbacks and certificates carry it. */
export const EncryptedResource = z.object({
  algorithm: z.literal(ALGORITHM),
  ciphertext: z.base64(),
  /** 12 characters, used as they are. */
  nonce: z.string().length(12),
  associated_data: z.string().nullish(),
});
export type EncryptedResource = z.infer<typeof EncryptedResource>;

/**
 * The plain text: AES-256-GCM, the tag at the end of the ciphertext. `undefined` when it was encrypted with another key
 * or changed on its way.
 */
export function decryptResource(
  apiV3Key: Uint8Array,
  { ciphertext, nonce, associated_data }: EncryptedResource,
): string | undefined {
  const bytes = Buffer.from(ciphertext, "base64");
  if (bytes.length < TAG_BYTES) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", apiV3Key, Buffer.from(nonce, "utf8"), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  decipher.setAAD(Buffer.from(associated_data ?? "", "utf8"));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}

const HASH_BYTES = 20;

/** MGF1 over SHA-1. @see RFC 8017, B.2.1 */
function mask(seed: Uint8Array, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / HASH_BYTES) }, (_, index) => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(index);
    return createHash("sha1").update(seed).update(counter).digest();
  });
  return Buffer.concat(blocks).subarray(0, length);
}

const xor = (left: Uint8Array, right: Uint8Array): Buffer =>
  Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));

/** The modulus in bytes. @throws RangeError on a key that is not RSA. */
function modulusBytes(key: KeyObject): number {
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits === undefined) throw new RangeError("personal fields are encrypted with RSA keys only");
  return Math.ceil(bits / 8);
}

/**
 * A personal field for the provider's eyes: RSA-OAEP with SHA-1 and an empty label, base64. The padding is laid here
 * because Node's own draws fresh randomness: with the seed given, a repeated request is the same request.
 * @see RFC 8017, 7.1.1
 * @param seed 20 bytes that nobody else can know or guess, for this text alone
 * @throws RangeError on a text that is too long for the key
 */
export function encryptField(key: KeyObject, text: string, seed: Uint8Array): string {
  const size = modulusBytes(key);
  const message = Buffer.from(text, "utf8");
  const room = size - 2 * HASH_BYTES - 2;
  if (message.length > room) throw new RangeError(`a personal field holds at most ${room} bytes`);
  if (seed.length !== HASH_BYTES) throw new RangeError(`the seed is ${HASH_BYTES} bytes`);
  const block = Buffer.concat([
    createHash("sha1").digest(),
    Buffer.alloc(room - message.length),
    Buffer.from([1]),
    message,
  ]);
  const maskedBlock = xor(block, mask(seed, block.length));
  const maskedSeed = xor(seed, mask(maskedBlock, HASH_BYTES));
  return publicEncrypt(
    { key, padding: constants.RSA_NO_PADDING },
    Buffer.concat([Buffer.from([0]), maskedSeed, maskedBlock]),
  ).toString("base64");
}

/** The seed of a field: the same for the same parts, and unknown to whoever lacks the secret. */
export const fieldSeed = (secret: Uint8Array, ...parts: readonly string[]): Uint8Array =>
  createHmac("sha256", secret).update(JSON.stringify(parts)).digest().subarray(0, HASH_BYTES);
