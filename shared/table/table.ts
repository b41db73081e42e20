/**
 * The table as the storage modules see it: a few exact requests on the document client, each counted by the meter in
 * the units DynamoDB bills. Conditions carry the invariants; a refused condition is an answer, not an exception.
 */
import { DynamoDBClient, type TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { err, ok, type Result } from "../result.ts";
import { itemSize, readUnits, writeUnits } from "./item-size.ts";
import type { Key } from "./keys.ts";
import type { Meter } from "./meter.ts";
import { type IndexName, tableSchema } from "./schema.ts";

export type Item = Readonly<Record<string, unknown>>;

/** Names and values of an expression, without the table's name. */
export type Expression = {
  readonly condition?: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
};

export type PutOperation = { readonly put: Item } & Expression;
export type UpdateOperation = {
  readonly update: Key;
  /** A whole update expression, as in `SET #status = :status ADD #version :one`. */
  readonly set: string;
  /** The item's size in bytes after the update, for the meter; 1 KiB or less when left out. */
  readonly sizeHint?: number;
} & Expression;
export type DeleteOperation = { readonly delete: Key } & Expression;
export type CheckOperation = { readonly check: Key; readonly condition: string } & Expression;
export type WriteOperation = PutOperation | UpdateOperation | DeleteOperation | CheckOperation;

/** Why a transaction was cancelled, one a member in order: `none`, a refused condition with the item as it is, or a race. */
export type CancellationReason =
  | { readonly code: "none" }
  | { readonly code: "condition"; readonly item?: Item }
  | { readonly code: "conflict" }
  | { readonly code: "throttled" };

export type QueryInput = {
  readonly index?: IndexName;
  readonly partition: string;
  /** A condition on the sort key in terms of `#sk`, as in `begins_with(#sk, :prefix)`. */
  readonly sort?: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly newestFirst?: boolean;
  readonly limit?: number;
  /** Strongly consistent; never on an index. */
  readonly consistent?: boolean;
  readonly after?: Item;
};

export type Page = { readonly items: readonly Item[]; readonly lastKey?: Item };

export type Table = {
  /** Strongly consistent unless said otherwise. */
  readonly get: (key: Key, options?: { readonly consistent?: boolean }) => Promise<Item | undefined>;
  /** In the order of the keys; what is not there is undefined. */
  readonly getMany: (keys: readonly Key[]) => Promise<readonly (Item | undefined)[]>;
  readonly query: (input: QueryInput) => Promise<Page>;
  /** `false` when the condition refused it. */
  readonly put: (operation: PutOperation) => Promise<boolean>;
  /**
   * Puts items with different keys, without conditions, in batches of 25. After a throw some are there: for items
   * whose repeated put changes nothing.
   */
  readonly putMany: (items: readonly Item[]) => Promise<void>;
  /** The item afterwards, or undefined when the condition refused it. */
  readonly update: (operation: UpdateOperation) => Promise<Item | undefined>;
  /** `false` when the condition refused it. */
  readonly remove: (operation: DeleteOperation) => Promise<boolean>;
  /**
   * All or nothing. @throws whatever is neither a refused condition, nor a conflict, nor throttling.
   * At most 100 operations, one an item.
   */
  readonly transact: (
    operations: readonly WriteOperation[],
  ) => Promise<Result<void, readonly CancellationReason[]>>;
  /** Every item of the table, page by page: for the audit. */
  readonly scan: () => AsyncIterable<readonly Item[]>;
};

/** The condition of a first write. */
export const NOT_EXISTS = "attribute_not_exists(pk)";

export type TableDeps = {
  readonly tableName: string;
  readonly client: DynamoDBDocumentClient;
  readonly meter?: Meter;
};

/** The client for Lambda: endpoint and region from the standard environment variables. */
export const documentClient = (client: DynamoDBClient = new DynamoDBClient({})): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

const isNamed = (cause: unknown, name: string): boolean => cause instanceof Error && cause.name === name;

const isCancelled = (cause: unknown): cause is TransactionCanceledException =>
  isNamed(cause, "TransactionCanceledException");

/** @see Amazon DynamoDB API Reference, TransactWriteItems, CancellationReasons */
function toReason(reason: {
  Code?: string | undefined;
  Item?: Record<string, unknown> | undefined;
}): CancellationReason {
  switch (reason.Code) {
    case undefined:
    case "None":
      return { code: "none" };
    case "ConditionalCheckFailed":
      // The document client leaves the item of a cancellation in its wire form.
      return reason.Item === undefined
        ? { code: "condition" }
        : { code: "condition", item: unmarshall(reason.Item as Parameters<typeof unmarshall>[0]) };
    case "TransactionConflict":
      return { code: "conflict" };
    case "ThrottlingError":
    case "ProvisionedThroughputExceeded":
      return { code: "throttled" };
    default:
      throw new Error(`a transaction was cancelled for ${reason.Code}`);
  }
}

const expressionInput = ({ condition, names, values }: Expression) => ({
  ...(condition === undefined ? {} : { ConditionExpression: condition }),
  ...(names === undefined ? {} : { ExpressionAttributeNames: { ...names } }),
  ...(values === undefined ? {} : { ExpressionAttributeValues: { ...values } }),
});

function toTransactItem(tableName: string, operation: WriteOperation) {
  const base = {
    TableName: tableName,
    ...expressionInput(operation),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
  };
  if ("put" in operation) return { Put: { ...base, Item: { ...operation.put } } };
  if ("update" in operation)
    return { Update: { ...base, Key: { ...operation.update }, UpdateExpression: operation.set } };
  if ("delete" in operation) return { Delete: { ...base, Key: { ...operation.delete } } };
  return {
    ConditionCheck: { ...base, Key: { ...operation.check }, ConditionExpression: operation.condition },
  };
}

/** How many indexes an item is in: each costs a write of its own. */
const indexCount = (item: Item): number =>
  Object.values(tableSchema.indexes).filter((index) => item[index.partitionKey] !== undefined).length;

const putUnits = (item: Item): number => writeUnits(itemSize(item)) * (1 + indexCount(item));

const sumOf = <T>(values: readonly T[], measure: (value: T) => number): number =>
  values.reduce((sum, value) => sum + measure(value), 0);

const unitsOf = (operation: WriteOperation): number => {
  if ("put" in operation) return putUnits(operation.put);
  if ("update" in operation) return writeUnits(operation.sizeHint ?? 0);
  return 1;
};

export function createTable({ tableName, client, meter }: TableDeps): Table {
  const read = (bytes: number, consistent: boolean): void =>
    meter?.add({ readUnits: readUnits(bytes) * (consistent ? 1 : 0.5), requests: 1 });
  const wrote = (units: number): void => meter?.add({ writeUnits: units, requests: 1 });

  const refusable = async <T>(action: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await action();
    } catch (cause) {
      if (isNamed(cause, "ConditionalCheckFailedException")) return undefined;
      throw cause;
    }
  };

  return {
    async get(key, { consistent = true } = {}) {
      const answer = await client.send(
        new GetCommand({ TableName: tableName, Key: { ...key }, ConsistentRead: consistent }),
      );
      read(answer.Item === undefined ? 0 : itemSize(answer.Item), consistent);
      return answer.Item;
    },

    async getMany(wanted) {
      const found = new Map<string, Item>();
      const name = (key: Item): string => JSON.stringify([key["pk"], key["sk"]]);
      const unique = [...new Map(wanted.map((key) => [name(key), key])).values()];
      for (let start = 0; start < unique.length; start += 100) {
        let open: Record<string, unknown>[] = unique.slice(start, start + 100).map((key) => ({ ...key }));
        // Keys may come back unprocessed under load; each round makes progress or throws.
        while (open.length > 0) {
          const answer = await client.send(
            new BatchGetCommand({ RequestItems: { [tableName]: { Keys: open } } }),
          );
          const items = answer.Responses?.[tableName] ?? [];
          for (const item of items) {
            found.set(name(item), item);
            meter?.add({ readUnits: readUnits(itemSize(item)) * 0.5 });
          }
          meter?.add({ requests: 1 });
          open = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
        }
      }
      return wanted.map((key) => found.get(name(key)));
    },

    async query({ index, partition, sort, values, newestFirst = false, limit, consistent = false, after }) {
      const names = index === undefined ? tableSchema : tableSchema.indexes[index];
      const input: QueryCommandInput = {
        TableName: tableName,
        KeyConditionExpression: sort === undefined ? "#pk = :pk" : `#pk = :pk AND ${sort}`,
        ExpressionAttributeNames: {
          "#pk": names.partitionKey,
          ...(sort === undefined ? {} : { "#sk": names.sortKey }),
        },
        ExpressionAttributeValues: { ":pk": partition, ...values },
        ScanIndexForward: !newestFirst,
        ConsistentRead: consistent,
        ...(index === undefined ? {} : { IndexName: index }),
        ...(limit === undefined ? {} : { Limit: limit }),
        ...(after === undefined ? {} : { ExclusiveStartKey: { ...after } }),
      };
      const answer = await client.send(new QueryCommand(input));
      const items = answer.Items ?? [];
      read(
        items.reduce((sum, item) => sum + itemSize(item), 0),
        consistent,
      );
      return answer.LastEvaluatedKey === undefined ? { items } : { items, lastKey: answer.LastEvaluatedKey };
    },

    async put(operation) {
      const answer = await refusable(() =>
        client.send(
          new PutCommand({ TableName: tableName, Item: { ...operation.put }, ...expressionInput(operation) }),
        ),
      );
      wrote(unitsOf(operation));
      return answer !== undefined;
    },

    async putMany(items) {
      for (let start = 0; start < items.length; start += 25) {
        let open = items.slice(start, start + 25);
        // Puts may come back unprocessed under load; each round makes progress or throws.
        while (open.length > 0) {
          const answer = await client.send(
            new BatchWriteCommand({
              RequestItems: { [tableName]: open.map((item) => ({ PutRequest: { Item: { ...item } } })) },
            }),
          );
          const left = (answer.UnprocessedItems?.[tableName] ?? []).flatMap(
            ({ PutRequest }) => PutRequest?.Item ?? [],
          );
          wrote(sumOf(open, putUnits) - sumOf(left, putUnits));
          open = left;
        }
      }
    },

    async update(operation) {
      const answer = await refusable(() =>
        client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { ...operation.update },
            UpdateExpression: operation.set,
            ReturnValues: "ALL_NEW",
            ...expressionInput(operation),
          }),
        ),
      );
      const item = answer?.Attributes;
      wrote(item === undefined ? 1 : writeUnits(itemSize(item)) * (1 + indexCount(item)));
      return item;
    },

    async remove(operation) {
      const answer = await refusable(() =>
        client.send(
          new DeleteCommand({
            TableName: tableName,
            Key: { ...operation.delete },
            ...expressionInput(operation),
          }),
        ),
      );
      wrote(1);
      return answer !== undefined;
    },

    async transact(operations) {
      // Twice the units: a transaction prepares and commits each item.
      wrote(2 * operations.reduce((sum, operation) => sum + unitsOf(operation), 0));
      try {
        await client.send(
          new TransactWriteCommand({
            TransactItems: operations.map((operation) => toTransactItem(tableName, operation)),
          }),
        );
        return ok(undefined);
      } catch (cause) {
        if (isCancelled(cause)) return err((cause.CancellationReasons ?? []).map(toReason));
        if (isNamed(cause, "TransactionInProgressException")) return err([{ code: "conflict" as const }]);
        throw cause;
      }
    },

    async *scan() {
      let after: Record<string, unknown> | undefined;
      do {
        const answer = await client.send(
          new ScanCommand({
            TableName: tableName,
            ConsistentRead: true,
            ...(after === undefined ? {} : { ExclusiveStartKey: after }),
          }),
        );
        const items = answer.Items ?? [];
        read(
          items.reduce((sum, item) => sum + itemSize(item), 0),
          true,
        );
        yield items;
        after = answer.LastEvaluatedKey;
      } while (after !== undefined);
    },
  };
}

/** Reads a list to its end. For lists that are known to be short. */
export async function queryAll(table: Table, input: QueryInput): Promise<readonly Item[]> {
  const items: Item[] = [];
  let after: Item | undefined;
  do {
    const page = await table.query(after === undefined ? input : { ...input, after });
    items.push(...page.items);
    after = page.lastKey;
  } while (after !== undefined);
  return items;
}
