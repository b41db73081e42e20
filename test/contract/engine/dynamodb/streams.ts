/** Tables and their streams. Streams are spoken on the wire, since their SDK client is not a dependency. */
import {
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListTablesCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { DeleteCommand, PutCommand, TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { createContractTable, type DynamoHarness, rawCall, uniqueName } from "./harness.ts";

type WireRecord = {
  readonly eventName: string;
  readonly dynamodb: {
    readonly Keys: unknown;
    readonly NewImage?: unknown;
    readonly OldImage?: unknown;
    readonly SequenceNumber: string;
    readonly ApproximateCreationDateTime: number;
    readonly StreamViewType: string;
  };
};

export function streamContract(harness: () => DynamoHarness): void {
  const streams = async (operation: string, body: Record<string, unknown>) => {
    const reply = await rawCall(harness().endpoint, `DynamoDBStreams_20120810.${operation}`, body);
    if (reply.status !== 200) throw new Error(`${operation}: ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const shard = async () => {
    const { Table } = await harness().client.send(new DescribeTableCommand({ TableName: harness().table }));
    const StreamArn = Table?.LatestStreamArn;
    const { StreamDescription } = await streams("DescribeStream", { StreamArn });
    const [first] = Object(StreamDescription).Shards;
    return { StreamArn, ShardId: first.ShardId };
  };
  const iterator = async (ShardIteratorType: string, extra: Record<string, unknown> = {}) => {
    const reply = await streams("GetShardIterator", { ...(await shard()), ShardIteratorType, ...extra });
    return String(reply["ShardIterator"]);
  };
  const recordsFrom = async (ShardIterator: string): Promise<{ records: WireRecord[]; next: string }> => {
    const reply = await streams("GetRecords", { ShardIterator });
    return { records: Object(reply["Records"]), next: String(reply["NextShardIterator"]) };
  };
  const TableName = () => harness().table;
  const put = (item: Record<string, unknown>) =>
    harness().documents.send(new PutCommand({ TableName: TableName(), Item: item }));

  describe("streams", () => {
    it("records each change of an item with both images, and nothing for what changes nothing", async () => {
      const pk = harness().partition();
      const start = await iterator("LATEST");
      const Key = { pk, sk: "a" };
      await put({ ...Key, v: 1 });
      await put({ ...Key, v: 1 });
      const set = { UpdateExpression: "SET v = :v", ExpressionAttributeValues: { ":v": 2 } };
      await harness().documents.send(new UpdateCommand({ TableName: TableName(), Key, ...set }));
      await harness().documents.send(new UpdateCommand({ TableName: TableName(), Key, ...set }));
      await harness().documents.send(new DeleteCommand({ TableName: TableName(), Key }));
      await harness().documents.send(new DeleteCommand({ TableName: TableName(), Key }));
      const { records } = await recordsFrom(start);
      const keys = { pk: { S: pk }, sk: { S: "a" } };
      const image = (v: string) => ({ ...keys, v: { N: v } });
      expect(
        records.map(({ eventName, dynamodb: { Keys, NewImage, OldImage } }) => ({
          eventName,
          Keys,
          NewImage,
          OldImage,
        })),
      ).toEqual([
        { eventName: "INSERT", Keys: keys, NewImage: image("1"), OldImage: undefined },
        { eventName: "MODIFY", Keys: keys, NewImage: image("2"), OldImage: image("1") },
        { eventName: "REMOVE", Keys: keys, NewImage: undefined, OldImage: image("2") },
      ]);
      expect(records[0]).toMatchObject({
        eventSource: "aws:dynamodb",
        dynamodb: { StreamViewType: "NEW_AND_OLD_IMAGES" },
      });
      const at = records[0]?.dynamodb.ApproximateCreationDateTime ?? 0;
      expect(Math.abs(at - Date.now() / 1000)).toBeLessThan(120);
    });

    it("records every write of a transaction, and none of a cancelled one", async () => {
      const pk = harness().partition();
      const start = await iterator("LATEST");
      const item = (sk: string, extra = {}) => ({
        Put: { TableName: TableName(), Item: { pk, sk }, ...extra },
      });
      await harness().documents.send(new TransactWriteCommand({ TransactItems: [item("a"), item("b")] }));
      const failing = item("a", { ConditionExpression: "attribute_not_exists(pk)" });
      await expect(
        harness().documents.send(new TransactWriteCommand({ TransactItems: [item("c"), failing] })),
      ).rejects.toMatchObject({ name: "TransactionCanceledException" });
      const { records, next } = await recordsFrom(start);
      const seen = records.map(({ dynamodb }) => Object(dynamodb.Keys).sk.S);
      expect(seen.sort()).toEqual(["a", "b"]);
      expect((await recordsFrom(next)).records).toEqual([]);
    });

    it("starts at a sequence number, or after it, or at the oldest", async () => {
      const pk = harness().partition();
      const start = await iterator("LATEST");
      for (const sk of ["1", "2", "3"]) await put({ pk, sk });
      const { records } = await recordsFrom(start);
      const SequenceNumber = records[1]?.dynamodb.SequenceNumber;
      const keysFrom = async (type: string) =>
        (await recordsFrom(await iterator(type, { SequenceNumber }))).records.map(
          ({ dynamodb }) => Object(dynamodb.Keys).sk.S,
        );
      expect(await keysFrom("AT_SEQUENCE_NUMBER")).toEqual(["2", "3"]);
      expect(await keysFrom("AFTER_SEQUENCE_NUMBER")).toEqual(["3"]);
      const oldest = await recordsFrom(await iterator("TRIM_HORIZON"));
      expect(oldest.records[0]?.dynamodb.SequenceNumber).not.toBe(records[0]?.dynamodb.SequenceNumber);
    });

    it("lists the stream of a table", async () => {
      const { StreamArn } = await shard();
      const reply = await streams("ListStreams", { TableName: TableName() });
      expect(reply["Streams"]).toMatchObject([{ StreamArn, TableName: TableName() }]);
    });

    it("refuses streams and iterators that are not there", async () => {
      const call = (operation: string, body: Record<string, unknown>) =>
        rawCall(harness().endpoint, `DynamoDBStreams_20120810.${operation}`, body);
      const StreamArn = "arn:aws:dynamodb:us-east-1:000000000000:table/none/stream/2026-01-01T00:00:00.000";
      const described = await call("DescribeStream", { StreamArn });
      expect([described.status, described.body["__type"]]).toEqual([
        400,
        expect.stringContaining("ResourceNotFoundException"),
      ]);
      expect((await call("GetRecords", { ShardIterator: "nonsense" })).status).toBe(400);
    });
  });

  describe("tables", () => {
    it("are made, described, listed and deleted", async () => {
      const { client } = harness();
      const name = uniqueName("table");
      await createContractTable(client, name);
      await expect(createContractTable(client, name)).rejects.toMatchObject({
        name: "ResourceInUseException",
      });
      const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
      expect(Table).toMatchObject({
        TableStatus: "ACTIVE",
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      });
      expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).sort()).toEqual([
        "byGroup",
        "keysOnly",
      ]);
      expect((await client.send(new ListTablesCommand({}))).TableNames).toContain(name);
      await client.send(new DeleteTableCommand({ TableName: name }));
      await expect(client.send(new DescribeTableCommand({ TableName: name }))).rejects.toMatchObject({
        name: "ResourceNotFoundException",
      });
    });

    it("keep their time to live", async () => {
      const { client } = harness();
      const name = uniqueName("table");
      await createContractTable(client, name);
      const enable = new UpdateTimeToLiveCommand({
        TableName: name,
        TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
      });
      await client.send(enable);
      await expect(client.send(enable)).rejects.toMatchObject({ message: "TimeToLive is already enabled" });
      const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
      expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: "ENABLED", AttributeName: "expires" });
      await client.send(new DeleteTableCommand({ TableName: name }));
    });

    it("refuses operations that do not exist", async () => {
      const reply = await rawCall(harness().endpoint, "DynamoDB_20120810.Frobnicate", {});
      expect(reply.status).toBe(400);
      expect(reply.body["__type"]).toContain("UnknownOperationException");
    });
  });
}
