/** The definition of a table: read from CreateTable, checked, kept as JSON, described. */
import { notImplemented, validation } from "../errors.ts";
import {
  isObject,
  type JsonObject,
  objectList,
  optionalBoolean,
  optionalObject,
  optionalString,
  refuseOthers,
  stringList,
} from "../json.ts";
import { attributesOf, type KeyAttribute, type KeySchema, type KeyType } from "./keys.ts";

export type Projection = {
  readonly type: "ALL" | "KEYS_ONLY" | "INCLUDE";
  /** The attributes of `INCLUDE`. */
  readonly attributes: readonly string[];
};
export type SecondaryIndex = {
  /** Its position in the table, used in storage. */
  readonly number: number;
  readonly name: string;
  readonly schema: KeySchema;
  readonly projection: Projection;
};
export type StreamViewType = "NEW_IMAGE" | "OLD_IMAGE" | "NEW_AND_OLD_IMAGES" | "KEYS_ONLY";
export type TableDefinition = {
  readonly name: string;
  readonly attributes: readonly KeyAttribute[];
  readonly schema: KeySchema;
  readonly indexes: readonly SecondaryIndex[];
  readonly stream: { readonly viewType: StreamViewType; readonly label: string } | undefined;
  /** The attribute of the time to live, in epoch seconds, when it is enabled. */
  readonly ttlAttribute: string | undefined;
  readonly billingMode: "PAY_PER_REQUEST" | "PROVISIONED";
  readonly deletionProtected: boolean;
  readonly createdMs: number;
};
export type Table = TableDefinition & { readonly id: number };

const NAME = /^[A-Za-z0-9_.-]{3,255}$/;
/** Encryption, class and tags change nothing that a caller of the engine can see, so they are accepted. */
const KNOWN: ReadonlySet<string> = new Set([
  "TableName",
  "AttributeDefinitions",
  "KeySchema",
  "GlobalSecondaryIndexes",
  "BillingMode",
  "ProvisionedThroughput",
  "StreamSpecification",
  "DeletionProtectionEnabled",
  "SSESpecification",
  "TableClass",
  "Tags",
]);
const MAX_INDEXES = 20;
const INVALID = "One or more parameter values were invalid: ";

/** @throws ValidationException when the name is not one that a table or index may have. */
export function readName(request: JsonObject, member: string): string {
  const name = optionalString(request, member) ?? "";
  if (NAME.test(name)) return name;
  throw validation(
    "Invalid table/index name.  Table/index names must be between 3 and 255 characters long, and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'",
  );
}

/**
 * @param nowMs stamps the table and labels its stream.
 * @throws ValidationException for a definition that DynamoDB refuses or a feature that is not there.
 */
export function readTableDefinition(request: JsonObject, nowMs: number): TableDefinition {
  refuseOthers(request, KNOWN);
  const name = readName(request, "TableName");
  const attributes = objectList(request, "AttributeDefinitions").map(readAttribute);
  const schema = readKeySchema(request, attributes);
  const indexes = objectList(request, "GlobalSecondaryIndexes").map((raw, number) => ({
    number,
    name: readName(raw, "IndexName"),
    schema: readKeySchema(raw, attributes),
    projection: readProjection(raw),
  }));
  checkIndexes(indexes);
  checkAllUsed(attributes, [schema, ...indexes.map((index) => index.schema)]);
  return {
    name,
    attributes,
    schema,
    indexes,
    stream: readStream(request, nowMs),
    ttlAttribute: undefined,
    billingMode: readBillingMode(request),
    deletionProtected: optionalBoolean(request, "DeletionProtectionEnabled") ?? false,
    createdMs: nowMs,
  };
}

function readBillingMode(request: JsonObject): "PAY_PER_REQUEST" | "PROVISIONED" {
  const mode = optionalString(request, "BillingMode") ?? "PROVISIONED";
  if (mode !== "PAY_PER_REQUEST" && mode !== "PROVISIONED") throw notImplemented(`BillingMode ${mode}`);
  if (mode === "PROVISIONED" && optionalObject(request, "ProvisionedThroughput") === undefined) {
    throw validation(
      `${INVALID}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED`,
    );
  }
  return mode;
}

function readAttribute(raw: JsonObject): KeyAttribute {
  const type = optionalString(raw, "AttributeType");
  if (!isKeyType(type)) throw validation(`${INVALID}AttributeType must be one of [B, N, S]`);
  return { name: optionalString(raw, "AttributeName") ?? "", type };
}

function isKeyType(type: string | undefined): type is KeyType {
  return type === "S" || type === "N" || type === "B";
}

function readKeySchema(raw: JsonObject, attributes: readonly KeyAttribute[]): KeySchema {
  const members = objectList(raw, "KeySchema");
  const find = (keyType: string): KeyAttribute | undefined => {
    const found = members.filter((member) => member["KeyType"] === keyType);
    if (found.length > 1) throw notImplemented(`More than one ${keyType} key attribute`);
    const name = found[0] && optionalString(found[0], "AttributeName");
    if (name === undefined) return undefined;
    const attribute = attributes.find((candidate) => candidate.name === name);
    if (attribute !== undefined) return attribute;
    throw validation(
      `${INVALID}Some index key attributes are not defined in AttributeDefinitions. Keys: [${name}], AttributeDefinitions: [${attributes.map((candidate) => candidate.name).join(", ")}]`,
    );
  };
  const hash = find("HASH");
  const range = find("RANGE");
  if (hash === undefined)
    throw validation("No Hash Key specified in schema.  All Dynamo DB tables must have exactly one hash key");
  if (range === hash)
    throw validation(
      `${INVALID}Both the Hash Key and the Range Key element in the KeySchema have the same name`,
    );
  return { hash, range };
}

function readProjection(raw: JsonObject): Projection {
  const projection = optionalObject(raw, "Projection") ?? {};
  const type = optionalString(projection, "ProjectionType") ?? "";
  if (type !== "ALL" && type !== "KEYS_ONLY" && type !== "INCLUDE") {
    throw validation(`${INVALID}Unknown ProjectionType: ${type}`);
  }
  return { type, attributes: stringList(projection, "NonKeyAttributes") };
}

function checkIndexes(indexes: readonly SecondaryIndex[]): void {
  if (indexes.length > MAX_INDEXES)
    throw validation(`${INVALID}GlobalSecondaryIndex count exceeds the limit of ${MAX_INDEXES}`);
  const repeated = indexes.find((index, at) => indexes.findIndex(({ name }) => name === index.name) !== at);
  if (repeated !== undefined) throw validation(`${INVALID}Duplicate index name: ${repeated.name}`);
}

function checkAllUsed(attributes: readonly KeyAttribute[], schemas: readonly KeySchema[]): void {
  const used = new Set(schemas.flatMap((schema) => attributesOf(schema).map(({ name }) => name)));
  if (attributes.every(({ name }) => used.has(name))) return;
  throw validation(
    `${INVALID}Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions`,
  );
}

function readStream(request: JsonObject, nowMs: number): TableDefinition["stream"] {
  const raw = optionalObject(request, "StreamSpecification");
  if (raw === undefined || optionalBoolean(raw, "StreamEnabled") !== true) return undefined;
  const viewType = optionalString(raw, "StreamViewType");
  if (!isViewType(viewType))
    throw validation(`${INVALID}StreamViewType is required and must be a known type`);
  return { viewType, label: new Date(nowMs).toISOString().replace("Z", "") };
}

function isViewType(type: string | undefined): type is StreamViewType {
  return (
    type === "NEW_IMAGE" || type === "OLD_IMAGE" || type === "NEW_AND_OLD_IMAGES" || type === "KEYS_ONLY"
  );
}

/** A definition as it was kept. @throws TypeError when the text is not one of ours. */
export function parseDefinition(text: string): TableDefinition {
  const value: unknown = JSON.parse(text);
  if (!isDefinition(value)) throw new TypeError("not the definition of a table");
  return value;
}

function isDefinition(value: unknown): value is TableDefinition {
  return isObject(value) && isObject(value["schema"]) && Array.isArray(value["indexes"]);
}

export function tableArn(region: string, accountId: string, name: string): string {
  return `arn:aws:dynamodb:${region}:${accountId}:table/${name}`;
}

function describeSchema(schema: KeySchema): readonly JsonObject[] {
  return attributesOf(schema).map(({ name }) => ({
    AttributeName: name,
    KeyType: name === schema.hash.name ? "HASH" : "RANGE",
  }));
}

/** The `TableDescription` that CreateTable and DescribeTable answer with. */
export function describeTable(
  table: Table,
  arn: string,
  counts: { items: number; bytes: number },
): JsonObject {
  return {
    AttributeDefinitions: table.attributes.map(({ name, type }) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    TableName: table.name,
    KeySchema: describeSchema(table.schema),
    TableStatus: "ACTIVE",
    CreationDateTime: table.createdMs / 1000,
    ProvisionedThroughput: { NumberOfDecreasesToday: 0, ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    TableSizeBytes: counts.bytes,
    ItemCount: counts.items,
    TableArn: arn,
    TableId: String(table.id),
    BillingModeSummary: { BillingMode: table.billingMode },
    DeletionProtectionEnabled: table.deletionProtected,
    ...(table.indexes.length > 0 && {
      GlobalSecondaryIndexes: table.indexes.map((index) => describeIndex(index, arn)),
    }),
    ...(table.stream !== undefined && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: table.stream.viewType },
      LatestStreamLabel: table.stream.label,
      LatestStreamArn: `${arn}/stream/${table.stream.label}`,
    }),
  };
}

function describeIndex(index: SecondaryIndex, arn: string): JsonObject {
  const { type, attributes } = index.projection;
  return {
    IndexName: index.name,
    KeySchema: describeSchema(index.schema),
    Projection: { ProjectionType: type, ...(attributes.length > 0 && { NonKeyAttributes: attributes }) },
    IndexStatus: "ACTIVE",
    IndexArn: `${arn}/index/${index.name}`,
  };
}
