import { constants, createCipheriv, privateDecrypt } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decryptResource,
  type EncryptedResource,
  encryptField,
  fieldSeed,
} from "../../../../shared/channels/wechat-pay/cipher.ts";
import { newRsaPair } from "./rsa-keys.ts";

const key = Buffer.from("0123456789abcdef0123456789ABCDEF");

function encrypted(text: string, associatedData: string | undefined): EncryptedResource {
  const cipher = createCipheriv("aes-256-gcm", key, Buffer.from("abcdefghijkl"));
  cipher.setAAD(Buffer.from(associatedData ?? ""));
  const bytes = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return {
    algorithm: "AEAD_AES_256_GCM",
    ciphertext: bytes.toString("base64"),
    nonce: "abcdefghijkl",
    ...(associatedData === undefined ? {} : { associated_data: associatedData }),
  };
}

describe("an encrypted resource", () => {
  it("comes back for every text and associated data", () => {
    const associated = fc.option(fc.string(), { nil: undefined });
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), associated, (text, data) => {
        expect(decryptResource(key, encrypted(text, data))).toBe(text);
      }),
    );
  });

  it("takes missing, null and empty associated data as the same", () => {
    const resource = encrypted("x", undefined);
    expect(decryptResource(key, { ...resource, associated_data: null })).toBe("x");
    expect(decryptResource(key, { ...resource, associated_data: "" })).toBe("x");
  });

  it("is nothing when a single bit was changed", () => {
    const resource = encrypted("a text", "transaction");
    const { length } = Buffer.from(resource.ciphertext, "base64");
    fc.assert(
      fc.property(fc.nat(length * 8 - 1), (bit) => {
        const bytes = Buffer.from(resource.ciphertext, "base64");
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const changed = { ...resource, ciphertext: bytes.toString("base64") };
        expect(decryptResource(key, changed)).toBeUndefined();
      }),
    );
    expect(decryptResource(key, { ...resource, associated_data: "refund" })).toBeUndefined();
    expect(decryptResource(key, { ...resource, nonce: "abcdefghijkm" })).toBeUndefined();
    expect(decryptResource(key, { ...resource, ciphertext: "AAAA" })).toBeUndefined();
  });
});

describe("an encrypted field", () => {
  const { privateKey, publicKey } = newRsaPair();
  const decrypt = (text: string) =>
    privateDecrypt(
      { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" },
      Buffer.from(text, "base64"),
    ).toString("utf8");

  it("is read by whoever has the private key", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 20 }),
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        (text, seed) => {
          fc.pre(Buffer.byteLength(text) <= 214);
          expect(decrypt(encryptField(publicKey, text, seed))).toBe(text);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("is as long as the key allows, and no longer", () => {
    const seed = Buffer.alloc(20, 7);
    expect(decrypt(encryptField(publicKey, "x".repeat(214), seed))).toHaveLength(214);
    expect(() => encryptField(publicKey, "x".repeat(215), seed)).toThrow(RangeError);
    expect(() => encryptField(publicKey, "x", Buffer.alloc(19))).toThrow(RangeError);
  });

  it("is the same for the same parts, and another for others", () => {
    const text = (...parts: readonly string[]) => encryptField(publicKey, "张三", fieldSeed(key, ...parts));
    expect(text("wdr_1", "张三")).toBe(text("wdr_1", "张三"));
    expect(text("wdr_1", "张三")).not.toBe(text("wdr_2", "张三"));
    expect(fieldSeed(key, "ab", "c")).not.toEqual(fieldSeed(key, "a", "bc"));
    expect(fieldSeed(Buffer.from("another"), "a")).not.toEqual(fieldSeed(key, "a"));
  });
});
