/** The single table as the infrastructure makes it, on an engine or through a client. */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import type { Engine } from "../../local/engine/engine.ts";
import { tableSchema } from "../../shared/table/schema.ts";

const { partitionKey, sortKey, indexes } = tableSchema;

export const kithTableDefinition = (tableName: string): CreateTableCommandInput => ({
  TableName: tableName,
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [
    { AttributeName: partitionKey, AttributeType: "S" },
    { AttributeName: sortKey, AttributeType: "S" },
    ...Object.values(indexes).flatMap((index) => [
      { AttributeName: index.partitionKey, AttributeType: "S" as const },
      {
        AttributeName: index.sortKey,
        AttributeType: index.sortKeyType === "number" ? ("N" as const) : ("S" as const),
      },
    ]),
  ],
  KeySchema: [
    { AttributeName: partitionKey, KeyType: "HASH" },
    { AttributeName: sortKey, KeyType: "RANGE" },
  ],
  GlobalSecondaryIndexes: Object.entries(indexes).map(([name, index]) => ({
    IndexName: name,
    KeySchema: [
      { AttributeName: index.partitionKey, KeyType: "HASH" },
      { AttributeName: index.sortKey, KeyType: "RANGE" },
    ],
    Projection: { ProjectionType: index.projection === "all" ? "ALL" : "KEYS_ONLY" },
  })),
  StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
});

export const createKithTable = (engine: Engine, tableName: string): Promise<unknown> =>
  engine.call("DynamoDB_20120810.CreateTable", { ...kithTableDefinition(tableName) });

export const createTableThrough = (client: DynamoDBClient, tableName: string): Promise<unknown> =>
  client.send(new CreateTableCommand(kithTableDefinition(tableName)));
