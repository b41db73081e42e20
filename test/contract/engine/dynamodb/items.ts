/** Items: keys, types, limits, conditions, returned values. */
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import type { DynamoHarness } from "./harness.ts";

export function itemContract(harness: () => DynamoHarness): void {
  const put = (item: Record<string, unknown>, extra: Record<string, unknown> = {}) =>
    harness().documents.send(new PutCommand({ TableName: harness().table, Item: item, ...extra }));
  const get = (key: Record<string, unknown>) =>
    harness().documents.send(new GetCommand({ TableName: harness().table, Key: key, ConsistentRead: true }));

  describe("items", () => {
    it("gives back every type as it was put", async () => {
      const item = {
        pk: harness().partition(),
        sk: "a",
        text: "é €",
        count: 12,
        yes: true,
        none: null,
        bytes: new Uint8Array([1, 2, 255]),
        list: [1, "two", { three: 3 }],
        map: { inner: { deep: [] } },
        names: new Set(["x", "y"]),
        numbers: new Set([1, 2.5]),
        constructor: "a name that objects inherit",
      };
      await put(item);
      const { Item } = await get({ pk: item.pk, sk: "a" });
      expect(Item).toEqual(item);
    });

    it("keeps numbers exact and in their shortest form", async () => {
      const pk = harness().partition();
      const given = {
        a: "0001.500",
        b: "1e3",
        c: "-0",
        d: "1E-5",
        e: "12345678901234567890123456789012345678",
      };
      const Item = {
        pk: { S: pk },
        sk: { S: "n" },
        ...Object.fromEntries(Object.entries(given).map(([k, N]) => [k, { N }])),
      };
      await harness().client.send(new PutItemCommand({ TableName: harness().table, Item }));
      const found = await harness().client.send(
        new GetItemCommand({ TableName: harness().table, Key: { pk: { S: pk }, sk: { S: "n" } } }),
      );
      expect(found.Item).toMatchObject({
        a: { N: "1.5" },
        b: { N: "1000" },
        c: { N: "0" },
        d: { N: "0.00001" },
        e: { N: "12345678901234567890123456789012345678" },
      });
    });

    it.each([
      ["39 digits", { N: "123456789012345678901234567890123456789" }],
      ["no number", { N: "12x" }],
      ["a number too large", { N: "1e126" }],
      ["a number too small", { N: "1e-131" }],
      ["an empty set", { SS: [] }],
      ["a set with duplicates", { NS: ["1", "1.0"] }],
    ])("refuses %s", async (_name, value) => {
      const Item = { pk: { S: harness().partition() }, sk: { S: "a" }, value };
      await expect(
        harness().client.send(new PutItemCommand({ TableName: harness().table, Item })),
      ).rejects.toMatchObject({ name: "ValidationException" });
    });

    it.each([
      ["a missing sort key", { pk: "p" }],
      ["a key of another type", { pk: "p", sk: 1 }],
      ["an empty key", { pk: "", sk: "a" }],
      ["a partition key above 2048 bytes", { pk: "x".repeat(2049), sk: "a" }],
      ["a sort key above 1024 bytes", { pk: "p", sk: "x".repeat(1025) }],
      ["an index key of another type", { pk: "p", sk: "a", group: 1 }],
      ["an empty index key", { pk: "p", sk: "a", group: "" }],
      ["an index key above 2048 bytes", { pk: "p", sk: "a", group: "x".repeat(2049), rank: 1 }],
      ["more than 400 KB", { pk: "p", sk: "a", text: "x".repeat(400 * 1024) }],
      ["33 levels of nesting", { pk: "p", sk: "a", deep: nest(33) }],
    ])("refuses to put an item with %s", async (_name, item) => {
      await expect(put(item)).rejects.toMatchObject({ name: "ValidationException" });
    });

    it("takes an item of just 400 KB", async () => {
      const pk = harness().partition();
      const rest = Buffer.byteLength(`pk${pk}skatext`);
      await put({ pk, sk: "a", text: "x".repeat(400 * 1024 - rest) });
      await expect(put({ pk, sk: "a", text: "x".repeat(400 * 1024 - rest + 1) })).rejects.toMatchObject({
        name: "ValidationException",
        message: "Item size has exceeded the maximum allowed size",
      });
    });

    it.each([
      ["lacks the sort key", { pk: "p" }],
      ["has another attribute", { pk: "p", sk: "a", other: "b" }],
      ["has another type", { pk: "p", sk: 5 }],
    ])("refuses to get by a key that %s", async (_name, key) => {
      await expect(get(key)).rejects.toMatchObject({ name: "ValidationException" });
    });

    it("finds nothing where nothing is", async () => {
      expect((await get({ pk: harness().partition(), sk: "a" })).Item).toBeUndefined();
    });

    it("refuses a table that is not there", async () => {
      await expect(
        harness().documents.send(new GetCommand({ TableName: "no-such-table", Key: { pk: "p", sk: "a" } })),
      ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    });

    it("projects paths, closing up lists", async () => {
      const pk = harness().partition();
      await put({ pk, sk: "a", list: [1, 2, { x: 3, y: 4 }], map: { a: 1, b: 2 }, other: 5 });
      const found = await harness().documents.send(
        new GetCommand({
          TableName: harness().table,
          Key: { pk, sk: "a" },
          ProjectionExpression: "#list[2].x, #list[0], #map.a, absent",
          ExpressionAttributeNames: { "#list": "list", "#map": "map" },
        }),
      );
      expect(found.Item).toEqual({ list: [1, { x: 3 }], map: { a: 1 } });
    });

    it("puts only where the condition holds, and shows the item where it does not", async () => {
      const pk = harness().partition();
      const condition = { ConditionExpression: "attribute_not_exists(pk)" };
      await put({ pk, sk: "a", v: 1 }, condition);
      await expect(put({ pk, sk: "a", v: 2 }, condition)).rejects.toMatchObject({
        name: "ConditionalCheckFailedException",
        message: "The conditional request failed",
        Item: undefined,
      });
      await expect(
        put({ pk, sk: "a", v: 2 }, { ...condition, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
      ).rejects.toMatchObject({ Item: { v: { N: "1" } } });
      expect((await get({ pk, sk: "a" })).Item).toMatchObject({ v: 1 });
    });

    it("returns what a put or a delete replaces", async () => {
      const pk = harness().partition();
      expect((await put({ pk, sk: "a", v: 1 }, { ReturnValues: "ALL_OLD" })).Attributes).toBeUndefined();
      expect((await put({ pk, sk: "a", v: 2 }, { ReturnValues: "ALL_OLD" })).Attributes).toMatchObject({
        v: 1,
      });
      const remove = new DeleteCommand({
        TableName: harness().table,
        Key: { pk, sk: "a" },
        ReturnValues: "ALL_OLD",
      });
      expect((await harness().documents.send(remove)).Attributes).toMatchObject({ v: 2 });
      expect((await harness().documents.send(remove)).Attributes).toBeUndefined();
      await expect(put({ pk, sk: "a" }, { ReturnValues: "ALL_NEW" })).rejects.toMatchObject({
        name: "ValidationException",
      });
    });

    it("returns the values that an update asks for", async () => {
      const pk = harness().partition();
      const update = async (
        value: number,
        ReturnValues: "ALL_OLD" | "ALL_NEW" | "UPDATED_OLD" | "UPDATED_NEW",
      ) => {
        const reply = await harness().documents.send(
          new UpdateCommand({
            TableName: harness().table,
            Key: { pk, sk: "a" },
            UpdateExpression: "SET v = :v",
            ExpressionAttributeValues: { ":v": value },
            ReturnValues,
          }),
        );
        return reply.Attributes;
      };
      await put({ pk, sk: "a", other: "x" });
      expect(await update(1, "UPDATED_OLD")).toBeUndefined();
      expect(await update(2, "UPDATED_OLD")).toEqual({ v: 1 });
      expect(await update(3, "UPDATED_NEW")).toEqual({ v: 3 });
      expect(await update(4, "ALL_OLD")).toEqual({ pk, sk: "a", other: "x", v: 3 });
      expect(await update(5, "ALL_NEW")).toEqual({ pk, sk: "a", other: "x", v: 5 });
    });

    it("counts capacity by size, halving eventually consistent reads", async () => {
      const pk = harness().partition();
      const item = { pk, sk: "a", text: "x".repeat(5000) };
      const written = await put(item, { ReturnConsumedCapacity: "TOTAL" });
      expect(written.ConsumedCapacity).toMatchObject({ TableName: harness().table, CapacityUnits: 5 });
      const read = async (ConsistentRead: boolean) => {
        const reply = await harness().documents.send(
          new GetCommand({
            TableName: harness().table,
            Key: { pk, sk: "a" },
            ConsistentRead,
            ReturnConsumedCapacity: "TOTAL",
          }),
        );
        return reply.ConsumedCapacity?.CapacityUnits;
      };
      expect([await read(true), await read(false)]).toEqual([2, 1]);
    });
  });
}

function nest(levels: number): unknown {
  return levels === 0 ? "end" : [nest(levels - 1)];
}
