import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readEnvelope, textAt } from "../../../../shared/channels/alipay/envelope.ts";

const METHOD = "alipay.trade.query";

describe("an envelope", () => {
  it("gives the inner object's text exactly as it was sent", () => {
    const inner = '{ "code" : "10000","a":"{\\"}" , "b":[{"c":"]"}],"url":"https:\\/\\/x"}';
    const text = `{ "alipay_trade_query_response" : ${inner} , "sign":"c2ln","alipay_cert_sn":"abc"}`;
    expect(readEnvelope(text, METHOD)).toMatchObject({
      ...{ text: inner, isError: false, signature: "c2ln", certificateSerial: "abc" },
      node: { code: "10000", a: '{"}', url: "https://x" },
    });
  });

  it("gives any object's text back, wherever it stands", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.integer({ min: 0, max: 2 }),
        (node, space) => {
          const inner = JSON.stringify(node, null, space);
          const after = `{"sign":"s", "alipay_trade_query_response":${inner}}`;
          expect(readEnvelope(after, METHOD)?.text).toBe(inner);
          const before = `{"alipay_trade_query_response":${inner},"sign":"s"}`;
          expect(readEnvelope(before, METHOD)?.text).toBe(inner);
        },
      ),
    );
  });

  it("tells the gateway's own error", () => {
    expect(readEnvelope('{"error_response":{"code":"40002"}}', METHOD)).toEqual({
      ...{ isError: true, text: '{"code":"40002"}', node: { code: "40002" } },
    });
  });

  it.each([
    ["another method's", '{"alipay_trade_close_response":{},"sign":"s"}'],
    ["with the same name twice", '{"alipay_trade_query_response":{},"alipay_trade_query_response":{}}'],
    ["with a name written in two ways", '{"sign":"a","\\u0073ign":"b","alipay_trade_query_response":{}}'],
    ["with encrypted content", '{"alipay_trade_query_response":"aGk=","sign":"s"}'],
    ["with a list", '{"alipay_trade_query_response":[],"sign":"s"}'],
    ["a list", "[]"],
    ["not JSON", "{"],
    ["empty", ""],
  ])("%s is none", (_what, text) => {
    expect(readEnvelope(text, METHOD)).toBeUndefined();
  });
});

describe("a member", () => {
  it("counts when it says something", () => {
    const node = { a: "x", b: 12.5, c: "", d: null, e: {} };
    expect(["a", "b", "c", "d", "e", "f"].map((name) => textAt(node, name))).toEqual([
      ...["x", "12.5", undefined, undefined, undefined, undefined],
    ]);
  });
});
