/** Opening an embedded engine with one table and one queue, and short forms of the calls that its tests make. */
import { afterEach } from "vitest";
import { createEngine, type Engine, type EngineOptions } from "../../../local/engine/engine.ts";

/** Its key is `pk` (a string); it has a stream with both images. */
export const TABLE = "things";
/** What the clock of {@link openEngine} says unless told otherwise. */
export const START_MS = 1_800_000_000_000;
/** What to close after each test, the last first. */
export const closers: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** An open engine, closed after the test. */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const engine = createEngine({ now: () => START_MS, ...options });
  closers.push(() => engine.close());
  await engine.call("DynamoDB_20120810.CreateTable", {
    TableName: TABLE,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
  });
  await engine.call("AmazonSQS.CreateQueue", { QueueName: "work" });
  return engine;
}

/** Short forms of calls on {@link TABLE} and on the queue `work`. */
export const put = (engine: Engine, pk: string, extra: Record<string, unknown> = {}) =>
  engine.call("DynamoDB_20120810.PutItem", { TableName: TABLE, Item: { pk: { S: pk }, ...extra } });
export const has = async (engine: Engine, pk: string): Promise<boolean> =>
  "Item" in (await engine.call("DynamoDB_20120810.GetItem", { TableName: TABLE, Key: { pk: { S: pk } } }));
export const send = (engine: Engine, MessageBody: string, extra: Record<string, unknown> = {}) =>
  engine.call("AmazonSQS.SendMessage", { QueueUrl: "work", MessageBody, ...extra });
export const receive = async (
  engine: Engine,
  extra: Record<string, unknown> = {},
): Promise<readonly string[]> => {
  const reply = await engine.call("AmazonSQS.ReceiveMessage", {
    QueueUrl: "work",
    MaxNumberOfMessages: 10,
    ...extra,
  });
  return Object(reply["Messages"] ?? []).map((message: { Body: string }) => message.Body);
};
