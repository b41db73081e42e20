/**
 * DynamoDB Streams: one shard for each table, one record for each change of an item, kept for 24 hours. Consumers
 * may rely on the order of one key's records only.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Types_Amazon_DynamoDB_Streams.html
 */
import { dynamoError, validation } from "../errors.ts";
import { type JsonObject, optionalInteger, optionalString, refuseOthers } from "../json.ts";
import { numberOf, optionalTextOf, type Row, textOf } from "../sqlite.ts";
import type { Item } from "./attribute-values.ts";
import type { DynamoContext } from "./context.ts";
import { parseItem } from "./item-store.ts";
import { attributesOf } from "./keys.ts";
import type { KeptRecord } from "./record-tail.ts";
import { type Table, tableArn } from "./table-definition.ts";

export const STREAM_RETENTION_MS = 24 * 60 * 60 * 1000;
const MAX_RECORDS = 1000;
const MAX_REPLY_BYTES = 1024 * 1024;
const SEQUENCE_DIGITS = 21;
const ITERATOR = /^(\d+):(\d+):(\d+)$/;
const ITERATOR_LIFE_MS = 15 * 60 * 1000;

/** A stream record as the wire and Lambda events have it. Times are epoch seconds. */
export type StreamRecord = {
  readonly eventID: string;
  readonly eventName: "INSERT" | "MODIFY" | "REMOVE";
  readonly eventVersion: "1.1";
  readonly eventSource: "aws:dynamodb";
  readonly awsRegion: string;
  readonly dynamodb: {
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Item;
    readonly NewImage?: Item;
    readonly OldImage?: Item;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: string;
  };
  /** Set on deletions that the time to live made. */
  readonly userIdentity?: { readonly type: "Service"; readonly principalId: "dynamodb.amazonaws.com" };
};

export type StreamView = { readonly viewType: string; readonly label: string };

export function formatSequence(sequence: number): string {
  return String(sequence).padStart(SEQUENCE_DIGITS, "0");
}

export function parseSequence(text: string): number {
  if (!/^\d{1,40}$/.test(text)) throw validation(`Invalid SequenceNumber: ${text}`);
  return Number(text);
}

/**
 * The records of a table after a sequence number (0: from the oldest kept), oldest first.
 * @returns the records, and the sequence number to go on from.
 */
export function recordsAfter(
  context: DynamoContext,
  table: Table,
  after: number,
  limit: number,
): { readonly records: readonly StreamRecord[]; readonly next: number } {
  const most = Math.min(limit, MAX_RECORDS);
  const oldest = context.now() - STREAM_RETENTION_MS;
  const records: StreamRecord[] = [];
  let next = after;
  let bytes = 0;
  for (const kept of context.items.tail.after(table, after) ??
    storedAfter(context, table, after, oldest, most)) {
    if (kept.createdMs <= oldest) continue;
    bytes += kept.size;
    if (records.length === most || (records.length > 0 && bytes > MAX_REPLY_BYTES)) break;
    records.push(toRecord(context, table, kept));
    next = kept.sequence;
  }
  return { records, next };
}

function* storedAfter(
  context: DynamoContext,
  table: Table,
  after: number,
  oldest: number,
  limit: number,
): Iterable<KeptRecord> {
  const rows = context.store
    .prepare(
      "SELECT * FROM stream_records WHERE table_id = ? AND sequence > ? AND created_ms > ? ORDER BY sequence LIMIT ?",
    )
    .iterate(table.id, after, oldest, limit);
  for (const row of rows) yield fromRow(table, row);
}

function fromRow(table: Table, row: Row): KeptRecord {
  const newImage = optionalTextOf(row, "new_image");
  const oldImage = optionalTextOf(row, "old_image");
  return {
    tableId: table.id,
    sequence: numberOf(row, "sequence"),
    createdMs: numberOf(row, "created_ms"),
    event: eventName(textOf(row, "event")),
    keys: parseItem(textOf(row, "keys")),
    newImage: newImage === undefined ? undefined : parseItem(newImage),
    oldImage: oldImage === undefined ? undefined : parseItem(oldImage),
    size: numberOf(row, "size"),
    byTtl: numberOf(row, "by_ttl") === 1,
  };
}

function toRecord(context: DynamoContext, table: Table, kept: KeptRecord): StreamRecord {
  const { sequence, createdMs, event, keys, newImage, oldImage, size, byTtl } = kept;
  return {
    eventID: sequence.toString(16).padStart(32, "0"),
    eventName: event,
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: context.region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(createdMs / 1000),
      Keys: keys,
      ...(newImage !== undefined && { NewImage: newImage }),
      ...(oldImage !== undefined && { OldImage: oldImage }),
      SequenceNumber: formatSequence(sequence),
      SizeBytes: size,
      StreamViewType: table.stream?.viewType ?? "",
    },
    ...(byTtl && {
      userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" },
    }),
  };
}

function eventName(text: string): StreamRecord["eventName"] {
  if (text === "INSERT" || text === "MODIFY" || text === "REMOVE") return text;
  throw new TypeError(`a stream record of kind ${text}`);
}

/** The sequence number of the newest record of a table, 0 when there is none. */
export function latestSequence(context: DynamoContext, table: Table): number {
  const row = context.store
    .prepare("SELECT sequence FROM stream_records WHERE table_id = ? ORDER BY sequence DESC LIMIT 1")
    .get(table.id);
  return row === undefined ? 0 : numberOf(row, "sequence");
}

/** Forgets records older than 24 hours. */
export function trimStreams(context: DynamoContext): void {
  context.store
    .prepare("DELETE FROM stream_records WHERE created_ms <= ?")
    .run(context.now() - STREAM_RETENTION_MS);
}

export function streamArnOf(context: DynamoContext, table: Table): string | undefined {
  if (table.stream === undefined) return undefined;
  return `${tableArn(context.region, context.accountId, table.name)}/stream/${table.stream.label}`;
}

function shardIdOf(table: Table): string {
  return `shardId-${String(table.createdMs).padStart(20, "0")}-${table.id.toString(16).padStart(8, "0")}`;
}

export function listStreams(context: DynamoContext, request: JsonObject): JsonObject {
  refuseOthers(request, new Set(["TableName", "Limit", "ExclusiveStartStreamArn"]));
  const name = optionalString(request, "TableName");
  const after = optionalString(request, "ExclusiveStartStreamArn") ?? "";
  const all = context.tables.all().flatMap((table) => {
    const StreamArn = streamArnOf(context, table);
    if (StreamArn === undefined || StreamArn <= after || (name !== undefined && name !== table.name))
      return [];
    return [{ StreamArn, TableName: table.name, StreamLabel: table.stream?.label }];
  });
  const limit = optionalInteger(request, "Limit") ?? 100;
  const Streams = all.slice(0, limit);
  return { Streams, ...(all.length > limit && { LastEvaluatedStreamArn: Streams.at(-1)?.StreamArn }) };
}

function findStream(
  context: DynamoContext,
  request: JsonObject,
): { table: Table; arn: string; view: StreamView } {
  const arn = optionalString(request, "StreamArn") ?? "";
  const table = context.tables.all().find((candidate) => streamArnOf(context, candidate) === arn);
  if (table?.stream === undefined) {
    throw dynamoError("ResourceNotFoundException", `Requested resource not found: Stream: ${arn} not found`);
  }
  return { table, arn, view: table.stream };
}

export function describeStream(context: DynamoContext, request: JsonObject): JsonObject {
  refuseOthers(request, new Set(["StreamArn", "Limit", "ExclusiveStartShardId"]));
  const { table, arn, view } = findStream(context, request);
  const shard = {
    ShardId: shardIdOf(table),
    SequenceNumberRange: { StartingSequenceNumber: formatSequence(0) },
  };
  return {
    StreamDescription: {
      StreamArn: arn,
      StreamLabel: view.label,
      StreamStatus: "ENABLED",
      StreamViewType: view.viewType,
      CreationRequestDateTime: table.createdMs / 1000,
      TableName: table.name,
      KeySchema: attributesOf(table.schema).map(({ name }) => ({
        AttributeName: name,
        KeyType: name === table.schema.hash.name ? "HASH" : "RANGE",
      })),
      Shards: optionalString(request, "ExclusiveStartShardId") === shard.ShardId ? [] : [shard],
    },
  };
}

export function getShardIterator(context: DynamoContext, request: JsonObject): JsonObject {
  refuseOthers(request, new Set(["StreamArn", "ShardId", "ShardIteratorType", "SequenceNumber"]));
  const { table } = findStream(context, request);
  const shardId = optionalString(request, "ShardId");
  if (shardId !== shardIdOf(table)) {
    throw dynamoError(
      "ResourceNotFoundException",
      `Requested resource not found: Shard: ${shardId} not found`,
    );
  }
  return { ShardIterator: encodeIterator(context, table, startAfter(context, table, request)) };
}

function startAfter(context: DynamoContext, table: Table, request: JsonObject): number {
  const type = optionalString(request, "ShardIteratorType");
  if (type === "TRIM_HORIZON") return 0;
  if (type === "LATEST") return latestSequence(context, table);
  const given = optionalString(request, "SequenceNumber");
  if (given === undefined) throw validation("A SequenceNumber is required with this ShardIteratorType");
  if (type === "AT_SEQUENCE_NUMBER") return parseSequence(given) - 1;
  if (type === "AFTER_SEQUENCE_NUMBER") return parseSequence(given);
  throw validation(`Unknown ShardIteratorType: ${type}`);
}

function encodeIterator(context: DynamoContext, table: Table, after: number): string {
  const text = `${table.id}:${Math.max(0, after)}:${context.now() + ITERATOR_LIFE_MS}`;
  return Buffer.from(text).toString("base64url");
}

export function getRecords(context: DynamoContext, request: JsonObject): JsonObject {
  refuseOthers(request, new Set(["ShardIterator", "Limit"]));
  const iterator = optionalString(request, "ShardIterator") ?? "";
  const match = ITERATOR.exec(Buffer.from(iterator, "base64url").toString());
  const table = context.tables.all().find(({ id }) => id === Number(match?.[1]));
  if (match === null || table === undefined) throw validation("Invalid ShardIterator");
  if (Number(match[3]) <= context.now()) {
    throw dynamoError("ExpiredIteratorException", "The shard iterator is older than 15 minutes");
  }
  const limit = optionalInteger(request, "Limit") ?? MAX_RECORDS;
  if (limit < 1 || limit > MAX_RECORDS) throw validation(`Limit must be between 1 and ${MAX_RECORDS}`);
  const { records, next } = recordsAfter(context, table, Number(match[2]), limit);
  return { Records: records, NextShardIterator: encodeIterator(context, table, next) };
}
