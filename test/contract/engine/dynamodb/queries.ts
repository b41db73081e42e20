/** Query and Scan: ranges, order, pages, indexes, filters. */
import {
  BatchWriteCommand,
  DeleteCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import type { DynamoHarness } from "./harness.ts";

export function queryContract(harness: () => DynamoHarness): void {
  const query = (input: Record<string, unknown>) =>
    harness().documents.send(new QueryCommand({ TableName: harness().table, ...input }));
  const putAll = async (items: readonly Record<string, unknown>[]) => {
    for (const Item of items)
      await harness().documents.send(new PutCommand({ TableName: harness().table, Item }));
  };

  describe("queries", () => {
    let pk = "";
    const keys = ["a", "b#1", "b#2", "b", "c", "\u{fffd}", "\u{1f600}"];

    beforeAll(async () => {
      pk = harness().partition();
      await putAll(keys.map((sk, at) => ({ pk, sk, at })));
    });

    const inPartition = (condition: string, values: Record<string, unknown> = {}, extra = {}) =>
      query({
        KeyConditionExpression: `pk = :pk${condition}`,
        ExpressionAttributeValues: { ":pk": pk, ...values },
        ...extra,
      });
    const sorted = ["a", "b", "b#1", "b#2", "c", "\u{fffd}", "\u{1f600}"];

    it.each([
      ["", {}, sorted],
      [" AND sk = :v", { ":v": "b" }, ["b"]],
      [" AND sk < :v", { ":v": "b#1" }, ["a", "b"]],
      [" AND sk <= :v", { ":v": "b#1" }, ["a", "b", "b#1"]],
      [" AND sk > :v", { ":v": "b#2" }, ["c", "\u{fffd}", "\u{1f600}"]],
      [" AND sk >= :v", { ":v": "c" }, ["c", "\u{fffd}", "\u{1f600}"]],
      [" AND sk BETWEEN :v AND :w", { ":v": "b", ":w": "b#1" }, ["b", "b#1"]],
      [" AND begins_with(sk, :v)", { ":v": "b#" }, ["b#1", "b#2"]],
      [" AND begins_with(sk, :v)", { ":v": "\u{1f600}" }, ["\u{1f600}"]],
      [" AND (sk = :v)", { ":v": "zzz" }, []],
    ])("pk = :pk%s with %o, in the order of UTF-8 bytes", async (condition, values, expected) => {
      const forward = await inPartition(condition, values);
      expect(forward.Items?.map(({ sk }) => sk)).toEqual(expected);
      const backward = await inPartition(condition, values, { ScanIndexForward: false });
      expect(backward.Items?.map(({ sk }) => sk)).toEqual(expected.toReversed());
    });

    it.each([
      ["sk = :pk", "Query condition missed key schema element"],
      ["pk = :pk AND elsewhere = :pk", "Query condition missed key schema element"],
      ["pk = :pk OR sk = :pk", "Invalid operator used in KeyConditionExpression: OR"],
      ["pk < :pk", "Query key condition not supported"],
      ["pk = :pk AND sk <> :pk", "Invalid operator used in KeyConditionExpression: <>"],
      ["pk = :pk AND contains(sk, :pk)", "Invalid operator used in KeyConditionExpression: contains"],
      ["pk = :pk AND sk IN (:pk)", "Invalid operator used in KeyConditionExpression: IN"],
      [
        "pk = :pk AND sk > :pk AND sk < :pk",
        "KeyConditionExpressions must only contain one condition per key",
      ],
    ])("refuses the key condition %s", async (KeyConditionExpression, message) => {
      await expect(
        query({ KeyConditionExpression, ExpressionAttributeValues: { ":pk": "p" } }),
      ).rejects.toMatchObject({ name: "ValidationException", message: expect.stringContaining(message) });
    });

    it("refuses what does not fit the table", async () => {
      const refused = { name: "ValidationException" };
      await expect(
        query({ KeyConditionExpression: "pk = :v", ExpressionAttributeValues: { ":v": 1 } }),
      ).rejects.toMatchObject(refused);
      await expect(inPartition("", {}, { IndexName: "nope" })).rejects.toMatchObject(refused);
      await expect(inPartition("", {}, { ExclusiveStartKey: { pk } })).rejects.toMatchObject(refused);
      await expect(
        inPartition("", {}, { ExclusiveStartKey: { pk: "other", sk: "a" } }),
      ).rejects.toMatchObject(refused);
      await expect(inPartition("", {}, { Select: "SPECIFIC_ATTRIBUTES" })).rejects.toMatchObject(refused);
      await expect(inPartition("", { ":v": "x" }, { FilterExpression: "sk = :v" })).rejects.toMatchObject({
        message: "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk",
      });
    });

    it("pages by the limit, counting before the filter", async () => {
      const seen: unknown[] = [];
      let start: Record<string, unknown> | undefined;
      const pages: (number | undefined)[][] = [];
      do {
        const page = await inPartition(
          "",
          { ":v": 3 },
          {
            FilterExpression: "#at >= :v",
            ExpressionAttributeNames: { "#at": "at" },
            Limit: 3,
            ...(start !== undefined && { ExclusiveStartKey: start }),
          },
        );
        seen.push(...(page.Items ?? []).map(({ sk }) => sk));
        pages.push([page.Count, page.ScannedCount]);
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      expect(seen).toEqual(["b", "c", "\u{fffd}", "\u{1f600}"]);
      expect(pages).toEqual([
        [1, 3],
        [2, 3],
        [1, 1],
      ]);
    });

    it("gives a key to go on from even when the limit is the last item", async () => {
      const page = await inPartition("", {}, { Limit: sorted.length });
      expect(page.LastEvaluatedKey).toEqual({ pk, sk: "\u{1f600}" });
      const rest = await inPartition("", {}, { ExclusiveStartKey: page.LastEvaluatedKey });
      expect([rest.Count, rest.LastEvaluatedKey]).toEqual([0, undefined]);
    });

    it("counts without items", async () => {
      const page = await inPartition("", {}, { Select: "COUNT" });
      expect([page.Count, page.ScannedCount, page.Items]).toEqual([7, 7, undefined]);
    });

    it("ends a page with the item that reaches 1 MB", async () => {
      const large = harness().partition();
      await putAll(["1", "2", "3", "4", "5"].map((sk) => ({ pk: large, sk, text: "x".repeat(300 * 1024) })));
      const page = await query({
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": large },
        ReturnConsumedCapacity: "TOTAL",
      });
      expect([page.Count, page.LastEvaluatedKey]).toEqual([4, { pk: large, sk: "4" }]);
      expect(page.ConsumedCapacity?.CapacityUnits).toBe(150.5);
    });
  });

  describe("indexes", () => {
    const byGroup = (group: string, extra: Record<string, unknown> = {}) =>
      query({
        IndexName: "byGroup",
        KeyConditionExpression: "#g = :g",
        ExpressionAttributeNames: { "#g": "group" },
        ExpressionAttributeValues: { ":g": group },
        ...extra,
      });

    it("orders by number, and leaves out items without the key", async () => {
      const group = harness().partition();
      const ranks = [10, 9, -1, -10, 0.5, 1e12];
      await putAll(ranks.map((rank) => ({ pk: group, sk: String(rank), group, rank })));
      await putAll([
        { pk: group, sk: "no rank", group },
        { pk: group, sk: "no group", rank: 1 },
      ]);
      const page = await byGroup(group);
      expect(page.Items?.map(({ rank }) => rank)).toEqual([-10, -1, 0.5, 9, 10, 1e12]);
    });

    it("follows changes of the item", async () => {
      const group = harness().partition();
      await putAll([{ pk: group, sk: "a", group, rank: 1 }]);
      const set = (expression: string, values?: Record<string, unknown>) =>
        harness().documents.send(
          new UpdateCommand({
            TableName: harness().table,
            Key: { pk: group, sk: "a" },
            UpdateExpression: expression,
            ...(values !== undefined && { ExpressionAttributeValues: values }),
            ExpressionAttributeNames: { "#r": "rank" },
          }),
        );
      await set("SET #r = :v", { ":v": 2 });
      expect((await byGroup(group)).Items).toEqual([{ pk: group, sk: "a", group, rank: 2 }]);
      await set("REMOVE #r");
      expect((await byGroup(group)).Count).toBe(0);
      await set("SET #r = :v", { ":v": 3 });
      expect((await byGroup(group)).Count).toBe(1);
      await harness().documents.send(
        new DeleteCommand({ TableName: harness().table, Key: { pk: group, sk: "a" } }),
      );
      expect((await byGroup(group)).Count).toBe(0);
    });

    it("pages over equal keys without losing or repeating any", async () => {
      const group = harness().partition();
      const sks = Array.from({ length: 7 }, (_, at) => `s${at}`);
      await putAll(sks.map((sk, at) => ({ pk: `${group}-${at % 3}`, sk, group, rank: at % 2 })));
      for (const ScanIndexForward of [true, false]) {
        const seen: unknown[] = [];
        let start: Record<string, unknown> | undefined;
        do {
          const page = await byGroup(group, {
            Limit: 2,
            ScanIndexForward,
            ...(start && { ExclusiveStartKey: start }),
          });
          seen.push(...(page.Items ?? []).map(({ sk }) => sk));
          start = page.LastEvaluatedKey;
          if (start !== undefined) expect(Object.keys(start).sort()).toEqual(["group", "pk", "rank", "sk"]);
        } while (start !== undefined);
        expect(seen.toSorted()).toEqual(sks);
      }
    });

    it("holds only keys where it projects only keys", async () => {
      const group = harness().partition();
      await putAll([{ pk: group, sk: "a", group, rank: 1, text: "x" }]);
      const page = await byGroup(group, { IndexName: "keysOnly" });
      expect(page.Items).toEqual([{ pk: group, sk: "a", group }]);
      await expect(byGroup(group, { IndexName: "keysOnly", Select: "ALL_ATTRIBUTES" })).rejects.toMatchObject(
        { name: "ValidationException" },
      );
      await expect(
        byGroup(group, { IndexName: "keysOnly", ProjectionExpression: "text" }),
      ).rejects.toMatchObject({ name: "ValidationException" });
    });

    it("refuses a consistent read", async () => {
      await expect(byGroup("g", { ConsistentRead: true })).rejects.toMatchObject({
        name: "ValidationException",
      });
    });

    it("counts what an index costs", async () => {
      const group = harness().partition();
      await putAll([{ pk: group, sk: "a", group, rank: 1 }]);
      const page = await byGroup(group, { ReturnConsumedCapacity: "INDEXES" });
      expect(page.ConsumedCapacity).toMatchObject({
        CapacityUnits: 0.5,
        GlobalSecondaryIndexes: { byGroup: { CapacityUnits: 0.5 } },
      });
    });
  });

  describe("scans", () => {
    it("sees every item once, whole or in segments", async () => {
      const group = harness().partition();
      const items = Array.from({ length: 20 }, (_, at) => ({ pk: `${group}-${at}`, sk: "a", mark: group }));
      await harness().documents.send(
        new BatchWriteCommand({
          RequestItems: { [harness().table]: items.map((Item) => ({ PutRequest: { Item } })) },
        }),
      );
      const scan = async (extra: Record<string, unknown>): Promise<unknown[]> => {
        const seen: unknown[] = [];
        let start: Record<string, unknown> | undefined;
        do {
          const page = await harness().documents.send(
            new ScanCommand({
              TableName: harness().table,
              FilterExpression: "mark = :m",
              ExpressionAttributeValues: { ":m": group },
              ...(start !== undefined && { ExclusiveStartKey: start }),
              ...extra,
            }),
          );
          seen.push(...(page.Items ?? []).map((item) => item["pk"]));
          start = page.LastEvaluatedKey;
        } while (start !== undefined);
        return seen;
      };
      const expected = items.map((item) => item.pk).sort();
      expect((await scan({})).sort()).toEqual(expected);
      const segments = await Promise.all(
        [0, 1, 2].map((Segment) => scan({ Segment, TotalSegments: 3, Limit: 4 })),
      );
      expect(segments.flat().sort()).toEqual(expected);
      await expect(scan({ Segment: 3, TotalSegments: 3 })).rejects.toMatchObject({
        name: "ValidationException",
      });
      await expect(scan({ Segment: 0 })).rejects.toMatchObject({ name: "ValidationException" });
    });
  });
}
