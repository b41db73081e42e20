/** The SDK's requests over a message port: answers, refusals, cut connections, and what goes elsewhere. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { MessageChannel } from "node:worker_threads";
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AnswerEngineRequest, serveEnginePort } from "../../../../local/cloud/lambda/engine-port.ts";
import { sendRequestsOverPort } from "../../../../local/cloud/lambda/port-requests.ts";
import { answerOf, type EngineRequest, failure } from "../../../../local/engine/answer.ts";
import { createEngine, type Engine } from "../../../../local/engine/engine.ts";

/** Nobody listens there: what would go over a socket fails. */
const NOWHERE = "http://127.0.0.1:9";
const TABLE = "table";
const key = { pk: { S: "a" } };

let engine: Engine;
let asked: EngineRequest[];
let answer: AnswerEngineRequest;
let gone: AbortSignal | undefined;
let channel: MessageChannel;
let putBack: () => void;

const clientOf = (endpoint: string, maxAttempts = 1): DynamoDBClient =>
  new DynamoDBClient({
    endpoint,
    region: "eu-west-1",
    maxAttempts,
    credentials: { accessKeyId: "AKIATEST", secretAccessKey: "secret" },
  });

beforeEach(async () => {
  engine = createEngine();
  asked = [];
  answer = (request, signal) => answerOf(engine, request, signal);
  channel = new MessageChannel();
  serveEnginePort(channel.port1, (request, signal) => {
    asked.push(request);
    gone = signal;
    return answer(request, signal);
  });
  putBack = sendRequestsOverPort(NOWHERE, channel.port2);
  await clientOf(NOWHERE).send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    }),
  );
  asked = [];
});
afterEach(() => {
  putBack();
  channel.port1.close();
  engine.close();
});

describe("the engine on a port", () => {
  it("answers the SDK, whatever characters there are", async () => {
    const client = clientOf(NOWHERE);
    const item = { ...key, text: { S: 'Zoë 💶 \u0000 "' }, bytes: { B: Uint8Array.of(0, 255) } };
    await client.send(new PutItemCommand({ TableName: TABLE, Item: item }));
    const { Item } = await client.send(new GetItemCommand({ TableName: TABLE, Key: key }));
    expect(Item?.["text"]).toEqual(item.text);
    expect([...(Item?.["bytes"]?.B ?? [])]).toEqual([0, 255]);
  });

  it("is told the operation, the signature and the host", async () => {
    await clientOf(NOWHERE).send(new GetItemCommand({ TableName: TABLE, Key: key }));
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      target: "DynamoDB_20120810.GetItem",
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIATEST\//),
      host: "127.0.0.1:9",
    });
  });

  it("keeps answers apart that are asked for at once and come in another order", async () => {
    const client = clientOf(NOWHERE);
    for (const name of ["a", "b", "c"])
      await client.send(new PutItemCommand({ TableName: TABLE, Item: { pk: { S: name } } }));
    const open: (() => void)[] = [];
    const straight = answer;
    answer = async (request, signal) => {
      await new Promise<void>((resolve) => open.push(resolve));
      return straight(request, signal);
    };
    const answers = ["a", "b", "c"].map((name) =>
      client.send(new GetItemCommand({ TableName: TABLE, Key: { pk: { S: name } } })),
    );
    await expect.poll(() => open.length).toBe(3);
    for (const release of open.reverse()) release();
    const found = await Promise.all(answers);
    expect(found.map(({ Item }) => Item?.["pk"]?.S)).toEqual(["a", "b", "c"]);
  });

  it("gives refusals by their names", async () => {
    const unknown = new GetItemCommand({ TableName: "another", Key: key });
    await expect(clientOf(NOWHERE).send(unknown)).rejects.toThrow(ResourceNotFoundException);
  });

  it("refuses a request of more than 16 MB", async () => {
    const text = { S: "x".repeat(16 * 1024 * 1024) };
    const put = new PutItemCommand({ TableName: TABLE, Item: { ...key, text } });
    await expect(clientOf(NOWHERE).send(put)).rejects.toMatchObject({ name: "SerializationException" });
  });

  it("gives a failure of the engine itself as one of AWS's", async () => {
    answer = async () => failure(new Error("disk full"));
    const failed = clientOf(NOWHERE).send(new GetItemCommand({ TableName: TABLE, Key: key }));
    await expect(failed).rejects.toMatchObject({
      name: "InternalFailure",
      message: "disk full",
      $metadata: { httpStatusCode: 500 },
    });
  });

  it("cuts the connection where there is no answer, and the SDK tries again", async () => {
    const straight = answer;
    let cut = 0;
    answer = async (request, signal) => {
      cut += 1;
      return cut === 1 ? undefined : straight(request, signal);
    };
    const get = new GetItemCommand({ TableName: TABLE, Key: key });
    await expect(clientOf(NOWHERE).send(get)).rejects.toMatchObject({ code: "ECONNRESET" });
    cut = 0;
    expect((await clientOf(NOWHERE, 3).send(get)).$metadata.attempts).toBe(2);
  });

  it("gives a request up when its caller does", async () => {
    answer = () => new Promise(() => {});
    const patience = new AbortController();
    const get = new GetItemCommand({ TableName: TABLE, Key: key });
    const waiting = clientOf(NOWHERE).send(get, { abortSignal: patience.signal });
    await expect.poll(() => asked.length).toBe(1);
    patience.abort();
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
  });

  it("tells the engine when the other end is closed", async () => {
    await clientOf(NOWHERE).send(new GetItemCommand({ TableName: TABLE, Key: key }));
    expect(gone?.aborted).toBe(false);
    channel.port2.close();
    await expect.poll(() => gone?.aborted).toBe(true);
  });

  it("leaves every other address, and every address afterwards, to sockets", async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
      response.end('{"Item":{"pk":{"S":"from a socket"}}}');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const get = new GetItemCommand({ TableName: TABLE, Key: key });
    const { Item } = await clientOf(`http://127.0.0.1:${port}`).send(get);
    expect(Item?.["pk"]?.S).toBe("from a socket");
    expect(asked).toEqual([]);
    server.closeAllConnections();
    server.close();
    putBack();
    await expect(clientOf(NOWHERE).send(get)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
