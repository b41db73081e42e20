/** What crosses the engine's port as text: it must be what went in, whatever it holds. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  answerFromText,
  answerToText,
  requestFromText,
  requestToText,
} from "../../../../local/cloud/lambda/port-text.ts";

/** As in a header: no line break. */
const field = fc
  .string({ unit: "binary", minLength: 1, maxLength: 20 })
  .filter((text) => !text.includes("\n"));
const body = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "\n", "3\n1\n200\n", "\ud800"),
  fc.json(),
);
const id = fc.nat();

describe("a message on the engine's port", () => {
  it("gives the request that it was made of", () => {
    const request = fc.record(
      { id, target: fc.oneof(field, fc.constant("")), authorization: field, host: field, body },
      { requiredKeys: ["id", "target", "authorization", "body"] },
    );
    fc.assert(
      fc.property(request, (one) => {
        expect(requestFromText(requestToText(one))).toEqual({ ...one });
      }),
    );
  });

  it("gives the answer that it was made of, or none", () => {
    const headers = fc.dictionary(field, fc.oneof(field, fc.constant("")), { noNullPrototype: true });
    const answer = fc.record({ status: fc.integer({ min: 100, max: 599 }), headers, body });
    const message = fc.record({ id, answer }, { requiredKeys: ["id"] });
    fc.assert(
      fc.property(message, (one) => {
        expect(answerFromText(answerToText(one))).toEqual({ ...one });
      }),
    );
  });
});
