// Which actions, on which table or index, with which leading keys and attributes, a DynamoDB call needs.
// See "Actions, resources, and condition keys for Amazon DynamoDB" in the service authorization reference.

import { isRecord, recordOrEmpty } from "../json.ts";
import type { TableModel } from "../template/model.ts";
import { LOCAL_ACCOUNT } from "../template/resolve.ts";
import type { Need } from "./policy.ts";
import { remembered } from "./remembered.ts";

type Input = Record<string, unknown>;
type Tables = ReadonlyMap<string, TableModel>;

/** Operations whose action bears their own name and that address one table with a key, an item or a query. */
const plain: ReadonlySet<string> = new Set([
  "GetItem",
  "PutItem",
  "UpdateItem",
  "DeleteItem",
  "Query",
  "Scan",
  "DescribeTable",
  "DescribeTimeToLive",
]);
const memberActions = [
  ["Put", "PutItem"],
  ["Update", "UpdateItem"],
  ["Delete", "DeleteItem"],
  ["ConditionCheck", "ConditionCheckItem"],
  ["Get", "GetItem"],
] as const;

/** The needs of one call; `undefined` for an operation that functions do not make. */
export function tableNeeds(operation: string, input: Input, tables: Tables): Need[] | undefined {
  if (plain.has(operation)) return [needOf(operation, input, tables)];
  switch (operation) {
    case "BatchGetItem":
      return Object.entries(recordOrEmpty(input["RequestItems"])).map(([table, request]) => {
        const own = recordOrEmpty(request);
        return needOfKeys(operation, table, own, listOf(own["Keys"]), tables);
      });
    case "BatchWriteItem":
      return Object.entries(recordOrEmpty(input["RequestItems"])).map(([table, requests]) => {
        const keys = listOf(requests).map((request) => {
          const put = recordOrEmpty(request["PutRequest"])["Item"];
          return recordOrEmpty(put ?? recordOrEmpty(request["DeleteRequest"])["Key"]);
        });
        return needOfKeys(operation, table, {}, keys, tables);
      });
    case "TransactWriteItems":
    case "TransactGetItems":
      return transactionNeeds(operation, input, tables);
    default:
      return undefined;
  }
}

function transactionNeeds(operation: string, input: Input, tables: Tables): Need[] {
  const needs: Need[] = [];
  for (const member of listOf(input["TransactItems"])) {
    for (const [kind, action] of memberActions) {
      const part = member[kind];
      if (isRecord(part)) needs.push(needOf(action, part, tables, operation));
    }
  }
  return needs;
}

function needOf(operation: string, input: Input, tables: Tables, enclosing?: string): Need {
  const name = String(input["TableName"]);
  const keys = [input["Key"], input["Item"]].filter(isRecord);
  return needOfKeys(operation, name, input, keys, tables, enclosing);
}

function needOfKeys(
  operation: string,
  tableName: string,
  input: Input,
  keys: readonly Input[],
  tables: Tables,
  enclosing?: string,
): Need {
  const table = tables.get(tableName.slice(tableName.lastIndexOf("/") + 1));
  const arn = table?.arn ?? `arn:aws:dynamodb:*:${LOCAL_ACCOUNT}:table/${tableName}`;
  const indexName = typeof input["IndexName"] === "string" ? input["IndexName"] : undefined;
  const schema = indexName === undefined ? table?.keys : indexNamed(table, indexName)?.keys;
  const partitionKey = schema?.find((element) => element.role === "HASH")?.name;
  const context = new Map<string, string[]>(baseContext);
  const leading = leadingKeys(partitionKey, keys, input);
  if (leading.length > 0) context.set("dynamodb:leadingkeys", leading);
  const attributes = attributesOf(input, keys);
  if (attributes.length > 0) context.set("dynamodb:attributes", attributes);
  if (enclosing !== undefined) context.set("dynamodb:enclosingoperation", [enclosing]);
  for (const [key, property] of [
    ["dynamodb:select", "Select"],
    ["dynamodb:returnvalues", "ReturnValues"],
  ]) {
    const value = property === undefined ? undefined : input[property];
    if (key !== undefined && typeof value === "string") context.set(key, [value]);
  }
  return {
    action: `dynamodb:${operation}`,
    resource: indexName === undefined ? arn : `${arn}/index/${indexName}`,
    context,
  };
}

/** Keys that every local request carries. */
export const baseContext: ReadonlyMap<string, string[]> = new Map([
  ["aws:securetransport", ["true"]], // in an account every SDK call is made over TLS
  ["aws:principalaccount", [LOCAL_ACCOUNT]],
]);

const indexNamed = (table: TableModel | undefined, name: string) =>
  [...(table?.globalIndexes ?? []), ...(table?.localIndexes ?? [])].find((index) => index.name === name);

function leadingKeys(partitionKey: string | undefined, keys: readonly Input[], input: Input): string[] {
  if (partitionKey === undefined) return [];
  const fromKeys = keys.map((key) => scalar(key[partitionKey]));
  const queried =
    typeof input["KeyConditionExpression"] === "string" ? queriedKey(partitionKey, input) : undefined;
  return [...fromKeys, queried].filter((value) => value !== undefined);
}

/** The value that a key condition compares the partition key with. */
function queriedKey(partitionKey: string, input: Input): string | undefined {
  const names = recordOrEmpty(input["ExpressionAttributeNames"]);
  const values = recordOrEmpty(input["ExpressionAttributeValues"]);
  for (const [left, right] of equalitiesOf(String(input["KeyConditionExpression"]))) {
    const attribute = left.startsWith("#") ? names[left] : left;
    if (attribute === partitionKey) return scalar(values[right]);
  }
  return undefined;
}

/** Names compared with values in a key condition, as in `#pk = :pk`. */
const equalitiesOf = remembered((condition): readonly (readonly [left: string, right: string])[] =>
  [...condition.matchAll(/([#\w.-]+)\s*=\s*(:[\w]+)/g)].map(([, left = "", right = ""]) => [left, right]),
);

const expressionProperties = [
  "ProjectionExpression",
  "ConditionExpression",
  "UpdateExpression",
  "FilterExpression",
  "KeyConditionExpression",
] as const;
const expressionWords: ReadonlySet<string> = new Set(
  "SET REMOVE ADD DELETE AND OR NOT BETWEEN IN attribute_exists attribute_not_exists attribute_type begins_with contains size if_not_exists list_append".split(
    " ",
  ),
);

/** First steps of the paths in an expression. */
const topsOf = remembered((expression): readonly string[] =>
  [...expression.matchAll(/(?<![:\w#.])[#A-Za-z_][\w.#[\]-]*/g)]
    .map(([path]) => path.split(/[.[]/)[0] ?? path)
    .filter((top) => !expressionWords.has(top) && !expressionWords.has(top.toUpperCase())),
);

/** Top-level attributes that a call names: in its keys, its item and its expressions. */
function attributesOf(input: Input, keys: readonly Input[]): string[] {
  const names = recordOrEmpty(input["ExpressionAttributeNames"]);
  const found = new Set<string>();
  for (const key of keys) for (const attribute of Object.keys(key)) found.add(attribute);
  for (const property of expressionProperties) {
    const expression = input[property];
    if (typeof expression !== "string") continue;
    for (const top of topsOf(expression)) {
      const attribute = top.startsWith("#") ? names[top] : top;
      if (typeof attribute === "string") found.add(attribute);
    }
  }
  return [...found];
}

/** The text of a key attribute value: `{"S": "..."}`, `{"N": "..."}` or `{"B": "..."}`. */
function scalar(value: unknown): string | undefined {
  const [content] = Object.values(recordOrEmpty(value));
  return typeof content === "string" ? content : undefined;
}

function listOf(value: unknown): Input[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
