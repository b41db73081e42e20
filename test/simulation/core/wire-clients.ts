/**
 * AWS clients without the SDK's machinery: commands go straight into the engine, one wait each. The real clients spend
 * a millisecond of signing and serialization on each call, thirty times what the engine takes.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Item as WireItem } from "../../../local/engine/dynamo/attribute-values.ts";
import type { Engine } from "../../../local/engine/engine.ts";
import { AwsError } from "../../../local/engine/errors.ts";
import type { EngineCall, Fault } from "../../../local/engine/faults.ts";
import type { JsonObject } from "../../../local/engine/json.ts";
import type { CallFault } from "./chaos.ts";
import type { Dice } from "./dice.ts";
import type { Port } from "./environment.ts";
import { fromWireItem, toWireItem } from "./wire-values.ts";

/** Members that hold an item or a part of one, on the way in. */
const itemsIn: ReadonlySet<string> = new Set([
  "Item",
  "Key",
  "ExpressionAttributeValues",
  "ExclusiveStartKey",
]);
/** And on the way out. */
const itemsOut: ReadonlySet<string> = new Set(["Item", "Attributes", "LastEvaluatedKey"]);

const isPlain = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** A request in the document client's form as its wire form. */
function toWire(value: unknown, name = ""): unknown {
  if (itemsIn.has(name)) return toWireItem(Object(value));
  if (Array.isArray(value))
    return value.map((member) => (name === "Keys" ? toWireItem(Object(member)) : toWire(member)));
  if (!isPlain(value)) return value;
  const wire: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value))
    if (member !== undefined) wire[key] = toWire(member, key);
  return wire;
}

function fromWire(reply: JsonObject): JsonObject {
  const native: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(reply)) {
    if (itemsOut.has(key)) native[key] = fromWireItem(member as WireItem);
    else if (key === "Items" && Array.isArray(member)) native[key] = member.map((item) => fromWireItem(item));
    else if (key === "Responses" && isPlain(member)) {
      native[key] = Object.fromEntries(
        Object.entries(member).map(([table, items]) => [
          table,
          Array.isArray(items) ? items.map((item) => fromWireItem(item)) : items,
        ]),
      );
    } else native[key] = member;
  }
  return native;
}

/** As an SDK would throw it: named by its code, with its fields. */
const toSdkError = (cause: unknown): unknown =>
  cause instanceof AwsError
    ? Object.assign(new Error(cause.message), { name: cause.code, ...cause.fields })
    : cause;

const FAULT_PREFIX = "fault:";

/** The fault that a call brings along: the engine knows a caller by its access key id, and so is told what to do. */
export function faultOfCall({ accessKeyId }: EngineCall): Fault | undefined {
  if (accessKeyId?.startsWith(FAULT_PREFIX) !== true) return undefined;
  switch (accessKeyId.slice(FAULT_PREFIX.length)) {
    case "throttle":
      return { fail: "throttle" };
    case "internal":
      return { fail: "internal" };
    case "conflict":
      return { fail: "conflict" };
    case "twice":
      return { afterCommit: "duplicate" };
    default:
      return undefined;
  }
}

export const callWith = (fault: string | undefined): { readonly accessKeyId: string } => ({
  accessKeyId: fault === undefined ? "function" : `${FAULT_PREFIX}${fault}`,
});

const writes: ReadonlySet<string> = new Set([
  "PutItem",
  "UpdateItem",
  "DeleteItem",
  "TransactWriteItems",
  "BatchWriteItem",
]);

/** Class name of a document client's command → operation on the wire. */
const operations: Readonly<Record<string, string>> = {
  GetCommand: "GetItem",
  PutCommand: "PutItem",
  UpdateCommand: "UpdateItem",
  DeleteCommand: "DeleteItem",
  QueryCommand: "Query",
  ScanCommand: "Scan",
  BatchGetCommand: "BatchGetItem",
  BatchWriteCommand: "BatchWriteItem",
  TransactWriteCommand: "TransactWriteItems",
};

type Command = { readonly input: object; readonly constructor: { readonly name: string } };

/** The first key that a request names, for the trace. */
function keyIn(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    const [first] = value;
    const more = value.length > 1 ? ` +${value.length - 1}` : "";
    const key = keyIn(first);
    return key === undefined ? undefined : key + more;
  }
  if (!isPlain(value)) return undefined;
  if (typeof value["pk"] === "string") return `${value["pk"]}/${String(value["sk"]).slice(0, 30)}`;
  if (typeof value[":pk"] === "string") return value[":pk"];
  for (const member of Object.values(value)) {
    const key = keyIn(member);
    if (key !== undefined) return key;
  }
  return undefined;
}

// Only their prototypes are used; nothing is ever sent by them.
const credentials = { accessKeyId: "simulation", secretAccessKey: "simulation" };
const documentBase = DynamoDBDocumentClient.from(new DynamoDBClient({ region: "eu-west-1", credentials }));
const queueBase = new SQSClient({ region: "eu-west-1", credentials });

/** A document client whose every call is one wait at `port`. */
export function documentClientAt(port: Port, engine: Engine, dice: Dice): DynamoDBDocumentClient {
  const send = (command: Command): Promise<unknown> => {
    const operation = operations[command.constructor.name];
    if (operation === undefined) throw new Error(`the simulation does not know ${command.constructor.name}`);
    const input = toWire(command.input) as JsonObject;
    // As the SDK does, so that asking again for the same transaction is noticed.
    const request =
      operation === "TransactWriteItems"
        ? { ...input, ClientRequestToken: `${dice.fraction()}`.slice(0, 30) }
        : input;
    const about = { detail: keyIn(command.input) ?? "", isWrite: writes.has(operation) };
    return port("table", operation, about, async (fault) => {
      try {
        return fromWire(await engine.call(`DynamoDB_20120810.${operation}`, request, callWith(fault)));
      } catch (cause) {
        throw toSdkError(cause);
      }
    });
  };
  return Object.create(documentBase, { send: { value: send } });
}

type Batch = { readonly QueueUrl?: string; readonly Entries?: readonly unknown[] };

/** Of a batch only the first half is taken; the rest is reported as failed. */
async function takePartly(engine: Engine, input: JsonObject): Promise<JsonObject> {
  const { Entries = [] } = input as Batch;
  const taken = Entries.slice(0, Math.floor(Entries.length / 2));
  const failed = Entries.slice(taken.length).map((entry) => ({
    Id: isPlain(entry) ? entry["Id"] : "",
    SenderFault: false,
    Code: "InternalError",
  }));
  const reply =
    taken.length === 0 ? {} : await engine.call("AmazonSQS.SendMessageBatch", { ...input, Entries: taken });
  return { ...reply, Failed: failed };
}

/** An SQS client that sends batches, each one wait at `port`. */
export function queueClientAt(port: Port, engine: Engine): SQSClient {
  const send = (command: Command): Promise<unknown> => {
    const operation = command.constructor.name.replace(/Command$/, "");
    const input = command.input as JsonObject & Batch;
    const queue = input.QueueUrl?.split("/").at(-1) ?? "";
    const about = { detail: `${queue} ${input.Entries?.length ?? 1}`, isWrite: true };
    return port("queue", operation, about, async (fault: CallFault | undefined) => {
      try {
        if (fault === "partly") return await takePartly(engine, input);
        return await engine.call(`AmazonSQS.${operation}`, input, callWith(fault));
      } catch (cause) {
        throw toSdkError(cause);
      }
    });
  };
  return Object.create(queueBase, { send: { value: send } });
}
