/** What the embedded engine has beyond AWS: its clock and order, observers, life in process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DynamoDBClient, PutItemCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it, onTestFinished } from "vitest";
import { type CallReport, type Change, createEngine, type Engine } from "../../../local/engine/engine.ts";
import type { EngineCall } from "../../../local/engine/faults.ts";
import { inProcessHandler } from "../../../local/engine/in-process-handler.ts";
import type { SetTimer } from "../../../local/engine/waiters.ts";
import { CREDENTIALS } from "./dynamodb/harness.ts";
import { closers, has, openEngine, put, receive, START_MS, send, TABLE } from "./embedded.ts";

/** A clock and its timers, moved by hand. */
function buildTime() {
  let now = START_MS;
  const timers = new Set<{ readonly at: number; readonly fire: () => void }>();
  const setTimer: SetTimer = (delayMs, fire) => {
    const timer = { at: now + delayMs, fire };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  return {
    now: () => now,
    setTimer,
    pending: () => timers.size,
    move(ms: number) {
      now += ms;
      for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
        if (timer.at <= now && timers.delete(timer)) timer.fire();
      }
    },
  };
}

/** A generator whose seed makes every draw repeatable. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** One added to a number, once for each token. */
const increment = (engine: Engine, ClientRequestToken: string) =>
  engine.call("DynamoDB_20120810.TransactWriteItems", {
    ClientRequestToken,
    TransactItems: [
      {
        Update: {
          TableName: TABLE,
          Key: { pk: { S: "n" } },
          UpdateExpression: "ADD v :one",
          ExpressionAttributeValues: { ":one": { N: "1" } },
        },
      },
    ],
  });

/** A turn of the event loop: what was started has come to its next wait. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("time", () => {
  it("is the caller's: delays, visibility and long polls follow a clock moved by hand", async () => {
    const time = buildTime();
    const engine = await openEngine(time);
    await send(engine, "later", { DelaySeconds: 60 });
    const waiting = receive(engine, { WaitTimeSeconds: 20 });
    await turn();
    expect(time.pending()).toBe(1);
    time.move(20_000);
    expect(await waiting).toEqual([]);
    time.move(40_000);
    expect(await receive(engine)).toEqual(["later"]);
    const again = receive(engine, { WaitTimeSeconds: 20 });
    await turn();
    time.move(10_000);
    await turn();
    time.move(10_000);
    expect(await again).toEqual([]);
    time.move(10_000);
    expect(await receive(engine)).toEqual(["later"]);
    expect(time.pending()).toBe(0);
  });

  it("stamps stream records, and forgets them and client tokens when they are old", async () => {
    const time = buildTime();
    const engine = await openEngine(time);
    const transact = () => increment(engine, "token");
    await transact();
    await transact();
    expect(engine.readStream(TABLE).records).toMatchObject([
      { eventName: "INSERT", dynamodb: { ApproximateCreationDateTime: START_MS / 1000 } },
    ]);
    time.move(10 * 60_000);
    await transact();
    expect(engine.readStream(TABLE).records.length).toBe(2);
    time.move(24 * 60 * 60_000);
    expect(engine.readStream(TABLE).records).toEqual([]);
  });

  it("keeps no token in its file that is older than 10 minutes", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "kith-engine-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = path.join(folder, "engine.db");
    const time = buildTime();
    const engine = await openEngine({ ...time, file });
    await increment(engine, "old");
    time.move(5 * 60_000);
    await increment(engine, "young");
    time.move(5 * 60_000);
    engine.expire();
    for (const close of closers.splice(0)) await close();
    const database = new DatabaseSync(file, { readOnly: true });
    expect(database.prepare("SELECT token FROM client_tokens").all()).toEqual([{ token: "young" }]);
    database.close();
  });

  it("expires items when asked, with a record that says who did it", async () => {
    const engine = await openEngine();
    await engine.call("DynamoDB_20120810.UpdateTimeToLive", {
      TableName: TABLE,
      TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
    });
    const seconds = START_MS / 1000;
    await put(engine, "old", { expires: { N: String(seconds - 1) } });
    await put(engine, "young", { expires: { N: String(seconds + 1) } });
    await put(engine, "ancient", { expires: { N: "1" } });
    await put(engine, "text", { expires: { S: "0" } });
    const { next } = engine.readStream(TABLE);
    expect(engine.expire()).toBe(1);
    expect(await Promise.all(["old", "young", "ancient", "text"].map((pk) => has(engine, pk)))).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(engine.readStream(TABLE, next).records).toMatchObject([
      { eventName: "REMOVE", userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" } },
    ]);
  });
});

describe("order", () => {
  const run = async (seed: number): Promise<readonly string[]> => {
    const engine = await openEngine({ random: seeded(seed), shuffle: true });
    for (const body of ["a", "b", "c", "d", "e", "f"]) await send(engine, body);
    return receive(engine);
  };

  it("is shuffled when asked, and the same for the same seed", async () => {
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect([...first].sort()).toEqual(["a", "b", "c", "d", "e", "f"]);
    const others = await Promise.all([2, 3, 4, 5].map(run));
    expect(others.some((order) => order.join() !== first.join())).toBe(true);
  });

  it("draws every identifier from the seed", async () => {
    const ids = async () => (await send(await openEngine({ random: seeded(7) }), "x"))["MessageId"];
    expect(await ids()).toBe(await ids());
  });
});

describe("observers", () => {
  it("are told of every call with its caller and outcome", async () => {
    const reports: CallReport[] = [];
    const engine = await openEngine({ onCall: (report) => void reports.push(report) });
    const client = new DynamoDBClient({
      region: "us-east-1",
      credentials: CREDENTIALS,
      requestHandler: inProcessHandler(engine),
      maxAttempts: 1,
    });
    await client.send(new PutItemCommand({ TableName: TABLE, Item: { pk: { S: "a" } } }));
    await expect(
      client.send(
        new PutItemCommand({
          TableName: TABLE,
          Item: { pk: { S: "a" } },
          ConditionExpression: "attribute_not_exists(pk)",
        }),
      ),
    ).rejects.toMatchObject({ name: "ConditionalCheckFailedException" });
    expect(reports.slice(-2)).toMatchObject([
      { service: "dynamodb", operation: "PutItem", accessKeyId: CREDENTIALS.accessKeyId, response: {} },
      { service: "dynamodb", operation: "PutItem", error: { code: "ConditionalCheckFailedException" } },
    ]);
  });

  it("may refuse a caller before anything is done", async () => {
    const calls: EngineCall[] = [];
    const engine = await openEngine({
      authorize(call) {
        calls.push(call);
        if (call.accessKeyId !== "AKIDDENIED") return undefined;
        return {
          code: "AccessDeniedException",
          message: `not authorized to perform: ${call.service}:${call.operation}`,
        };
      },
    });
    const denied = { accessKeyId: "AKIDDENIED" };
    await expect(
      engine.call("DynamoDB_20120810.PutItem", { TableName: TABLE, Item: { pk: { S: "a" } } }, denied),
    ).rejects.toMatchObject({ code: "AccessDeniedException", status: 400 });
    await expect(
      engine.call("AmazonSQS.SendMessage", { QueueUrl: "work", MessageBody: "x" }, denied),
    ).rejects.toMatchObject({
      code: "AccessDeniedException",
    });
    expect([await has(engine, "a"), await receive(engine)]).toEqual([false, []]);
    expect(calls.some(({ operation }) => operation === "SendMessage")).toBe(true);
  });

  it("hear of changes after they are made", async () => {
    const engine = await openEngine();
    const changes: Change[] = [];
    const stop = engine.onChange((change) => void changes.push(change));
    await put(engine, "a");
    await send(engine, "x");
    await turn();
    expect(changes).toEqual([
      { kind: "stream", tableName: TABLE },
      { kind: "queue", queueName: "work" },
    ]);
    stop();
    await put(engine, "b");
    await turn();
    expect(changes.length).toBe(2);
  });
});

describe("in process", () => {
  it("serves SDK clients without a socket", async () => {
    const engine = await openEngine();
    const options = {
      region: "us-east-1",
      credentials: CREDENTIALS,
      requestHandler: inProcessHandler(engine),
      maxAttempts: 1,
    };
    const dynamo = new DynamoDBClient(options);
    const TransactItems = [
      { Put: { TableName: TABLE, Item: { pk: { S: "a" } }, ConditionExpression: "attribute_exists(pk)" } },
    ];
    await expect(dynamo.send(new TransactWriteItemsCommand({ TransactItems }))).rejects.toMatchObject({
      name: "TransactionCanceledException",
      CancellationReasons: [{ Code: "ConditionalCheckFailed" }],
    });
    const sqs = new SQSClient(options);
    const QueueUrl = "https://sqs.us-east-1.amazonaws.com/000000000000/work";
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
    expect(await receive(engine)).toEqual(["x"]);
    await expect(
      sqs.send(new SendMessageCommand({ QueueUrl: `${QueueUrl}-none`, MessageBody: "x" })),
    ).rejects.toMatchObject({
      name: "QueueDoesNotExist",
    });
  });

  it("ends long polls when it is closed, and then refuses calls", async () => {
    const engine = createEngine();
    await engine.call("AmazonSQS.CreateQueue", { QueueName: "work" });
    const waiting = receive(engine, { WaitTimeSeconds: 20 });
    await turn();
    engine.close();
    expect(await waiting).toEqual([]);
    await expect(send(engine, "x")).rejects.toThrow("the engine is closed");
  });

  it("refuses by name what it does not have", async () => {
    const engine = await openEngine();
    await expect(engine.call("DynamoDB_20120810.ExecuteStatement", {})).rejects.toMatchObject({
      code: "UnknownOperationException",
      message: expect.stringContaining("ExecuteStatement"),
    });
    await expect(
      put(engine, "a", {}).then(() =>
        engine.call("DynamoDB_20120810.PutItem", {
          TableName: TABLE,
          Item: { pk: { S: "a" } },
          Expected: {},
        }),
      ),
    ).rejects.toMatchObject({
      code: "ValidationException",
      message: "Expected is not implemented by this engine",
    });
    await expect(engine.call("AmazonSQS.CreateQueue", { QueueName: "work.fifo" })).rejects.toMatchObject({
      code: "UnsupportedOperation",
    });
    await expect(engine.call("Kinesis.PutRecord", {})).rejects.toMatchObject({
      code: "UnknownOperationException",
    });
  });

  it("keeps values apart from the caller's objects", async () => {
    const engine = await openEngine();
    const Item = { pk: { S: "a" }, list: { L: [{ S: "x" }] } };
    await engine.call("DynamoDB_20120810.PutItem", { TableName: TABLE, Item });
    Item.list.L.push({ S: "y" });
    const reply = await engine.call("DynamoDB_20120810.GetItem", {
      TableName: TABLE,
      Key: { pk: { S: "a" } },
    });
    expect(reply).toEqual({ Item: { pk: { S: "a" }, list: { L: [{ S: "x" }] } } });
  });
});
