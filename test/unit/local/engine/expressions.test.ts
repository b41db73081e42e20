/** The grammar of conditions against a reference, and updates that must not disturb one another. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Item } from "../../../../local/engine/dynamo/attribute-values.ts";
import { parseCondition } from "../../../../local/engine/dynamo/expressions/condition-parser.ts";
import { evaluate } from "../../../../local/engine/dynamo/expressions/evaluate.ts";
import { project } from "../../../../local/engine/dynamo/expressions/paths.ts";
import { readPlaceholders } from "../../../../local/engine/dynamo/expressions/placeholders.ts";
import { parseProjection } from "../../../../local/engine/dynamo/expressions/projection-parser.ts";
import { isReservedWord } from "../../../../local/engine/dynamo/expressions/reserved-words.ts";
import { applyUpdate } from "../../../../local/engine/dynamo/expressions/update.ts";
import { parseUpdate } from "../../../../local/engine/dynamo/expressions/update-parser.ts";

/** A boolean expression: its text at each strength of binding, and its value for three numbers. */
type Tree =
  | {
      readonly kind: "leaf";
      readonly name: "va" | "vb" | "vc";
      readonly sign: "=" | "<>" | "<" | ">=";
      readonly value: number;
    }
  | { readonly kind: "not"; readonly inner: Tree }
  | { readonly kind: "and" | "or"; readonly left: Tree; readonly right: Tree };

const VALUES = 3;
const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({
      kind: fc.constant("leaf" as const),
      name: fc.constantFrom("va", "vb", "vc"),
      sign: fc.constantFrom("=", "<>", "<", ">="),
      value: fc.integer({ min: 0, max: VALUES - 1 }),
    }),
    fc.record({ kind: fc.constant("not" as const), inner: tie("tree") }),
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      left: tie("tree"),
      right: tie("tree"),
    }),
  ),
})).tree;

const STRENGTH = { or: 0, and: 1, not: 2, leaf: 3 };

/** Parentheses only where the grammar needs them, so that precedence is tested too. */
function print(node: Tree, atLeast = 0): string {
  const text =
    node.kind === "leaf"
      ? `${node.name} ${node.sign} :n${node.value}`
      : node.kind === "not"
        ? `NOT ${print(node.inner, 2)}`
        : `${print(node.left, STRENGTH[node.kind])} ${node.kind.toUpperCase()} ${print(node.right, STRENGTH[node.kind] + 1)}`;
  return STRENGTH[node.kind] < atLeast ? `(${text})` : text;
}

function holds(node: Tree, numbers: Readonly<Record<string, number>>): boolean {
  switch (node.kind) {
    case "leaf": {
      const value = numbers[node.name] ?? 0;
      if (node.sign === "=") return value === node.value;
      if (node.sign === "<>") return value !== node.value;
      return node.sign === "<" ? value < node.value : value >= node.value;
    }
    case "not":
      return !holds(node.inner, numbers);
    case "and":
      return holds(node.left, numbers) && holds(node.right, numbers);
    case "or":
      return holds(node.left, numbers) || holds(node.right, numbers);
  }
}

const placeholders = (values: Readonly<Record<string, unknown>>) =>
  readPlaceholders({ ConditionExpression: "x", ExpressionAttributeValues: values }, ["ConditionExpression"]);

describe("conditions", () => {
  it("bind as NOT, then AND, then OR, whatever the nesting", () => {
    const number = fc.integer({ min: 0, max: VALUES - 1 });
    fc.assert(
      fc.property(tree, fc.record({ va: number, vb: number, vc: number }), (node, numbers) => {
        const known = placeholders({ ":n0": { N: "0" }, ":n1": { N: "1" }, ":n2": { N: "2" } });
        const condition = parseCondition(print(node), "ConditionExpression", known);
        const item: Item = Object.fromEntries(
          Object.entries(numbers).map(([name, value]) => [name, { N: `${value}` }]),
        );
        expect(evaluate(condition, item)).toBe(holds(node, numbers));
      }),
    );
  });

  it("never fail but by a refusal, whatever the text", () => {
    const word = fc.constantFrom(
      "va",
      "#n",
      ":v",
      "AND",
      "OR",
      "NOT",
      "IN",
      "BETWEEN",
      "(",
      ")",
      "[",
      "]",
      "1",
      ".",
      ",",
      "=",
      "<",
      "size",
      "contains",
      "attribute_exists",
      "'",
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 10 }), (words) => {
        try {
          evaluate(
            parseCondition(words.join(" "), "ConditionExpression", placeholders({ ":v": { N: "1" } })),
            {},
          );
        } catch (error) {
          expect(error).toMatchObject({ code: "ValidationException" });
        }
      }),
    );
  });

  it("know no attribute that objects inherit", () => {
    const known = placeholders({ ":v": { N: "1" } });
    expect(evaluate(parseCondition("attribute_exists(toString)", "ConditionExpression", known), {})).toBe(
      false,
    );
  });
});

describe("updates", () => {
  it("leave alone what they do not name, and the item they start from", () => {
    const name: fc.Arbitrary<string> = fc.constantFrom("na", "nb", "nc", "nd");
    const item = fc.dictionary(
      name,
      fc.integer().map((value) => ({ N: String(value) })),
    );
    fc.assert(
      fc.property(item, fc.uniqueArray(name, { minLength: 1 }), (before, changed) => {
        const copy = structuredClone(before);
        const known = placeholders({ ":v": { S: "new" } });
        const update = parseUpdate(`SET ${changed.map((one) => `${one} = :v`).join(", ")}`, known);
        const after = applyUpdate(update, before);
        expect(before).toEqual(copy);
        for (const one of ["na", "nb", "nc", "nd"]) {
          expect(after[one]).toEqual(changed.includes(one) ? { S: "new" } : before[one]);
        }
      }),
    );
  });

  it("take any attribute name through a placeholder", () => {
    const known = readPlaceholders(
      {
        UpdateExpression: "x",
        ExpressionAttributeNames: { "#n": "__proto__" },
        ExpressionAttributeValues: { ":v": { S: "safe" } },
      },
      ["UpdateExpression"],
    );
    const after = applyUpdate(parseUpdate("SET #n = :v", known), {});
    expect(JSON.stringify(after)).toBe('{"__proto__":{"S":"safe"}}');
  });
});

describe("projections", () => {
  it("are a part of the item, and projecting again changes nothing", () => {
    const leaf = fc.integer().map((value) => ({ N: String(value) }));
    const item = fc.record({
      doc: fc.record({ M: fc.dictionary(fc.constantFrom("x", "y", "z"), leaf) }),
      lst: fc.record({ L: fc.array(leaf, { maxLength: 3 }) }),
      num: leaf,
    });
    const choice = fc.uniqueArray(fc.constantFrom("doc.x", "doc.y", "num", "doc.z", "absent.x"), {
      minLength: 1,
    });
    fc.assert(
      fc.property(item, choice, (whole, chosen) => {
        const paths = parseProjection(
          chosen.join(", ").replace("absent", "nope"),
          placeholders({ ":v": { N: "1" } }),
        );
        const part = project(whole, paths);
        expect(whole).toMatchObject(part);
        expect(project(part, paths)).toEqual(part);
      }),
    );
  });
});

describe("reserved words", () => {
  it.each(["name", "STATUS", "Data", "ttl", "zone", "abort"])("include %s", (word) => {
    expect(isReservedWord(word)).toBe(true);
  });

  it.each(["pk", "amount", "balance", "version", "currency"])("do not include %s", (word) => {
    expect(isReservedWord(word)).toBe(false);
  });
});
