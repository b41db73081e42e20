/** From a key condition to one partition and a range of sort keys. */
import { validation } from "../errors.ts";
import type { AttributeValue } from "./attribute-values.ts";
import type { Comparator, Condition, Operand } from "./expressions/ast.ts";
import { afterPrefix, encodeKeyValue, type KeyAttribute, type KeySchema } from "./keys.ts";

/** Bounds on the encoded sort key; absent is open. */
export type KeyRange = {
  readonly hash: Uint8Array;
  readonly low: { readonly bytes: Uint8Array; readonly inclusive: boolean } | undefined;
  readonly high: { readonly bytes: Uint8Array; readonly inclusive: boolean } | undefined;
};

type Predicate = {
  readonly attribute: string;
  readonly operator: Comparator | "BETWEEN" | "begins_with";
  readonly values: readonly AttributeValue[];
};

const FLIPPED: Readonly<Record<Comparator, Comparator>> = {
  "=": "=",
  "<>": "<>",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

/** @throws ValidationException for anything but one equality on the partition key and one test of the sort key. */
export function readKeyRange(schema: KeySchema, condition: Condition): KeyRange {
  const predicates = flatten(condition).map(readPredicate);
  const names = predicates.map(({ attribute }) => attribute);
  if (new Set(names).size < names.length) {
    throw validation("KeyConditionExpressions must only contain one condition per key");
  }
  const hash = predicates.find(({ attribute }) => attribute === schema.hash.name);
  if (hash === undefined) throw missed(schema.hash);
  const rest = predicates.filter((predicate) => predicate !== hash);
  const [range] = rest;
  if (range !== undefined && range.attribute !== schema.range?.name)
    throw missed(schema.range ?? schema.hash);
  if (hash.operator !== "=") throw validation("Query key condition not supported");
  const [hashBytes] = encodeAll(schema.hash, hash);
  if (hashBytes === undefined) throw missed(schema.hash);
  if (range === undefined || schema.range === undefined)
    return { hash: hashBytes, low: undefined, high: undefined };
  return { hash: hashBytes, ...bounds(range.operator, encodeAll(schema.range, range)) };
}

function missed(attribute: KeyAttribute): Error {
  return validation(`Query condition missed key schema element: ${attribute.name}`);
}

function invalidOperator(operator: string): Error {
  return validation(`Invalid operator used in KeyConditionExpression: ${operator}`);
}

function flatten(condition: Condition): readonly Condition[] {
  if (condition.kind !== "and") return [condition];
  return [...flatten(condition.left), ...flatten(condition.right)];
}

function readPredicate(condition: Condition): Predicate {
  switch (condition.kind) {
    case "compare":
      if (condition.comparator === "<>") throw invalidOperator("<>");
      return readComparison(condition.comparator, condition.left, condition.right);
    case "between":
      return {
        attribute: attributeOf(condition.operand),
        operator: "BETWEEN",
        values: [valueIn(condition.low), valueIn(condition.high)],
      };
    case "begins_with":
      return {
        attribute: attributeOf(condition.operand),
        operator: "begins_with",
        values: [valueIn(condition.argument)],
      };
    case "and":
    case "or":
    case "not":
    case "in":
      throw invalidOperator(condition.kind.toUpperCase());
    default:
      throw invalidOperator(condition.kind);
  }
}

function readComparison(operator: Comparator, left: Operand, right: Operand): Predicate {
  if (left.kind === "value")
    return { attribute: attributeOf(right), operator: FLIPPED[operator], values: [left.value] };
  return { attribute: attributeOf(left), operator, values: [valueIn(right)] };
}

function attributeOf(operand: Operand): string {
  if (operand.kind === "size") throw invalidOperator("size");
  const [name, ...rest] = operand.kind === "path" ? operand.path : [];
  if (typeof name === "string" && rest.length === 0) return name;
  throw validation("Invalid KeyConditionExpression: KeyConditionExpressions cannot have nested operations");
}

function valueIn(operand: Operand): AttributeValue {
  if (operand.kind === "value") return operand.value;
  throw validation(
    "Invalid KeyConditionExpression: KeyConditionExpressions cannot contain attribute values other than placeholders",
  );
}

function encodeAll(attribute: KeyAttribute, predicate: Predicate): readonly Uint8Array[] {
  return predicate.values.map((value) => {
    if (!(attribute.type in value)) {
      throw validation(
        "One or more parameter values were invalid: Condition parameter type does not match schema type",
      );
    }
    const bytes = encodeKeyValue(value);
    if (bytes.length === 0) {
      throw validation(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${attribute.type === "B" ? "binary" : "string"} value. Key: ${attribute.name}`,
      );
    }
    return bytes;
  });
}

function bounds(
  operator: Predicate["operator"],
  values: readonly Uint8Array[],
): Pick<KeyRange, "low" | "high"> {
  const [first, second] = values;
  const at = (bytes: Uint8Array | undefined, inclusive: boolean) => bytes && { bytes, inclusive };
  switch (operator) {
    case "=":
      return { low: at(first, true), high: at(first, true) };
    case "<":
    case "<=":
      return { low: undefined, high: at(first, operator === "<=") };
    case ">":
    case ">=":
      return { low: at(first, operator === ">="), high: undefined };
    case "BETWEEN":
      return { low: at(first, true), high: at(second, true) };
    case "begins_with":
      return { low: at(first, true), high: at(first && afterPrefix(first), false) };
    case "<>":
      throw invalidOperator(operator);
  }
}
