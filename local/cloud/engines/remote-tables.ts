// Tables and streams in another engine behind an HTTP endpoint (DynamoDB Local, for one), with the same policies,
// faults and meter in front of it. Its streams are asked now and then, as they cannot call.

import type { CallOptions, Engine } from "../../engine/engine.ts";
import { AwsError, NoReplyError } from "../../engine/errors.ts";
import { type EngineCall, faultError } from "../../engine/faults.ts";
import type { JsonObject } from "../../engine/json.ts";
import type { StreamPort, StreamRecord } from "../event-sources/ports.ts";
import { isRecord, parseObject, recordOrEmpty } from "../json.ts";
import type { EngineHooks } from "./engine.ts";

export type RemoteTables = {
  readonly streams: StreamPort;
  /** A call that sends table operations to the endpoint and everything else to the engine given. */
  wrap(engine: Engine, hooks: EngineHooks): Engine["call"];
  stop(): Promise<void>;
};

const POLL_EVERY_MS = 200;
const isTableCall = (target: string): boolean => target.startsWith("DynamoDB");

/** `region` signs the calls: DynamoDB Local keeps tables apart by it unless told to share. */
export function openRemoteTables(
  endpoint: string,
  region: string,
  onStop: () => Promise<void> = async () => {},
): RemoteTables {
  const send = remoteCall(endpoint, region);
  return {
    streams: remoteStreams(send),
    wrap: (engine, hooks) => async (target, body, options) =>
      isTableCall(target) ? guarded(target, body, options, hooks, send) : engine.call(target, body, options),
    stop: onStop,
  };
}

type Send = (target: string, body: JsonObject) => Promise<JsonObject>;

function remoteCall(endpoint: string, region: string): Send {
  const authorization = `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`;
  return async (target, body) => {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": target, authorization },
      body: JSON.stringify(body),
    });
    const reply = parseObject(await response.text()) ?? {};
    if (response.ok) return reply;
    const { __type, message, Message, ...fields } = reply;
    throw new AwsError(String(__type ?? "InternalFailure"), String(message ?? Message ?? ""), {
      status: response.status,
      fields,
    });
  };
}

/** The embedded engine does this for its own calls: policies first, then faults, then the work. */
async function guarded(
  target: string,
  request: JsonObject,
  options: CallOptions | undefined,
  hooks: EngineHooks,
  send: Send,
): Promise<JsonObject> {
  const call: EngineCall = {
    service: target.startsWith("DynamoDBStreams") ? "dynamodbstreams" : "dynamodb",
    operation: target.slice(target.indexOf(".") + 1),
    request,
    accessKeyId: options?.accessKeyId,
  };
  const refusal = hooks.authorize(call);
  if (refusal !== undefined) throw new AwsError(`com.amazon.coral.service#${refusal.code}`, refusal.message);
  const fault = hooks.intercept(call);
  if (fault === undefined) return send(target, request);
  if ("fail" in fault) {
    if (fault.fail === "timeout-before") throw new NoReplyError("timeout");
    throw faultError(call, fault.fail);
  }
  await send(target, request);
  if (fault.afterCommit === "duplicate") return send(target, request);
  throw new NoReplyError(fault.afterCommit);
}

function remoteStreams(send: Send): StreamPort {
  const streams = new Map<string, { arn: string; shard: string }>();
  const find = async (tableName: string): Promise<{ arn: string; shard: string }> => {
    const known = streams.get(tableName);
    if (known !== undefined) return known;
    const { Table } = await send("DynamoDB_20120810.DescribeTable", { TableName: tableName });
    const arn = String(recordOrEmpty(Table)["LatestStreamArn"]);
    const { StreamDescription } = await send("DynamoDBStreams_20120810.DescribeStream", { StreamArn: arn });
    const shards = recordOrEmpty(StreamDescription)["Shards"];
    const shard = String(recordOrEmpty(Array.isArray(shards) ? shards.at(-1) : undefined)["ShardId"]);
    const found = { arn, shard };
    streams.set(tableName, found);
    return found;
  };

  const read = async (
    tableName: string,
    after: string | undefined,
    limit: number,
  ): Promise<StreamRecord[]> => {
    const { arn, shard } = await find(tableName);
    const iterator = (place: JsonObject): Promise<JsonObject> =>
      send("DynamoDBStreams_20120810.GetShardIterator", { StreamArn: arn, ShardId: shard, ...place });
    const oldest = { ShardIteratorType: "TRIM_HORIZON" };
    const { ShardIterator } =
      after === undefined
        ? await iterator(oldest)
        : await iterator({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: after }).catch(
            (cause) => {
              // Records are kept for a day: after a longer pause the position itself is gone.
              if (cause instanceof AwsError && cause.code === "TrimmedDataAccessException")
                return iterator(oldest);
              throw cause;
            },
          );
    const { Records } = await send("DynamoDBStreams_20120810.GetRecords", {
      ShardIterator,
      Limit: Math.min(limit, 1_000),
    });
    return (Array.isArray(Records) ? Records : []).filter(isRecord).map((record) => {
      const change = recordOrEmpty(record["dynamodb"]);
      return {
        sequenceNumber: String(change["SequenceNumber"]),
        createdAtMs: Number(change["ApproximateCreationDateTime"]) * 1_000,
        record,
      };
    });
  };

  return {
    read,
    newest: async (tableName) => {
      let newest: string | undefined;
      for (;;) {
        const last = (await read(tableName, newest, 1_000)).at(-1);
        if (last === undefined) return newest;
        newest = last.sequenceNumber;
      }
    },
    onRecords: (_tableName, listener) => {
      const timer = setInterval(listener, POLL_EVERY_MS);
      return () => clearInterval(timer);
    },
  };
}
