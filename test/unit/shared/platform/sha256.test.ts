/** The SDK's hash as ours: known answers, and the same signatures as with its own. */
import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Sha256 } from "../../../../shared/platform/sha256.ts";

const hex = async (hash: Sha256): Promise<string> => Buffer.from(await hash.digest()).toString("hex");

/** The same bytes in every form that a caller may give them. */
const forms = (bytes: Uint8Array) => {
  const wider = Uint8Array.from([1, ...bytes, 2]);
  return [
    bytes,
    Buffer.from(bytes),
    Uint8Array.from(bytes).buffer,
    wider.subarray(1, 1 + bytes.length),
    new DataView(wider.buffer, 1, bytes.length),
  ];
};

describe("Sha256", () => {
  it("gives the known answer for abc, @see FIPS 180-2, appendix B.1", async () => {
    const hash = new Sha256();
    hash.update("abc");
    expect(await hex(hash)).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it("gives the known HMAC, @see RFC 4231, test case 2", async () => {
    const hash = new Sha256("Jefe");
    hash.update("what do ya want for nothing?");
    expect(await hex(hash)).toBe("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  });

  it("equals Node's for any bytes, key and pieces, in every form", async () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(bytes, bytes, bytes, async (key, first, second) => {
        const plain = createHash("sha256").update(first).update(second).digest("hex");
        const keyed = createHmac("sha256", key).update(first).update(second).digest("hex");
        for (const [index, form] of forms(first).entries()) {
          const [hash, hmac] = [new Sha256(), new Sha256(forms(key)[index])];
          for (const one of [hash, hmac]) {
            one.update(form);
            one.update(second);
          }
          expect(await hex(hash)).toBe(plain);
          expect(await hex(hmac)).toBe(keyed);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("takes text as UTF-8, as key and as content", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "grapheme" }),
        fc.string({ unit: "grapheme" }),
        async (key, text) => {
          const hash = new Sha256(key);
          hash.update(text);
          expect(await hex(hash)).toBe(
            createHmac("sha256", Buffer.from(key)).update(Buffer.from(text)).digest("hex"),
          );
        },
      ),
    );
  });

  it("begins again after a reset, with its key", async () => {
    for (const make of [() => new Sha256(), () => new Sha256("key")]) {
      const [used, fresh] = [make(), make()];
      used.update("before");
      used.reset();
      used.update("after");
      fresh.update("after");
      expect(await hex(used)).toBe(await hex(fresh));
    }
  });

  it("is not misled by what it remembers of the last key and content", async () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 3 });
    const either = fc.oneof(bytes, fc.string({ unit: "binary", minLength: 1, maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(either, either), { maxLength: 8 }), async (pairs) => {
        for (const [key, content] of [...pairs, ...pairs]) {
          const hash = new Sha256(key);
          hash.update(content);
          const digest = await hash.digest();
          expect(Buffer.from(digest).toString("hex")).toBe(
            createHmac("sha256", key).update(content).digest("hex"),
          );
          // A caller may do with it as they like.
          digest.fill(0);
          if (typeof key !== "string") key.reverse();
        }
      }),
    );
  });
});
