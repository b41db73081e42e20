/**
 * The embedded engine: the DynamoDB, DynamoDB Streams and SQS calls that Kith makes, on their wire protocol, over
 * SQLite. It serves in process through {@link Engine.call} and over HTTP through `server.ts`. Time, timers and
 * randomness come in, so that a simulation can drive it.
 */
import type { DynamoContext } from "./dynamo/context.ts";
import { buildItemStore } from "./dynamo/item-store.ts";
import { dynamoOperations, streamOperations, writingOperations } from "./dynamo/operations.ts";
import {
  formatSequence,
  parseSequence,
  recordsAfter,
  type StreamRecord,
  trimStreams,
} from "./dynamo/streams.ts";
import { expireItems } from "./dynamo/table-operations.ts";
import { openTables } from "./dynamo/tables.ts";
import { forgetTokens } from "./dynamo/transactions.ts";
import { AwsError, NoReplyError, unknownOperation } from "./errors.ts";
import { type EngineCall, type Fault, faultError, type Service } from "./faults.ts";
import type { JsonObject } from "./json.ts";
import { buildRandomness } from "./randomness.ts";
import { openStore, type Synchronous } from "./sqlite.ts";
import type { QueueCall, QueueContext } from "./sqs/context.ts";
import { buildMessageStore } from "./sqs/message-store.ts";
import { queueOperations } from "./sqs/operations.ts";
import { openQueues } from "./sqs/queues.ts";
import { buildWaiters, realTimer, type SetTimer } from "./waiters.ts";

/** What an observer is told after each call. Exactly one of `response` and `error` is there. */
export type CallReport = EngineCall & {
  readonly response?: JsonObject;
  readonly error?: AwsError | NoReplyError;
  /** How long the call took, by the real clock. */
  readonly ms: number;
};

/** Something that a poller may wait for has changed. */
export type Change =
  | { readonly kind: "stream"; readonly tableName: string }
  | { readonly kind: "queue"; readonly queueName: string };

export type Refusal = { readonly code: string; readonly message: string };

export type EngineOptions = {
  /** Path of the SQLite file; in memory when absent. */
  readonly file?: string;
  /** `FULL` (the default) or `NORMAL`; see {@link Synchronous}. */
  readonly synchronous?: Synchronous;
  /** Milliseconds since the epoch; the real clock when absent. */
  readonly now?: () => number;
  /** At least 0 and below 1; `Math.random` when absent. */
  readonly random?: () => number;
  /** Real timers when absent. */
  readonly setTimer?: SetTimer;
  /** Whether to shuffle what AWS gives in no promised order: queue messages, batches, records of a transaction. */
  readonly shuffle?: boolean;
  /** `us-east-1` when absent. */
  readonly region?: string;
  /** Twelve digits; `000000000000` when absent. */
  readonly accountId?: string;
  /** Asked before each call is carried out: a refusal is answered as AWS answers it. */
  readonly authorize?: (call: EngineCall) => Refusal | undefined | Promise<Refusal | undefined>;
  /** Asked after {@link authorize}: a fault to inject. */
  readonly intercept?: (call: EngineCall) => Fault | "pass" | undefined | Promise<Fault | "pass" | undefined>;
  /** Told after each call. */
  readonly onCall?: (report: CallReport) => void;
};

/** What belongs to one call rather than to the engine. */
export type CallOptions = {
  readonly accessKeyId?: string;
  /** Start of queue URLs in replies; that of AWS in the engine's region when absent. */
  readonly origin?: string;
  /** Aborting it ends a long poll without taking a message. */
  readonly signal?: AbortSignal;
};

export type Engine = {
  readonly region: string;
  readonly accountId: string;
  /**
   * Carries out one call.
   * @param target as in `X-Amz-Target`, for example `DynamoDB_20120810.PutItem` or `AmazonSQS.SendMessage`.
   * @param body the parsed JSON body.
   * @throws {@link AwsError} as AWS would answer; {@link NoReplyError} where a fault takes the reply away.
   */
  call(target: string, body: JsonObject, options?: CallOptions): Promise<JsonObject>;
  /**
   * Stream records of a table after a sequence number, oldest first; from the oldest kept when it is absent.
   * @returns at most `limit` records (1,000 when absent) and the sequence number to go on from.
   * @throws Error when there is no such table.
   */
  readStream(
    tableName: string,
    after?: string,
    limit?: number,
  ): { readonly records: readonly StreamRecord[]; readonly next: string };
  /** Listens for changes, told after each commit. @returns what stops it. */
  onChange(listener: (change: Change) => void): () => void;
  /**
   * Deletes items whose time to live has passed, and forgets stream records older than 24 hours and the tokens of
   * transactions older than 10 minutes.
   * @param nowMs the engine's clock when absent.
   * @returns how many items were deleted.
   */
  expire(nowMs?: number): number;
  /** Ends long polls and closes the file. */
  close(): void;
};

const SERVICES: ReadonlyMap<string, Service> = new Map([
  ["DynamoDB_20120810", "dynamodb"],
  ["DynamoDBStreams_20120810", "dynamodbstreams"],
  ["AmazonSQS", "sqs"],
]);
const ACCESS_DENIED: Readonly<Record<Service, string>> = {
  dynamodb: "com.amazon.coral.service#",
  dynamodbstreams: "com.amazon.coral.service#",
  sqs: "com.amazonaws.sqs#",
};

/** Opens the engine. @throws Error when the file cannot be opened or another process holds it. */
export function createEngine(options: EngineOptions = {}): Engine {
  const { region = "us-east-1", accountId = "000000000000", now = Date.now } = options;
  const store = openStore(options.file, options.synchronous ?? "FULL");
  const randomness = buildRandomness(options.random ?? Math.random, options.shuffle ?? false);
  const waiters = buildWaiters(options.setTimer ?? realTimer);
  const listeners = new Set<(change: Change) => void>();
  const announce = (change: Change): void => {
    for (const listener of listeners) queueMicrotask(() => listener(change));
  };
  const shared = { store, randomness, now, region, accountId };
  const dynamo: DynamoContext = { ...shared, tables: openTables(store), items: buildItemStore(store, now) };
  const sqs: QueueContext = {
    ...shared,
    queues: openQueues(store, `arn:aws:sqs:${region}:${accountId}:`),
    messages: buildMessageStore(store),
    closed: waiters.closed,
    changed(queue) {
      waiters.wake(queue.id);
      announce({ kind: "queue", queueName: queue.name });
    },
    untilChanged: (queue, atMs, signal) => waiters.wait(queue.id, atMs - now(), signal),
  };

  const execute = (call: EngineCall, queueCall: QueueCall): JsonObject | Promise<JsonObject> => {
    if (call.service === "sqs") {
      const operation = queueOperations.get(call.operation);
      if (operation === undefined) throw unknownOperation(call.operation);
      return operation(sqs, call.request, queueCall);
    }
    const operations = call.service === "dynamodb" ? dynamoOperations : streamOperations;
    const operation = operations.get(call.operation);
    if (operation === undefined) throw unknownOperation(call.operation);
    const reply = operation(dynamo, call.request);
    if (writingOperations.has(call.operation) && listeners.size > 0) {
      for (const tableName of tablesWritten(call.request)) announce({ kind: "stream", tableName });
    }
    return reply;
  };

  const run = async (call: EngineCall, { accessKeyId, origin, signal }: CallOptions): Promise<JsonObject> => {
    if (waiters.closed()) throw new Error("the engine is closed");
    const refusal = await options.authorize?.(call);
    if (refusal !== undefined)
      throw new AwsError(ACCESS_DENIED[call.service] + refusal.code, refusal.message);
    const asked = await options.intercept?.(call);
    const fault = asked === "pass" ? undefined : asked;
    const queueCall = (redeliver: boolean): QueueCall => ({
      accessKeyId,
      origin: origin ?? `https://sqs.${region}.amazonaws.com`,
      signal,
      redeliver,
    });
    if (fault === undefined) return execute(call, queueCall(false));
    if ("fail" in fault) {
      if (fault.fail === "timeout-before") throw new NoReplyError("timeout");
      throw faultError(call, fault.fail);
    }
    const redeliver = fault.afterCommit === "duplicate" && call.operation === "ReceiveMessage";
    const reply = await execute(call, queueCall(redeliver));
    if (fault.afterCommit !== "duplicate") throw new NoReplyError(fault.afterCommit);
    return redeliver ? reply : execute(call, queueCall(false));
  };

  return {
    region,
    accountId,
    async call(target, body, callOptions = {}) {
      const call = parseTarget(target, body, callOptions.accessKeyId);
      if (options.onCall === undefined) return run(call, callOptions);
      return observed(call, options.onCall, () => run(call, callOptions));
    },
    readStream(tableName, after, limit = 1000) {
      const table = dynamo.tables.find(tableName);
      if (table === undefined) throw new Error(`there is no table ${tableName}`);
      const from = after === undefined ? 0 : parseSequence(after);
      const { records, next } = recordsAfter(dynamo, table, from, limit);
      return { records, next: formatSequence(next) };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    expire(nowMs = now()) {
      const expired = expireItems(dynamo, nowMs);
      store.transaction(() => {
        trimStreams(dynamo);
        forgetTokens(dynamo, nowMs);
      });
      if (expired > 0)
        for (const { name } of dynamo.tables.all()) announce({ kind: "stream", tableName: name });
      return expired;
    },
    close() {
      waiters.close();
      store.close();
    },
  };
}

function parseTarget(target: string, request: JsonObject, accessKeyId: string | undefined): EngineCall {
  const dot = target.indexOf(".");
  const service = SERVICES.get(target.slice(0, Math.max(0, dot)));
  if (service === undefined) throw unknownOperation(target);
  return { service, operation: target.slice(dot + 1), request, accessKeyId };
}

/** The names of the tables that a writing request is about. */
function tablesWritten(request: JsonObject): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (value: unknown): void => {
    if (typeof value === "string") names.add(value.slice(value.lastIndexOf("/") + 1));
  };
  add(request["TableName"]);
  const { TransactItems, RequestItems } = request;
  if (Array.isArray(TransactItems)) {
    for (const entry of TransactItems) {
      for (const action of Object.values(Object(entry))) add(Object(action)["TableName"]);
    }
  }
  for (const name of Object.keys(Object(RequestItems))) add(name);
  return names;
}

async function observed(
  call: EngineCall,
  onCall: (report: CallReport) => void,
  work: () => Promise<JsonObject>,
): Promise<JsonObject> {
  const started = performance.now();
  try {
    const response = await work();
    onCall({ ...call, response, ms: performance.now() - started });
    return response;
  } catch (error) {
    if (error instanceof AwsError || error instanceof NoReplyError) {
      onCall({ ...call, error, ms: performance.now() - started });
    }
    throw error;
  }
}
