// Makes the template's tables in an engine. A table that is there already must have the same keys and indexes.

import type { JsonObject } from "../../engine/json.ts";
import { isRecord, recordOrEmpty } from "../json.ts";
import type { IndexModel, KeyElement, TableModel } from "../template/model.ts";

type Call = (target: string, body: JsonObject) => Promise<JsonObject>;

/** Throws, saying how to begin anew, when a table was made from another template. */
export async function createTables(call: Call, tables: readonly TableModel[]): Promise<void> {
  for (const table of tables) {
    if (table.localIndexes.length > 0) {
      throw new Error(`Table ${table.logicalId} has local secondary indexes: the local cloud has none`);
    }
    const existing = await describe(call, table.name);
    if (existing === undefined) await create(call, table);
    else if (shapeOf(existing) !== shapeOf(definitionOf(table))) {
      throw new Error(
        `Table ${table.name} was made by another template. Start with --fresh to make it again.`,
      );
    }
  }
}

async function create(call: Call, table: TableModel): Promise<void> {
  await call("DynamoDB_20120810.CreateTable", definitionOf(table));
  if (table.ttlAttribute === undefined) return;
  await call("DynamoDB_20120810.UpdateTimeToLive", {
    TableName: table.name,
    TimeToLiveSpecification: { AttributeName: table.ttlAttribute, Enabled: true },
  });
}

async function describe(call: Call, name: string): Promise<JsonObject | undefined> {
  try {
    return recordOrEmpty((await call("DynamoDB_20120810.DescribeTable", { TableName: name }))["Table"]);
  } catch (cause) {
    if (cause instanceof Error && cause.name === "ResourceNotFoundException") return undefined;
    throw cause;
  }
}

function definitionOf(table: TableModel): JsonObject {
  const indexes = table.globalIndexes.map(indexDefinition);
  return {
    TableName: table.name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: Object.entries(table.attributes).map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: table.keys.map(keyDefinition),
    ...(indexes.length > 0 ? { GlobalSecondaryIndexes: indexes } : {}),
    ...(table.stream === undefined
      ? {}
      : { StreamSpecification: { StreamEnabled: true, StreamViewType: table.stream.viewType } }),
  };
}

const keyDefinition = ({ name, role }: KeyElement): JsonObject => ({ AttributeName: name, KeyType: role });

const indexDefinition = (index: IndexModel): JsonObject => ({
  IndexName: index.name,
  KeySchema: index.keys.map(keyDefinition),
  Projection: {
    ProjectionType: index.projection.type,
    ...(index.projection.attributes.length > 0 ? { NonKeyAttributes: index.projection.attributes } : {}),
  },
});

/** What must not differ: keys, indexes and projections, in a text that can be compared. */
function shapeOf(table: JsonObject): string {
  const indexes = Array.isArray(table["GlobalSecondaryIndexes"]) ? table["GlobalSecondaryIndexes"] : [];
  const shapes = indexes.filter(isRecord).map(({ IndexName, KeySchema, Projection }) => {
    const { ProjectionType, NonKeyAttributes } = recordOrEmpty(Projection);
    return JSON.stringify([IndexName, keysIn(KeySchema), ProjectionType, NonKeyAttributes ?? []]);
  });
  const stream = recordOrEmpty(table["StreamSpecification"])["StreamViewType"] ?? "";
  return JSON.stringify([keysIn(table["KeySchema"]), shapes.sort(), stream]);
}

const keysIn = (schema: unknown): unknown[] =>
  (Array.isArray(schema) ? schema : [])
    .filter(isRecord)
    .map(({ AttributeName, KeyType }) => [AttributeName, KeyType]);
