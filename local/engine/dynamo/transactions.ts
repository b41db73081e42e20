/**
 * TransactWriteItems and TransactGetItems.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
import { hash } from "node:crypto";
import { AwsError, dynamoError, validation } from "../errors.ts";
import {
  canonicalText,
  isObject,
  type JsonObject,
  objectList,
  optionalObject,
  optionalString,
  refuseOthers,
} from "../json.ts";
import { numberOf, textOf } from "../sqlite.ts";
import { CapacityMeter, readCapacityDetail, readUnits } from "./capacity.ts";
import type { DynamoContext } from "./context.ts";
import { planGet, readPlanned } from "./get-plan.ts";
import { type ItemChange, meterWrite } from "./item-store.ts";
import type { EncodedKey } from "./keys.ts";
import type { Table } from "./table-definition.ts";
import {
  planConditionCheck,
  planDelete,
  planPut,
  planUpdate,
  prepare,
  shownOnFailure,
  type WritePlan,
} from "./write-plan.ts";

export const MAX_ACTIONS = 100;
const MAX_BYTES = 4 * 1024 * 1024;
const TOKEN_LIFE_MS = 10 * 60 * 1000;
const MAX_TOKEN_LENGTH = 36;
const ACTIONS = ["ConditionCheck", "Put", "Delete", "Update"] as const;
const WRITE_MEMBERS: ReadonlySet<string> = new Set([
  "TransactItems",
  "ClientRequestToken",
  "ReturnConsumedCapacity",
  "ReturnItemCollectionMetrics",
]);
const GET_MEMBERS: ReadonlySet<string> = new Set(["TransactItems", "ReturnConsumedCapacity"]);

/** One entry of `CancellationReasons`; the order is that of the actions. */
export type CancellationReason = {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: unknown;
};

export function transactionCancelled(reasons: readonly CancellationReason[]): AwsError {
  const codes = reasons.map(({ Code }) => Code).join(", ");
  return dynamoError(
    "TransactionCanceledException",
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { fields: { CancellationReasons: reasons } },
  );
}

export function transactWriteItems(context: DynamoContext, request: JsonObject): JsonObject {
  refuseOthers(request, WRITE_MEMBERS);
  const detail = readCapacityDetail(request);
  const actions = readActions(request);
  const token = readToken(request, actions);
  const plans = planAll(context, actions);
  refuseRepeats(plans);
  if (token !== undefined && isReplay(context, token)) return replayed(context, plans, detail);
  const changes = prepareAll(context, plans);
  refuseLarge(changes);
  context.store.transaction(() => {
    for (const change of context.randomness.order(changes)) context.items.write(change, "caller");
    if (token !== undefined) remember(context, token);
  });
  const meter = new CapacityMeter();
  if (detail !== "NONE") for (const change of changes) meterWrite(meter, change, 2);
  return meter.reportAll(detail, "Write");
}

type Action = { readonly name: (typeof ACTIONS)[number]; readonly request: JsonObject };

function readActions(request: JsonObject): readonly Action[] {
  const entries = readEntries(request);
  return entries.map((entry) => {
    const present = ACTIONS.filter((name) => optionalObject(entry, name) !== undefined);
    const [name] = present;
    const action = name === undefined ? undefined : optionalObject(entry, name);
    if (present.length > 1) {
      throw validation("TransactItems can only contain one of Check, Put, Update or Delete");
    }
    if (name === undefined || action === undefined) {
      throw validation(
        "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request",
      );
    }
    return { name, request: action };
  });
}

function readEntries(request: JsonObject): readonly JsonObject[] {
  const entries = objectList(request, "TransactItems");
  const limit =
    entries.length === 0
      ? "greater than or equal to 1"
      : entries.length > MAX_ACTIONS
        ? `less than or equal to ${MAX_ACTIONS}`
        : undefined;
  if (limit === undefined) return entries;
  throw validation(
    `1 validation error detected: Value '[${entries.length} actions]' at 'transactItems' failed to satisfy constraint: Member must have length ${limit}`,
  );
}

function plan(context: DynamoContext, { name, request }: Action): WritePlan {
  switch (name) {
    case "Put":
      return planPut(context, request, "transaction");
    case "Update":
      return planUpdate(context, request, "transaction");
    case "Delete":
      return planDelete(context, request, "transaction");
    case "ConditionCheck":
      return planConditionCheck(context, request);
  }
}

function planAll(context: DynamoContext, actions: readonly Action[]): readonly WritePlan[] {
  return actions.map((action) => plan(context, action));
}

/** @throws ValidationException when two actions have one item. */
function refuseRepeats(keys: readonly { readonly table: Table; readonly key: EncodedKey }[]): void {
  const seen = new Set(
    keys.map(({ table, key }) =>
      [table.id, Buffer.from(key.hash).toString("base64"), Buffer.from(key.range).toString("base64")].join(
        ":",
      ),
    ),
  );
  if (seen.size < keys.length) {
    throw validation("Transaction request cannot include multiple operations on one item");
  }
}

/** Tests every condition before anything is written. @throws TransactionCanceledException with a reason for each action. */
function prepareAll(context: DynamoContext, plans: readonly WritePlan[]): readonly ItemChange[] {
  const changes: ItemChange[] = [];
  const reasons = plans.map((one): CancellationReason => {
    try {
      const outcome = prepare(context, one);
      if (outcome.ok) {
        changes.push(outcome.change);
        return { Code: "None" };
      }
      const Message = "The conditional request failed";
      return { Code: "ConditionalCheckFailed", Message, ...shownOnFailure(one, outcome.before) };
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== "ValidationException") throw error;
      return { Code: "ValidationError", Message: error.message };
    }
  });
  if (changes.length < plans.length) throw transactionCancelled(reasons);
  return changes;
}

function refuseLarge(changes: readonly ItemChange[]): void {
  const bytes = changes.reduce(
    (sum, { after, before }) => sum + Math.max(after?.size ?? 0, before?.size ?? 0),
    0,
  );
  if (bytes > MAX_BYTES) {
    throw validation(`Transaction payload size cannot exceed 4MB. Payload Size: ${bytes}`);
  }
}

type Token = { readonly text: string; readonly digest: string };

function readToken(request: JsonObject, actions: readonly Action[]): Token | undefined {
  const text = optionalString(request, "ClientRequestToken");
  if (text === undefined) return undefined;
  if (text.length === 0 || text.length > MAX_TOKEN_LENGTH) {
    throw validation(
      `1 validation error detected: Value '${text}' at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to ${MAX_TOKEN_LENGTH}`,
    );
  }
  return { text, digest: hash("sha256", canonicalText(actions), "base64") };
}

/** @throws IdempotentParameterMismatchException when the token came with other actions less than 10 minutes ago. */
function isReplay(context: DynamoContext, token: Token): boolean {
  const row = context.store
    .prepare("SELECT digest, expires_ms FROM client_tokens WHERE token = ?")
    .get(token.text);
  if (row === undefined || numberOf(row, "expires_ms") <= context.now()) return false;
  if (textOf(row, "digest") === token.digest) return true;
  throw dynamoError(
    "IdempotentParameterMismatchException",
    "Request token was previously used with different parameters",
  );
}

function remember(context: DynamoContext, token: Token): void {
  context.store
    .prepare("INSERT OR REPLACE INTO client_tokens VALUES (?, ?, ?)")
    .run(token.text, token.digest, context.now() + TOKEN_LIFE_MS);
}

/** Forgets tokens that no longer keep a request from being carried out again. */
export function forgetTokens({ store }: DynamoContext, nowMs: number): void {
  store.prepare("DELETE FROM client_tokens WHERE expires_ms <= ?").run(nowMs);
}

/** A replay succeeds without writing and is charged as transactional reads of the items. */
function replayed(
  context: DynamoContext,
  plans: readonly WritePlan[],
  detail: ReturnType<typeof readCapacityDetail>,
): JsonObject {
  const meter = new CapacityMeter();
  for (const { table, key } of plans) {
    meter.addTable(table, 2 * readUnits(context.items.read(table, key)?.size ?? 0, true));
  }
  return meter.reportAll(detail, "Read");
}

export function transactGetItems(context: DynamoContext, request: JsonObject): JsonObject {
  refuseOthers(request, GET_MEMBERS);
  const detail = readCapacityDetail(request);
  const plans = readEntries(request).map((entry) => {
    const get = entry["Get"];
    if (!isObject(get)) throw validation("Invalid Request: TransactGetRequest should contain Get request");
    return planGet(context, get, "transaction");
  });
  refuseRepeats(plans);
  const meter = new CapacityMeter();
  const Responses = plans.map((one) => {
    const { item, size } = readPlanned(context, one);
    meter.addTable(one.table, 2 * readUnits(size, true));
    return item === undefined ? {} : { Item: item };
  });
  return { Responses, ...meter.reportAll(detail, "Read") };
}
