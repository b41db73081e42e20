/**
 * The table as the storage modules see it: a few exact requests on the document client, each counted in the
 * units DynamoDB bills where there is a meter. Conditions carry the invariants; a refused condition is an answer, not an exception.
 */
import type { ConsumedCapacity, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
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
import type { Key } from "./keys.ts";
import type { Meter, MeteredWrite } from "./meter.ts";
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

const toMetered = (operation: WriteOperation): MeteredWrite =>
  "put" in operation ? { put: operation.put, isFirst: operation.condition === NOT_EXISTS } : {};

export function createTable({ tableName, client, meter }: TableDeps): Table {
  const metered = meter === undefined ? {} : { ReturnConsumedCapacity: "TOTAL" as const };

  /** A write of one item; `undefined` when the condition refused it. */
  const write = async <T extends { readonly ConsumedCapacity?: ConsumedCapacity | undefined }>(
    operation: WriteOperation,
    send: () => Promise<T>,
  ): Promise<T | undefined> => {
    try {
      const answer = await send();
      meter?.wrote([toMetered(operation)], 1, answer.ConsumedCapacity);
      return answer;
    } catch (cause) {
      if (!isNamed(cause, "ConditionalCheckFailedException")) throw cause;
      meter?.refused([toMetered(operation)], 1);
      return undefined;
    }
  };

  return {
    async get(key, { consistent = true } = {}) {
      const answer = await client.send(
        new GetCommand({ TableName: tableName, Key: { ...key }, ConsistentRead: consistent }),
      );
      meter?.read(answer.Item === undefined ? [] : [answer.Item], consistent);
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
          const left = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
          for (const item of items) found.set(name(item), item);
          const absent = open.length - left.length - items.length;
          meter?.readMany([...items, ...Array.from({ length: absent }, () => undefined)]);
          open = left;
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
      meter?.read(items, consistent);
      return answer.LastEvaluatedKey === undefined ? { items } : { items, lastKey: answer.LastEvaluatedKey };
    },

    async put(operation) {
      const answer = await write(operation, () =>
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: { ...operation.put },
            ...expressionInput(operation),
            ...metered,
          }),
        ),
      );
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
              ...metered,
            }),
          );
          const left = (answer.UnprocessedItems?.[tableName] ?? []).flatMap(
            ({ PutRequest }) => PutRequest?.Item ?? [],
          );
          meter?.wrote(
            open.map((item) => ({ put: item })),
            1,
            answer.ConsumedCapacity,
          );
          open = left;
        }
      }
    },

    async update(operation) {
      const answer = await write(operation, () =>
        client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { ...operation.update },
            UpdateExpression: operation.set,
            ReturnValues: "ALL_NEW",
            ...expressionInput(operation),
            ...metered,
          }),
        ),
      );
      return answer?.Attributes;
    },

    async remove(operation) {
      const answer = await write(operation, () =>
        client.send(
          new DeleteCommand({
            TableName: tableName,
            Key: { ...operation.delete },
            ...expressionInput(operation),
            ...metered,
          }),
        ),
      );
      return answer !== undefined;
    },

    async transact(operations) {
      try {
        const answer = await client.send(
          new TransactWriteCommand({
            TransactItems: operations.map((operation) => toTransactItem(tableName, operation)),
            ...metered,
          }),
        );
        meter?.wrote(operations.map(toMetered), 2, answer.ConsumedCapacity);
        return ok(undefined);
      } catch (cause) {
        meter?.refused(operations.map(toMetered), 2);
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
        meter?.read(items, true);
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
