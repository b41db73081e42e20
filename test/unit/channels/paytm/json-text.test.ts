import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memberTexts } from "../../../../shared/channels/paytm/json-text.ts";

describe("the members of a JSON object as they were sent", () => {
  it("keep their spaces, numbers and escapes", () => {
    const text =
      ' {"head" : {"a":"}\\"," } ,\n"body":{ "amount": 1.10, "n":"\\u20b9" },"x":[1,{"y":"]"}], "z": null} ';
    expect(memberTexts(text)).toEqual(
      new Map([
        ["head", '{"a":"}\\"," }'],
        ["body", '{ "amount": 1.10, "n":"\\u20b9" }'],
        ["x", '[1,{"y":"]"}]'],
        ["z", "null"],
      ]),
    );
  });

  it("stand between blanks of every kind", () => {
    const text = '\r\n\t{\t"a"\r:\t1 ,\r\n"b"\n: "x"\t,\t"c":[]\r}\n';
    expect(memberTexts(text)).toEqual(
      new Map([
        ["a", "1"],
        ["b", '"x"'],
        ["c", "[]"],
      ]),
    );
  });

  it("are cut right out of any object", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(4), (value, indent) => {
        const texts = memberTexts(JSON.stringify(value, null, indent));
        const read = [...(texts ?? [])].map(([name, text]): [string, unknown] => [name, JSON.parse(text)]);
        expect(read).toEqual(Object.entries(JSON.parse(JSON.stringify(value))));
      }),
    );
  });

  it("are those of nothing else than an object, and of none that names one twice", () => {
    for (const text of [
      "",
      "1",
      "[]",
      "null",
      '"{"',
      "{",
      '{"a":1,"a":2}',
      '{"a":1,"\\u0061":2}',
      '{"a":1} x',
    ]) {
      expect(memberTexts(text), text).toBeUndefined();
    }
    expect(memberTexts("{}")).toEqual(new Map());
  });
});
