/** Update expressions: what each makes of an item, and what is refused. */
import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import type { DynamoHarness } from "./harness.ts";

const BEFORE = { num: 10, str: "x", lst: [1, 2, 3], doc: { a: 1, b: { c: 2 } }, tags: new Set(["a", "b"]) };

type Case = readonly [
  expression: string,
  values: Record<string, unknown> | undefined,
  after: Record<string, unknown>,
];

const MAKES: readonly Case[] = [
  ["SET num = :v", { ":v": 5 }, { num: 5 }],
  ["SET num = num + :v", { ":v": 5 }, { num: 15 }],
  ["SET num = num - :v", { ":v": 0.5 }, { num: 9.5 }],
  ["SET num = :v - num, extra = num", { ":v": 1 }, { num: -9, extra: 10 }],
  ["SET extra = (num + :v)", { ":v": 1 }, { extra: 11 }],
  ["SET num = num + num", undefined, { num: 20 }],
  ["SET cnt = if_not_exists(cnt, :z) + :v", { ":z": 0, ":v": 1 }, { cnt: 1 }],
  ["SET num = if_not_exists(num, :z) + :v", { ":z": 0, ":v": 1 }, { num: 11 }],
  ["SET n2 = if_not_exists(nope, if_not_exists(num, :z))", { ":z": 0 }, { n2: 10 }],
  ["SET lst = list_append(lst, :l)", { ":l": [4] }, { lst: [1, 2, 3, 4] }],
  ["SET lst = list_append(:l, lst)", { ":l": [0] }, { lst: [0, 1, 2, 3] }],
  ["SET fresh = list_append(if_not_exists(fresh, :e), :l)", { ":e": [], ":l": [1] }, { fresh: [1] }],
  ["SET lst[1] = :v", { ":v": "two" }, { lst: [1, "two", 3] }],
  ["SET lst[9] = :v, lst[7] = :w", { ":v": 9, ":w": 7 }, { lst: [1, 2, 3, 7, 9] }],
  ["REMOVE lst[0], lst[2]", undefined, { lst: [2] }],
  ["SET lst[5] = :v REMOVE lst[0], lst[1]", { ":v": 1 }, { lst: [3, 1] }],
  ["SET doc.a = :v, doc.b.d = :v", { ":v": 7 }, { doc: { a: 7, b: { c: 2, d: 7 } } }],
  ["REMOVE doc.b.c, str", undefined, { doc: { a: 1, b: {} }, str: undefined }],
  ["REMOVE nope, doc.nope, lst[9]", undefined, {}],
  ["ADD num :v", { ":v": 5 }, { num: 15 }],
  ["ADD fresh :v", { ":v": 5 }, { fresh: 5 }],
  ["ADD doc.a :v", { ":v": 5 }, { doc: { a: 6, b: { c: 2 } } }],
  ["ADD tags :v", { ":v": new Set(["b", "c"]) }, { tags: new Set(["a", "b", "c"]) }],
  ["DELETE tags :v", { ":v": new Set(["a", "z"]) }, { tags: new Set(["b"]) }],
  ["DELETE tags :v", { ":v": new Set(["a", "b"]) }, { tags: undefined }],
  ["DELETE nope :v", { ":v": new Set(["a"]) }, {}],
  ["set num = :v remove str add cnt :v", { ":v": 1 }, { num: 1, str: undefined, cnt: 1 }],
];

const INVALID_PATH = "The document path provided in the update expression is invalid for update";
const WRONG_TYPE = "An operand in the update expression has an incorrect data type";
const INVALID = "Invalid UpdateExpression: ";

const REFUSED: readonly (readonly [
  expression: string,
  values: Record<string, unknown> | undefined,
  message: string,
])[] = [
  [
    "SET num = nope + :v",
    { ":v": 1 },
    "The provided expression refers to an attribute that does not exist in the item",
  ],
  [
    "SET num = nope",
    undefined,
    "The provided expression refers to an attribute that does not exist in the item",
  ],
  ["SET num = str + :v", { ":v": 1 }, WRONG_TYPE],
  ["SET num = list_append(num, :v)", { ":v": [1] }, WRONG_TYPE],
  ["ADD str :v", { ":v": 1 }, WRONG_TYPE],
  ["ADD num :v", { ":v": new Set(["a"]) }, WRONG_TYPE],
  ["DELETE num :v", { ":v": new Set(["a"]) }, WRONG_TYPE],
  ["SET nope.a = :v", { ":v": 1 }, INVALID_PATH],
  ["SET str.a = :v", { ":v": 1 }, INVALID_PATH],
  ["SET doc[0] = :v", { ":v": 1 }, INVALID_PATH],
  ["SET lst.a = :v", { ":v": 1 }, INVALID_PATH],
  ["REMOVE nope.a", undefined, INVALID_PATH],
  [
    "SET pk = :v",
    { ":v": "x" },
    "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key",
  ],
  ["FOO num", undefined, `${INVALID}Syntax error; token: "FOO", near: "FOO num"`],
  ["SET", undefined, `${INVALID}Syntax error; token: "<EOF>", near: "SET"`],
  ["SET num = :v, REMOVE str", { ":v": 1 }, `${INVALID}Syntax error; token: "REMOVE", near: ", REMOVE str"`],
  ["SET num = num + :v + :v", { ":v": 1 }, `${INVALID}Syntax error; token: "+", near: ":v + :v"`],
  [
    "SET num = :v SET str = :v",
    { ":v": 1 },
    `${INVALID}The "SET" section can only be used once in an update expression;`,
  ],
  [
    "SET num = :v REMOVE num",
    { ":v": 1 },
    `${INVALID}Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [num], path two: [num]`,
  ],
  [
    "SET doc = :v, doc.a = :v",
    { ":v": 1 },
    `${INVALID}Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [doc], path two: [doc, a]`,
  ],
  [
    "SET doc[0] = :v, doc.a = :v",
    { ":v": 1 },
    `${INVALID}Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [doc, [0]], path two: [doc, a]`,
  ],
  [
    "SET num = :v + :v",
    { ":v": "x" },
    `${INVALID}Incorrect operand type for operator or function; operator or function: +, operand type: S`,
  ],
  [
    "SET lst = list_append(lst, :v)",
    { ":v": 1 },
    `${INVALID}Incorrect operand type for operator or function; operator or function: list_append, operand type: N`,
  ],
  [
    "SET num = if_not_exists(:v, :v)",
    { ":v": 1 },
    `${INVALID}Operator or function requires a document path; operator or function: if_not_exists`,
  ],
  [
    "SET num = size(str)",
    undefined,
    `${INVALID}The function is not allowed in an update expression; function: size`,
  ],
  ["SET num = foo(str)", undefined, `${INVALID}Invalid function name; function: foo`],
  [
    "ADD num :v",
    { ":v": "x" },
    `${INVALID}Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND`,
  ],
  [
    "DELETE num :v",
    { ":v": 1 },
    `${INVALID}Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND`,
  ],
];

export function updateContract(harness: () => DynamoHarness): void {
  const update = (pk: string, expression: string | undefined, values?: Record<string, unknown>, extra = {}) =>
    harness().documents.send(
      new UpdateCommand({
        TableName: harness().table,
        Key: { pk, sk: "item" },
        UpdateExpression: expression,
        ReturnValues: "ALL_NEW",
        ...(values !== undefined && { ExpressionAttributeValues: values }),
        ...extra,
      }),
    );
  const prepared = async (): Promise<string> => {
    const pk = harness().partition();
    await harness().documents.send(
      new PutCommand({ TableName: harness().table, Item: { ...BEFORE, pk, sk: "item" } }),
    );
    return pk;
  };

  describe("updates", () => {
    it.each(MAKES)("%s with %o", async (expression, values, after) => {
      const pk = await prepared();
      const { Attributes } = await update(pk, expression, values);
      const expected = Object.entries({ ...BEFORE, ...after }).filter(([, value]) => value !== undefined);
      expect(Attributes).toEqual({ pk, sk: "item", ...Object.fromEntries(expected) });
    });

    it.each(REFUSED)("refuses %s with %o", async (expression, values, message) => {
      const pk = await prepared();
      await expect(update(pk, expression, values)).rejects.toMatchObject({
        name: "ValidationException",
        message,
      });
    });

    it("makes the item where there is none", async () => {
      const pk = harness().partition();
      expect((await update(pk, undefined)).Attributes).toEqual({ pk, sk: "item" });
      const other = harness().partition();
      expect((await update(other, "SET v = :v", { ":v": 1 })).Attributes).toEqual({
        pk: other,
        sk: "item",
        v: 1,
      });
    });

    it("makes nothing where the condition fails", async () => {
      const pk = harness().partition();
      const condition = { ConditionExpression: "attribute_exists(pk)", ReturnValues: "NONE" };
      await expect(update(pk, "SET v = :v", { ":v": 1 }, condition)).rejects.toMatchObject({
        name: "ConditionalCheckFailedException",
      });
    });

    it("adds exactly, far beyond what a float can hold", async () => {
      const pk = harness().partition();
      const big = "90071992547409930000000000000000000001";
      await harness().documents.send(
        new PutCommand({ TableName: harness().table, Item: { pk, sk: "item", num: BigInt(big) } }),
      );
      const { Attributes } = await update(
        pk,
        "SET num = num + :v, matches = num",
        { ":v": 1 },
        { ReturnValues: "NONE" },
      );
      expect(Attributes).toBeUndefined();
      const check = await update(
        pk,
        "SET seen = :v",
        { ":v": true },
        {
          ConditionExpression: "num = :sum AND matches = :big",
          ExpressionAttributeValues: { ":v": true, ":sum": BigInt(big) + 1n, ":big": BigInt(big) },
          ReturnValues: "UPDATED_NEW",
        },
      );
      expect(check.Attributes).toEqual({ seen: true });
    });

    it("returns only the paths that were updated", async ({ skip }) => {
      skip(harness().differs("nested-updated-values"), "gives whole attributes");
      const pk = await prepared();
      const reply = await update(
        pk,
        "SET doc.a = :v, lst[1] = :v",
        { ":v": 9 },
        { ReturnValues: "UPDATED_NEW" },
      );
      expect(reply.Attributes).toEqual({ doc: { a: 9 }, lst: [9] });
    });
  });
}
