/** The form encoding, read back by the simulator's own reader, which shares no code with it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseForm } from "../../../../local/channels/stripe/form.ts";
import { encodeForm } from "../../../../shared/channels/stripe/form.ts";

const decoded = (params: Parameters<typeof encodeForm>[0]): unknown =>
  JSON.parse(JSON.stringify(parseForm(encodeForm(params))));

describe("a form", () => {
  it("nests by brackets and lists by empty ones", () => {
    const encoded = encodeForm({ amount: 1230, metadata: { payment_id: "pay_1" }, expand: ["a", "b"] });
    expect(decodeURIComponent(encoded)).toBe("amount=1230&metadata[payment_id]=pay_1&expand[]=a&expand[]=b");
  });

  it("leaves out what has no value, which would ask Stripe to unset it", () => {
    expect(encodeForm({ a: undefined, b: "", c: { d: undefined }, e: false, f: 0 })).toBe("e=false&f=0");
  });

  it("survives any text", () => {
    const word = fc.stringMatching(/^[a-z_]{1,12}$/);
    const text = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(
        fc.dictionary(word, fc.oneof(text, fc.dictionary(word, text, { minKeys: 1 }))),
        (params) => {
          expect(decoded(params)).toEqual(params);
        },
      ),
    );
  });
});
