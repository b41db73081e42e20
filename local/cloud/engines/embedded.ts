// The embedded engine under the local cloud: durable tables and queues, asked in process by the pollers and over HTTP
// by the functions. Tables may live elsewhere (`remote`); queues are always here.

import { answerOf, failure } from "../../engine/answer.ts";
import type { StreamRecord as EngineRecord } from "../../engine/dynamo/streams.ts";
import { createEngine, type Engine } from "../../engine/engine.ts";
import { NoReplyError } from "../../engine/errors.ts";
import { startEngineServer } from "../../engine/server.ts";
import type { CloudClock } from "../clock.ts";
import type { QueueMessage, QueuePort, StreamPort } from "../event-sources/ports.ts";
import { ROOT_ACCESS_KEY } from "../iam/authorizer.ts";
import { isRecord, recordOrEmpty } from "../json.ts";
import { LOCAL_ACCOUNT } from "../template/resolve.ts";
import { createQueues } from "./create-queues.ts";
import { createTables } from "./create-tables.ts";
import type { CloudEngine, EngineHooks } from "./engine.ts";
import { meteredCall } from "./metered-call.ts";
import type { RemoteTables } from "./remote-tables.ts";

export type EmbeddedOptions = {
  /** SQLite file. */
  readonly file: string;
  readonly region: string;
  readonly clock: CloudClock;
  readonly hooks: EngineHooks;
  readonly onError: (cause: unknown) => void;
  /** Another engine for the tables and their streams. */
  readonly remote?: RemoteTables;
};

/** How often expired items and old stream records are cleared. */
const EXPIRE_EVERY_MS = 60_000;

export async function openEmbeddedEngine(options: EmbeddedOptions): Promise<CloudEngine> {
  const { clock, hooks, remote } = options;
  const engine = createEngine({
    file: options.file,
    // What was committed survives a kill of the process either way; FULL would guard against a power cut too.
    synchronous: "NORMAL",
    now: clock.now,
    setTimer: (delayMs, fire) => {
      const timer = clock.after(delayMs, fire);
      return () => timer.cancel();
    },
    region: options.region,
    accountId: LOCAL_ACCOUNT,
    authorize: (call) => hooks.authorize(call),
    intercept: (call) => hooks.intercept(call),
  });
  const facade: Engine = { ...engine, call: meteredCall(remote?.wrap(engine, hooks) ?? engine.call, hooks) };
  const server = await startEngineServer(facade, { onError: options.onError });

  const expire = (): void => {
    engine.expire();
    clock.after(EXPIRE_EVERY_MS, expire);
  };
  clock.after(EXPIRE_EVERY_MS, expire);

  return {
    dynamodbUrl: server.url,
    sqsUrl: server.url,
    answer: async (request, signal) => {
      try {
        return await answerOf(facade, request, signal);
      } catch (cause) {
        if (cause instanceof NoReplyError) return undefined;
        options.onError(cause);
        return failure(cause);
      }
    },
    queues: queuePort(engine),
    streams: remote?.streams ?? streamPort(engine),
    createTables: (tables) => createTables((target, body) => facade.call(target, body, asRoot), tables),
    createQueues: (queues) => createQueues((target, body) => engine.call(target, body, asRoot), queues),
    stop: async () => {
      await server.close();
      engine.close();
      await remote?.stop();
    },
  };
}

const asRoot = { accessKeyId: ROOT_ACCESS_KEY };

function queuePort(engine: Engine): QueuePort {
  const call = (operation: string, queueName: string, body: Record<string, unknown>, signal?: AbortSignal) =>
    engine.call(
      `AmazonSQS.${operation}`,
      { QueueUrl: `http://localhost/${LOCAL_ACCOUNT}/${queueName}`, ...body },
      { ...asRoot, ...(signal === undefined ? {} : { signal }) },
    );
  return {
    receive: async (queueName, { limit, waitSeconds, signal }) => {
      const body = {
        MaxNumberOfMessages: limit,
        WaitTimeSeconds: waitSeconds,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["All"],
      };
      const { Messages } = await call("ReceiveMessage", queueName, body, signal);
      return (Array.isArray(Messages) ? Messages : []).filter(isRecord).map(toMessage);
    },
    delete: async (queueName, receiptHandles) => {
      for (const ReceiptHandle of receiptHandles) await call("DeleteMessage", queueName, { ReceiptHandle });
    },
    send: async (queueName, body) => {
      await call("SendMessage", queueName, { MessageBody: body });
    },
    counts: async (queueName) => {
      const { Attributes } = await call("GetQueueAttributes", queueName, { AttributeNames: ["All"] });
      const attributes = recordOrEmpty(Attributes);
      const count = (name: string): number => Number(attributes[`ApproximateNumberOfMessages${name}`] ?? 0);
      return { visible: count(""), inFlight: count("NotVisible"), delayed: count("Delayed") };
    },
    redrive: async (queueName) => {
      const SourceArn = `arn:aws:sqs:${engine.region}:${LOCAL_ACCOUNT}:${queueName}`;
      await engine.call("AmazonSQS.StartMessageMoveTask", { SourceArn }, asRoot);
      const { Results } = await engine.call("AmazonSQS.ListMessageMoveTasks", { SourceArn }, asRoot);
      const [latest] = Array.isArray(Results) ? Results : [];
      return Number(recordOrEmpty(latest)["ApproximateNumberOfMessagesMoved"] ?? 0);
    },
  };
}

function toMessage(raw: Record<string, unknown>): QueueMessage {
  return {
    messageId: String(raw["MessageId"]),
    receiptHandle: String(raw["ReceiptHandle"]),
    body: String(raw["Body"]),
    md5OfBody: String(raw["MD5OfBody"]),
    attributes: Object.fromEntries(
      Object.entries(recordOrEmpty(raw["Attributes"])).map(([name, value]) => [name, String(value)]),
    ),
    messageAttributes: recordOrEmpty(raw["MessageAttributes"]),
  };
}

function streamPort(engine: Engine): StreamPort {
  const read = (tableName: string, after: string | undefined, limit: number): readonly EngineRecord[] =>
    engine.readStream(tableName, after, limit).records;
  return {
    read: async (tableName, after, limit) =>
      read(tableName, after, limit).map((record) => ({
        sequenceNumber: record.dynamodb.SequenceNumber,
        createdAtMs: record.dynamodb.ApproximateCreationDateTime * 1_000,
        record,
      })),
    newest: async (tableName) => {
      let newest: string | undefined;
      for (;;) {
        const last = read(tableName, newest, 1_000).at(-1);
        if (last === undefined) return newest;
        newest = last.dynamodb.SequenceNumber;
      }
    },
    onRecords: (tableName, listener) =>
      engine.onChange((change) => {
        if (change.kind === "stream" && change.tableName === tableName) listener();
      }),
  };
}
