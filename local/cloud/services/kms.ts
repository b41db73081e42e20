// KMS with keys of our own: GenerateMac, VerifyMac, Encrypt, Decrypt. One secret a key, kept in the secrets file.

import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { recordOrEmpty } from "../json.ts";
import type { SecretStore } from "./secrets.ts";
import { refused, type ServiceAnswer, type ServiceHandler } from "./service.ts";

type Key = { readonly id: string; readonly arn: string; readonly spec: string };

/** The one algorithm and hash of each kind of HMAC key. */
const macs: Readonly<Record<string, { readonly algorithm: string; readonly hash: string }>> = {
  HMAC_256: { algorithm: "HMAC_SHA_256", hash: "sha256" },
  HMAC_384: { algorithm: "HMAC_SHA_384", hash: "sha384" },
  HMAC_512: { algorithm: "HMAC_SHA_512", hash: "sha512" },
};
const LONGEST_MESSAGE = 4096;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Blobs carry the key's id in front, as KMS's do, so that `Decrypt` needs no key id. */
export function keyService(keys: readonly Key[], secrets: SecretStore): ServiceHandler {
  const keyOf = (id: unknown): Key | undefined => keys.find((key) => key.arn === id || key.id === id);
  const materialOf = (key: Key): Buffer =>
    Buffer.from(
      secrets.keep(`kms:${key.id}`, () => randomBytes(32).toString("base64")),
      "base64",
    );
  const bytes = (value: unknown): Buffer => Buffer.from(String(value ?? ""), "base64");

  const mac = (key: Key, input: Record<string, unknown>): Buffer | ServiceAnswer => {
    const made = macs[key.spec];
    if (made === undefined || made.algorithm !== input["MacAlgorithm"])
      return refused(
        "InvalidKeyUsageException",
        `${key.arn} key spec is ${key.spec} which is not valid for ${String(input["MacAlgorithm"])}.`,
      );
    const message = bytes(input["Message"]);
    if (message.length === 0 || message.length > LONGEST_MESSAGE)
      return refused("ValidationException", `The message is not 1 to ${LONGEST_MESSAGE} bytes long`);
    return createHmac(made.hash, materialOf(key)).update(message).digest();
  };

  const encrypt = (key: Key, input: Record<string, unknown>): string => {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", materialOf(key), iv).setAAD(contextOf(input));
    const text = Buffer.concat([cipher.update(bytes(input["Plaintext"])), cipher.final()]);
    return Buffer.concat([Buffer.from(key.id), iv, cipher.getAuthTag(), text]).toString("base64");
  };

  const decrypt = (input: Record<string, unknown>): ServiceAnswer => {
    const blob = bytes(input["CiphertextBlob"]);
    const key = keys.find((candidate) => blob.subarray(0, candidate.id.length).toString() === candidate.id);
    if (key === undefined) return refused("InvalidCiphertextException", "");
    const sealed = blob.subarray(key.id.length);
    const decipher = createDecipheriv("aes-256-gcm", materialOf(key), sealed.subarray(0, IV_BYTES));
    try {
      decipher.setAAD(contextOf(input)).setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const text = Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
      return {
        result: {
          KeyId: key.arn,
          Plaintext: text.toString("base64"),
          EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
        },
      };
    } catch {
      return refused("InvalidCiphertextException", "");
    }
  };

  return ({ operation, input }) => {
    if (operation === "Decrypt") return decrypt(input);
    const key = keyOf(input["KeyId"]);
    if (key === undefined)
      return refused("NotFoundException", `Key '${String(input["KeyId"])}' does not exist`);
    switch (operation) {
      case "GenerateMac": {
        const made = mac(key, input);
        if (!Buffer.isBuffer(made)) return made;
        return {
          result: { KeyId: key.arn, Mac: made.toString("base64"), MacAlgorithm: input["MacAlgorithm"] },
        };
      }
      case "VerifyMac": {
        const made = mac(key, input);
        const given = bytes(input["Mac"]);
        if (!Buffer.isBuffer(made)) return made;
        if (made.length !== given.length || !timingSafeEqual(made, given)) {
          return refused("KMSInvalidMacException", "");
        }
        return { result: { KeyId: key.arn, MacValid: true, MacAlgorithm: input["MacAlgorithm"] } };
      }
      case "Encrypt":
        if (key.spec !== "SYMMETRIC_DEFAULT")
          return refused("InvalidKeyUsageException", `${key.arn} key spec is ${key.spec}.`);
        return {
          result: {
            KeyId: key.arn,
            CiphertextBlob: encrypt(key, input),
            EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
          },
        };
      default:
        return refused("UnsupportedOperationException", `${operation} is not supported`);
    }
  };
}

/** The encryption context binds a blob to its purpose: names sorted, so that order does not matter. */
function contextOf(input: Record<string, unknown>): Buffer {
  const entries = Object.entries(recordOrEmpty(input["EncryptionContext"]));
  return Buffer.from(JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
}
