import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checksumOf, formInput, isChecksumOf } from "../../../../shared/channels/paytm/checksum.ts";

const TEXT = '{"mid":"M","note":"₹ 12"}';
const KEY = "0123456789abcdef";

/** Made with the OpenSSL command line: `dgst -sha256` of the text, a bar and `AAEC`, then `enc -aes-<bits>-cbc`. */
const vectors = [
  [
    KEY,
    "ovxJR6GRAGI0yR4QFFvf+uBmw0aJ3xnBvFEFnNa6wZGJAG15GGGAyPv3w2+JtibFWlpcRakMBRz3+mf9hpkq5NFY8kE5tnC2sYYvyQ4BA/Y=",
  ],
  [
    "0123456789abcdefghijklmn",
    "+rVzaS1c6sCKNu0ae87XQInHhSTwwLSxIJGrbaQIL7U34VkDT6WgGqgiHuBtNU62kmNqqtPbzYpe0+zCk9L663uUbsRP9e5p4wGFZ/4fOWE=",
  ],
  [
    "0123456789abcdefghijklmnopqrstuv",
    "c4pf2dYSIPR+PsF/RcOAo7ZTs3SMbCQ2VzVChm9prLJftP1bDzxWxjF/1wJgaEKotuEulAUWWsrQrAb4noBVzwup56kdRNFHpKr0aY/FFvw=",
  ],
] as const;

describe("a checksum", () => {
  it.each(vectors)("is what OpenSSL makes of it with the key %s", (key, expected) => {
    expect(checksumOf(TEXT, key, Uint8Array.of(0, 1, 2))).toBe(expected);
    expect(isChecksumOf(TEXT, expected, [key])).toBe(true);
  });

  it("has 108 characters and belongs to its text and key alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (text, other) => {
        const checksum = checksumOf(text, KEY, randomBytes(3));
        expect(checksum).toHaveLength(108);
        expect(isChecksumOf(text, checksum, ["ffffffffffffffff", KEY])).toBe(true);
        expect(isChecksumOf(text, checksum, ["ffffffffffffffff"])).toBe(false);
        if (other !== text) expect(isChecksumOf(other, checksum, [KEY])).toBe(false);
      }),
    );
  });

  it("is not believed from any other text of the signature", () => {
    const checksum = vectors[0][1];
    const spareBits = `${checksum.slice(0, 106)}Z=`;
    expect(Buffer.from(spareBits, "base64")).toEqual(Buffer.from(checksum, "base64"));
    for (const wrong of ["", "=", " ", "hello", spareBits, `${checksum}\n`, checksum.slice(0, 88)]) {
      expect(isChecksumOf(TEXT, wrong, [KEY]), wrong).toBe(false);
    }
    fc.assert(fc.property(fc.base64String(), (wrong) => !isChecksumOf(TEXT, wrong, [KEY])));
  });

  it("is not believed with any bit of it another, whatever that decrypts to", () => {
    const bytes = Buffer.from(vectors[0][1], "base64");
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(isChecksumOf(TEXT, changed.toString("base64"), [KEY]), String(bit)).toBe(false);
    }
  });

  it("is made with one byte of the key a character", () => {
    const key = "0123456789abcde\u00e9";
    expect(isChecksumOf(TEXT, checksumOf(TEXT, key, Uint8Array.of(0, 1, 2)), [key])).toBe(true);
  });

  it("covers the values of a form in the order of their names", () => {
    const fields = new Map([
      ["b", "2|"],
      ["CHECKSUMHASH", "x"],
      ["a", ""],
      ["B", "₹"],
    ]);
    expect(formInput(fields)).toBe("₹||2|");
  });
});
