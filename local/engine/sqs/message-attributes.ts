/** Message attributes: their types, their size, the choice of those to return, and their digest. */
import { createHash } from "node:crypto";
import { isObject, type JsonObject, optionalObject, optionalString } from "../json.ts";
import { invalidParameter, unsupportedQueueFeature } from "./errors.ts";

export type MessageAttribute = {
  readonly DataType: string;
  readonly StringValue?: string;
  /** base64 */
  readonly BinaryValue?: string;
};
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

const NAME = /^(?!\.)(?!.*\.\.)(?!.*\.$)(?!(?:aws|amazon)\.)[A-Za-z0-9_.-]{1,256}$/i;
const DATA_TYPE = /^(?:String|Number|Binary)(?:\..+)?$/;
const MAX_ATTRIBUTES = 10;

/** @throws InvalidParameterValue */
export function readMessageAttributes(request: JsonObject): MessageAttributes {
  const entries = Object.entries(optionalObject(request, "MessageAttributes") ?? {});
  if (entries.length > MAX_ATTRIBUTES) {
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`,
    );
  }
  return Object.fromEntries(entries.map(([name, raw]) => [name, readAttribute(name, raw)]));
}

function readAttribute(name: string, raw: unknown): MessageAttribute {
  if (!NAME.test(name)) throw invalidParameter(`Invalid message attribute name: ${name}`);
  if (!isObject(raw)) throw invalidParameter(`The message attribute '${name}' must be a structure.`);
  for (const list of ["StringListValues", "BinaryListValues"]) {
    if (Array.isArray(raw[list]) && raw[list].length > 0) throw unsupportedQueueFeature(list);
  }
  const DataType = optionalString(raw, "DataType") ?? "";
  if (!DATA_TYPE.test(DataType)) {
    throw invalidParameter(
      `The message attribute '${name}' must contain a non-empty message attribute type.`,
    );
  }
  const binary = DataType.startsWith("Binary");
  const value = optionalString(raw, binary ? "BinaryValue" : "StringValue");
  if (value === undefined || value === "") {
    throw invalidParameter(
      `The message attribute '${name}' must contain a non-empty message attribute value.`,
    );
  }
  if (DataType.startsWith("Number") && !Number.isFinite(Number(value))) {
    throw invalidParameter(`Can't cast the value of message attribute '${name}' to a number.`);
  }
  return binary ? { DataType, BinaryValue: value } : { DataType, StringValue: value };
}

/** Names, types and values count towards the size of a message. */
export function attributesSize(attributes: MessageAttributes): number {
  return Object.entries(attributes).reduce(
    (sum, [name, attribute]) =>
      sum + Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType) + valueBytes(attribute).length,
    0,
  );
}

function valueBytes(attribute: MessageAttribute): Buffer {
  return attribute.BinaryValue === undefined
    ? Buffer.from(attribute.StringValue ?? "")
    : Buffer.from(attribute.BinaryValue, "base64");
}

export function md5(data: string | Buffer): string {
  return createHash("md5").update(data).digest("hex");
}

/**
 * The digest that SQS gives back for the attributes; `undefined` when there are none.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export function attributesDigest(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const parts = names.flatMap((name) => {
    const attribute = attributes[name];
    if (attribute === undefined) return [];
    const transport = attribute.BinaryValue === undefined ? 1 : 2;
    return [
      ...withLength(Buffer.from(name)),
      ...withLength(Buffer.from(attribute.DataType)),
      Buffer.of(transport),
      ...withLength(valueBytes(attribute)),
    ];
  });
  return md5(Buffer.concat(parts));
}

function withLength(bytes: Buffer): readonly Buffer[] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}

/** Those whose names are asked for: exactly, by `prefix.*`, or all by `All` or `.*`. */
export function chooseAttributes(attributes: MessageAttributes, asked: readonly string[]): MessageAttributes {
  if (asked.includes("All") || asked.includes(".*")) return attributes;
  const prefixes = asked.filter((name) => name.endsWith(".*")).map((name) => name.slice(0, -1));
  return Object.fromEntries(
    Object.entries(attributes).filter(
      ([name]) => asked.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)),
    ),
  );
}

export function parseAttributes(json: string): MessageAttributes {
  return JSON.parse(json);
}
