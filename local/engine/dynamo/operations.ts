/** The DynamoDB and DynamoDB Streams operations that the engine has, by name. */
import { batchWriteItem } from "./batch-write.ts";
import type { DynamoOperation } from "./context.ts";
import { query } from "./query.ts";
import { batchGetItem, getItem } from "./reads-by-key.ts";
import { scan } from "./scan.ts";
import { deleteItem, putItem, updateItem } from "./single-writes.ts";
import { describeStream, getRecords, getShardIterator, listStreams } from "./streams.ts";
import {
  createTable,
  deleteTable,
  describeTimeToLive,
  listTables,
  readTable,
  updateTimeToLive,
} from "./table-operations.ts";
import { transactGetItems, transactWriteItems } from "./transactions.ts";

export const dynamoOperations: ReadonlyMap<string, DynamoOperation> = new Map([
  ["BatchGetItem", batchGetItem],
  ["BatchWriteItem", batchWriteItem],
  ["CreateTable", createTable],
  ["DeleteItem", deleteItem],
  ["DeleteTable", deleteTable],
  ["DescribeTable", readTable],
  ["DescribeTimeToLive", describeTimeToLive],
  ["GetItem", getItem],
  ["ListTables", listTables],
  ["PutItem", putItem],
  ["Query", query],
  ["Scan", scan],
  ["TransactGetItems", transactGetItems],
  ["TransactWriteItems", transactWriteItems],
  ["UpdateItem", updateItem],
  ["UpdateTimeToLive", updateTimeToLive],
]);

export const streamOperations: ReadonlyMap<string, DynamoOperation> = new Map([
  ["DescribeStream", describeStream],
  ["GetRecords", getRecords],
  ["GetShardIterator", getShardIterator],
  ["ListStreams", listStreams],
]);

/** The operations after which items may have changed. */
export const writingOperations: ReadonlySet<string> = new Set([
  "BatchWriteItem",
  "DeleteItem",
  "PutItem",
  "TransactWriteItems",
  "UpdateItem",
]);
