/** Expressions: what holds, what is refused and in which words, what an update makes of an item. */
import { PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import type { DynamoHarness } from "./harness.ts";

const ITEM = {
  sk: "item",
  num: 10,
  str: "hello",
  flag: true,
  nil: null,
  bin: new Uint8Array([1, 2, 3]),
  lst: [1, "two", { three: 3 }],
  doc: { inner: { leaf: 5 }, arr: [7] },
  strings: new Set(["a", "b"]),
  numbers: new Set([1, 2]),
};

const HOLDS: readonly (readonly [expression: string, value: unknown, holds: boolean])[] = [
  ["num = :v", 10, true],
  ["num <> :v", 10, false],
  ["num < :v", 11, true],
  ["num <= :v", 9, false],
  ["num > :v", 9.5, true],
  ["num >= :v", 10, true],
  ["num = :v", "10", false],
  ["num <> :v", "10", true],
  ["num < :v", "z", false],
  [":v = num", 10, true],
  ["(num) = :v", 10, true],
  ["absent = :v", 10, false],
  ["absent <> :v", 10, true],
  ["NOT absent = :v", 10, true],
  ["NOT NOT num = :v", 10, true],
  ["num BETWEEN :v AND :v", 10, true],
  ["str between :v and :v", "hello", true],
  ["num IN (:v)", 10, true],
  ["num in (absent, :v)", 10, true],
  ["num = :v OR num = :v AND str = :v", 10, true],
  ["(num = :v OR num = :v) AND str = :v", 10, false],
  ["attribute_exists(doc.#inner.leaf) AND num = :v", 10, true],
  ["attribute_exists(doc.#inner.nope) OR num <> :v", 10, false],
  ["attribute_not_exists(lst[3]) AND num = :v", 10, true],
  ["attribute_type(strings, :v)", "SS", true],
  ["attribute_type(nil, :v)", "NULL", true],
  ["attribute_type(doc, :v)", "L", false],
  ["begins_with(str, :v)", "hel", true],
  ["begins_with(bin, :v)", new Uint8Array([1, 2]), true],
  ["begins_with(num, :v)", "1", false],
  ["contains(str, :v)", "ell", true],
  ["contains(strings, :v)", "b", true],
  ["contains(numbers, :v)", 2, true],
  ["contains(lst, :v)", "two", true],
  ["contains(lst, :v)", { three: 3 }, true],
  ["contains(str, :v)", 1, false],
  ["contains(strings, :v)", new Set(["a"]), false],
  ["size(str) = :v", 5, true],
  ["size(bin) = :v", 3, true],
  ["size(lst) = :v", 3, true],
  ["size(doc) = :v", 2, true],
  ["size(strings) = :v", 2, true],
  ["size(num) = :v", 2, false],
  ["size(str) > size(lst) AND num = :v", 10, true],
  ["doc.arr[0] = :v", 7, true],
  ["lst[2].three = :v", 3, true],
  ["doc = :v", { arr: [7], inner: { leaf: 5 } }, true],
  ["strings = :v", new Set(["b", "a"]), true],
  ["lst = :v", [1, "two", { three: 3 }], true],
  ["flag = :v", true, true],
  ["nil = :v", null, true],
];

const REFUSED: readonly (readonly [expression: string, values: Record<string, unknown>, reason: string])[] = [
  ["num", {}, 'Syntax error; token: "<EOF>", near: "num"'],
  ["num = ", {}, 'Syntax error; token: "<EOF>", near: "= "'],
  ["num == :v", { ":v": 1 }, 'Syntax error; token: "=", near: "== :v"'],
  ["num IN ()", {}, 'Syntax error; token: ")", near: "()"'],
  ["num = 5", {}, 'Syntax error; token: "5", near: "= 5"'],
  ["num + :v = :v", { ":v": 1 }, 'Syntax error; token: "+", near: "num + :v"'],
  ["a..b = :v", { ":v": 1 }, 'Syntax error; token: ".", near: "..b"'],
  ["status = :v", { ":v": 1 }, "Attribute name is a reserved keyword; reserved keyword: status"],
  [
    "#no = :v",
    { ":v": 1 },
    "An expression attribute name used in the document path is not defined; attribute name: #no",
  ],
  [
    "num = :no",
    { ":v": 1 },
    "An expression attribute value used in expression is not defined; attribute value: :no",
  ],
  [
    "num = num",
    {},
    "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [num]",
  ],
  ["((num = :v))", { ":v": 1 }, "The expression has redundant parentheses;"],
  ["foo(num)", {}, "Invalid function name; function: foo"],
  ["Attribute_exists(num)", {}, "Invalid function name; function: Attribute_exists"],
  [
    "if_not_exists(num, :v)",
    { ":v": 1 },
    "The function is not allowed in a condition expression; function: if_not_exists",
  ],
  ["size(num)", {}, "The function is not allowed to be used this way in an expression; function: size"],
  [
    "attribute_exists(:v)",
    { ":v": 1 },
    "Operator or function requires a document path; operator or function: attribute_exists",
  ],
  [
    "attribute_exists(num, str)",
    {},
    "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2",
  ],
  [
    "begins_with(str, :v)",
    { ":v": 1 },
    "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
  ],
  [
    "size(:v) = :v",
    { ":v": 1 },
    "Incorrect operand type for operator or function; operator or function: size, operand type: N",
  ],
  [
    "num > :v",
    { ":v": true },
    "Incorrect operand type for operator or function; operator or function: >, operand type: BOOL",
  ],
  [
    "num BETWEEN :v AND :w",
    { ":v": 2, ":w": 1 },
    "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}",
  ],
  [
    "num BETWEEN :v AND :w",
    { ":v": 2, ":w": "x" },
    "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {S:x}",
  ],
  [
    "lst[99999999999] = :v",
    { ":v": 1 },
    "List index is not within the allowable range; index: [99999999999]",
  ],
];

export function expressionContract(harness: () => DynamoHarness): void {
  describe("conditions", () => {
    let pk = "";

    beforeAll(async () => {
      pk = harness().partition();
      await harness().documents.send(new PutCommand({ TableName: harness().table, Item: { ...ITEM, pk } }));
    });

    const filter = (expression: string, values: Record<string, unknown>) =>
      harness().documents.send(
        new QueryCommand({
          TableName: harness().table,
          KeyConditionExpression: "pk = :pk",
          FilterExpression: expression,
          ExpressionAttributeValues: { ":pk": pk, ...values },
          ...(expression.includes("#inner") && { ExpressionAttributeNames: { "#inner": "inner" } }),
        }),
      );

    it.each(HOLDS)("%s for %o is %o", async (expression, value, holds) => {
      expect((await filter(expression, { ":v": value })).Count).toBe(holds ? 1 : 0);
    });

    it.each(REFUSED)("refuses %s with %o", async (expression, values, reason) => {
      await expect(filter(expression, values)).rejects.toMatchObject({
        name: "ValidationException",
        message: `Invalid FilterExpression: ${reason}`,
      });
    });

    it("refuses placeholders that no expression uses", async () => {
      await expect(filter("num = :v", { ":v": 1, ":w": 2 })).rejects.toMatchObject({
        message: "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}",
      });
      const unusedName = new QueryCommand({
        TableName: harness().table,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": pk },
        ExpressionAttributeNames: { "#n": "num" },
      });
      await expect(harness().documents.send(unusedName)).rejects.toMatchObject({
        message: "Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}",
      });
    });
  });
}
