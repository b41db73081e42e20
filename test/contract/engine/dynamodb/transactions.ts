/** Transactions and batches. */
import {
  type TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  GetCommand,
  PutCommand,
  TransactGetCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { type DynamoHarness, uniqueName } from "./harness.ts";

export function transactionContract(harness: () => DynamoHarness): void {
  const put = (pk: string, sk: string, extra: Record<string, unknown> = {}) => ({
    Put: { TableName: harness().table, Item: { pk, sk, ...extra } },
  });
  const transact = (
    TransactItems: TransactWriteCommand["input"]["TransactItems"],
    extra: Record<string, unknown> = {},
  ) => harness().documents.send(new TransactWriteCommand({ TransactItems, ...extra }));
  const get = async (pk: string, sk: string) =>
    (await harness().documents.send(new GetCommand({ TableName: harness().table, Key: { pk, sk } }))).Item;
  const reasonsOf = async (work: Promise<unknown>): Promise<TransactionCanceledException> => {
    try {
      await work;
    } catch (error) {
      if (error instanceof Error && error.name === "TransactionCanceledException") return Object(error);
      throw error;
    }
    throw new Error("the transaction was not cancelled");
  };

  describe("transactions", () => {
    it("carries out every kind of action together", async () => {
      const pk = harness().partition();
      await transact([put(pk, "counter", { v: 1 }), put(pk, "gone"), put(pk, "guard", { open: true })]);
      const TableName = harness().table;
      await transact([
        put(pk, "new", { v: 9 }),
        {
          Update: {
            TableName,
            Key: { pk, sk: "counter" },
            UpdateExpression: "SET v = v + :one",
            ConditionExpression: "v = :one",
            ExpressionAttributeValues: { ":one": 1 },
          },
        },
        { Delete: { TableName, Key: { pk, sk: "gone" } } },
        {
          ConditionCheck: {
            TableName,
            Key: { pk, sk: "guard" },
            ConditionExpression: "#o = :yes",
            ExpressionAttributeNames: { "#o": "open" },
            ExpressionAttributeValues: { ":yes": true },
          },
        },
      ]);
      expect(await get(pk, "new")).toMatchObject({ v: 9 });
      expect(await get(pk, "counter")).toMatchObject({ v: 2 });
      expect(await get(pk, "gone")).toBeUndefined();
    });

    it("does nothing when one condition fails, and gives a reason for each action in order", async () => {
      const pk = harness().partition();
      await transact([put(pk, "there", { v: 1 })]);
      const TableName = harness().table;
      const TransactItems: TransactWriteItem[] = [
        { Put: { TableName, Item: { pk: { S: pk }, sk: { S: "new" } } } },
        {
          Put: {
            TableName,
            Item: { pk: { S: pk }, sk: { S: "there" } },
            ConditionExpression: "attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          },
        },
        {
          ConditionCheck: {
            TableName,
            Key: { pk: { S: pk }, sk: { S: "absent" } },
            ConditionExpression: "attribute_exists(pk)",
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          },
        },
      ];
      const error = await reasonsOf(harness().client.send(new TransactWriteItemsCommand({ TransactItems })));
      expect(error.message).toBe(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed]",
      );
      expect(error.CancellationReasons?.map(({ Code }) => Code)).toEqual([
        "None",
        "ConditionalCheckFailed",
        "ConditionalCheckFailed",
      ]);
      expect(error.CancellationReasons?.[1]).toMatchObject({
        Message: expect.stringContaining("The conditional request failed"),
        Item: { pk: { S: pk }, sk: { S: "there" }, v: { N: "1" } },
      });
      expect(error.CancellationReasons?.[2]?.Item).toBeUndefined();
      expect(await get(pk, "new")).toBeUndefined();
    });

    it("names a validation error among the reasons", async ({ skip }) => {
      skip(harness().differs("transaction-validation"), "answers ValidationException for the whole");
      const pk = harness().partition();
      const Update = {
        TableName: harness().table,
        Key: { pk, sk: "b" },
        UpdateExpression: "SET v = nope + :one",
        ExpressionAttributeValues: { ":one": 1 },
      };
      const error = await reasonsOf(transact([put(pk, "a"), { Update }]));
      expect(error.CancellationReasons?.map(({ Code }) => Code)).toEqual(["None", "ValidationError"]);
    });

    it.each([
      ["no action", () => []],
      ["more than 100 actions", () => Array.from({ length: 101 }, (_, at) => put("p", `s${at}`))],
      ["two actions on one item", () => [put("p", "same"), put("p", "same")]],
      ["a key that is not whole", () => [{ Put: { TableName: harness().table, Item: { pk: "p" } } }]],
      [
        "more than 4 MB",
        () => Array.from({ length: 12 }, (_, at) => put("p", `s${at}`, { text: "x".repeat(390_000) })),
      ],
    ])("refuses %s", async (_name, actions) => {
      await expect(transact(actions())).rejects.toMatchObject({ name: "ValidationException" });
    });

    it("takes 100 actions", async () => {
      const pk = harness().partition();
      await transact(Array.from({ length: 100 }, (_, at) => put(pk, `s${at}`)));
      expect(await get(pk, "s99")).toBeDefined();
    });

    it("carries out a token once, and refuses it with other actions", async () => {
      const pk = harness().partition();
      const ClientRequestToken = uniqueName("t").slice(-36);
      const increment = {
        Update: {
          TableName: harness().table,
          Key: { pk, sk: "counter" },
          UpdateExpression: "ADD v :one",
          ExpressionAttributeValues: { ":one": 1 },
        },
      };
      await transact([increment], { ClientRequestToken });
      await transact([increment], { ClientRequestToken });
      const inOtherOrder = { Update: { ...increment.Update, Key: { sk: "counter", pk } } };
      await transact([inOtherOrder], { ClientRequestToken });
      expect(await get(pk, "counter")).toMatchObject({ v: 1 });
      await expect(transact([put(pk, "other")], { ClientRequestToken })).rejects.toMatchObject({
        name: "IdempotentParameterMismatchException",
      });
    });

    it("costs two units for each KB of each item", async ({ skip }) => {
      skip(harness().differs("transaction-capacity"), "counts transactions wrongly");
      const pk = harness().partition();
      const reply = await transact([put(pk, "a"), put(pk, "b", { text: "x".repeat(1500) }), put(pk, "c")], {
        ReturnConsumedCapacity: "TOTAL",
      });
      expect(reply.ConsumedCapacity).toEqual([
        { TableName: harness().table, CapacityUnits: 8, WriteCapacityUnits: 8 },
      ]);
    });

    it("reads many items as one", async () => {
      const pk = harness().partition();
      await transact([put(pk, "a", { v: 1 }), put(pk, "b", { v: 2 })]);
      const read = (...sks: string[]) =>
        harness().documents.send(
          new TransactGetCommand({
            TransactItems: sks.map((sk) => ({ Get: { TableName: harness().table, Key: { pk, sk } } })),
          }),
        );
      const { Responses } = await read("b", "absent", "a");
      expect(Responses?.map(({ Item }) => Item?.["v"])).toEqual([2, undefined, 1]);
      await expect(read("a", "a")).rejects.toMatchObject({ name: "ValidationException" });
    });
  });

  describe("batches", () => {
    it("writes and reads many items", async () => {
      const pk = harness().partition();
      const table = harness().table;
      await harness().documents.send(new PutCommand({ TableName: table, Item: { pk, sk: "old" } }));
      await harness().documents.send(
        new BatchWriteCommand({
          RequestItems: {
            [table]: [
              { PutRequest: { Item: { pk, sk: "a", v: 1 } } },
              { PutRequest: { Item: { pk, sk: "b", v: 2 } } },
              { DeleteRequest: { Key: { pk, sk: "old" } } },
            ],
          },
        }),
      );
      const reply = await harness().documents.send(
        new BatchGetCommand({
          RequestItems: {
            [table]: { Keys: ["a", "b", "old"].map((sk) => ({ pk, sk })), ProjectionExpression: "v" },
          },
        }),
      );
      expect(reply.Responses?.[table]?.map((item) => item["v"]).sort()).toEqual([1, 2]);
      expect(reply.UnprocessedKeys).toEqual({});
    });

    it.each([25, 26])("takes at most 25 writes: %i", async (count) => {
      const pk = harness().partition();
      const requests = Array.from({ length: count }, (_, at) => ({
        PutRequest: { Item: { pk, sk: `s${at}` } },
      }));
      const work = harness().documents.send(
        new BatchWriteCommand({ RequestItems: { [harness().table]: requests } }),
      );
      if (count <= 25) expect((await work).UnprocessedItems).toEqual({});
      else await expect(work).rejects.toMatchObject({ name: "ValidationException" });
    });

    it("refuses one item twice, and more than 100 keys", async () => {
      const table = harness().table;
      const key = { pk: "p", sk: "a" };
      const write = [{ PutRequest: { Item: key } }, { DeleteRequest: { Key: key } }];
      await expect(
        harness().documents.send(new BatchWriteCommand({ RequestItems: { [table]: write } })),
      ).rejects.toMatchObject({ message: "Provided list of item keys contains duplicates" });
      const read = (Keys: Record<string, unknown>[]) =>
        harness().documents.send(new BatchGetCommand({ RequestItems: { [table]: { Keys } } }));
      await expect(read([key, key])).rejects.toMatchObject({
        message: "Provided list of item keys contains duplicates",
      });
      await expect(
        read(Array.from({ length: 101 }, (_, at) => ({ pk: "p", sk: `${at}` }))),
      ).rejects.toMatchObject({
        name: "ValidationException",
      });
    });
  });
}
