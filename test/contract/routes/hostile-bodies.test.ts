/** Bodies made to break parsers: each is refused by every route that takes a body, and none is a fault of ours. */
import { describe, expect, it } from "vitest";
import { routeSample } from "../../builders/route-sample.ts";
import { edgeOf, expectProblem, routeCases } from "./edge.ts";

type IsLeaf = (leaf: Json, name: string) => boolean;
type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const withBody = routeCases.filter(({ route }) => route.body !== undefined);

/** Copies of a value, each with one of its leaves replaced. @param name the member that the value is of */
function spoiled(value: Json, isLeaf: IsLeaf, replacement: string, name = ""): string[] {
  const around = (
    parts: readonly (readonly [string, Json])[],
    open: string,
    close: string,
    named: boolean,
  ) => {
    const text = (name: string, part: string) => (named ? `${JSON.stringify(name)}:${part}` : part);
    return parts.flatMap(([name, part], index) =>
      spoiled(part, isLeaf, replacement, name).map(
        (changed) =>
          open +
          parts
            .map(([other, own], at) =>
              at === index ? text(name, changed) : text(other, JSON.stringify(own)),
            )
            .join(",") +
          close,
      ),
    );
  };
  if (Array.isArray(value))
    return around(
      [...value.entries()].map(([at, part]) => [String(at), part]),
      "[",
      "]",
      false,
    );
  if (typeof value === "object" && value !== null) return around(Object.entries(value), "{", "}", true);
  return isLeaf(value, name) ? [replacement] : [];
}

const isText: IsLeaf = (leaf) => typeof leaf === "string";
const isNumber: IsLeaf = (leaf) => typeof leaf === "number";
/** A spread of nothing is a spread. */
const isAboveZero: IsLeaf = (leaf, name) => isNumber(leaf, name) && name !== "spreadBasisPoints";

const texts: readonly [string, string][] = [
  ["a NUL", '"a\\u0000b"'],
  ["a lone high surrogate", '"a\\ud800"'],
  ["a lone low surrogate", '"\\udc00a"'],
  ["an escape sequence for terminals", '"\\u001b[2J"'],
  ["nothing", '""'],
  ["far too much text", JSON.stringify("x".repeat(60_000))],
];

const numbers: readonly [string, string][] = [
  ["beyond every double", "1e400"],
  ["beyond the safe integers", "9007199254740993"],
  ["a huge integer", `1${"0".repeat(300)}`],
  ["a fraction", "10.5"],
  ["almost an integer", "1.0000000000000002"],
  ["below zero", "-1"],
  ["minus zero", "-0"],
  ["zero", "0"],
  ["text", '"5"'],
  ["a boolean", "true"],
  ["null", "null"],
];

describe.each(withBody)("$key", ({ route }) => {
  const sample = routeSample(route).body as { readonly [name: string]: Json };
  const inner = JSON.stringify(sample).slice(1, -1);
  const [firstName = ""] = Object.keys(sample);

  async function refuses(...bodies: string[]): Promise<void> {
    const edge = edgeOf(route);
    for (const rawBody of bodies) expectProblem(await edge.call({ rawBody }), "invalid-request");
    expect(edge.reached).toEqual([]);
  }

  it("refuses depth", async () => {
    const nested = (depth: number) => `{${inner},"more":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    await refuses(nested(17), nested(30_000));
    await refuses(`${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}`);
  });

  it("refuses members that would reach a prototype", async () => {
    await refuses(
      `{"__proto__":{"isOps":true},${inner}}`,
      `{${inner},"\\u005f_proto__":{}}`,
      `{${inner},"constructor":{"prototype":{}}}`,
    );
    expect(Reflect.get({}, "isOps")).toBeUndefined();
  });

  it("refuses a member that is there twice", async () => {
    await refuses(
      `{${inner},${JSON.stringify(firstName)}:${JSON.stringify(sample[firstName])}}`,
      `{${inner},"\\u${firstName.charCodeAt(0).toString(16).padStart(4, "0")}${firstName.slice(1)}":1}`,
    );
  });

  it("refuses bytes that are not UTF-8", async () => {
    const edge = edgeOf(route);
    const valid = Buffer.from(JSON.stringify(sample));
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
      const called = await edge.call({}, (event) => {
        event.body = Buffer.concat([valid.subarray(0, -1), Buffer.from(bytes), valid.subarray(-1)]).toString(
          "base64",
        );
        event.isBase64Encoded = true;
      });
      expectProblem(called, "invalid-request");
    }
    expect(edge.reached).toEqual([]);
  });

  it.each(texts)("refuses %s where text belongs", async (_, text) => {
    await refuses(...spoiled(sample, isText, text));
  });

  it.each(numbers)("refuses %s where a number belongs", async (_, text) => {
    await refuses(...spoiled(sample, Number(text) === 0 ? isAboveZero : isNumber, text));
  });
});
