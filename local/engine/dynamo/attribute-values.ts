/** Attribute values as the wire has them: checked, made canonical, compared. */
import { notImplemented, validation } from "../errors.ts";
import { isObject, type JsonObject } from "../json.ts";
import { canonicalNumber, compareNumbers } from "./numbers.ts";

/** Binary is kept as its base64 text; numbers as canonical text. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Item }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] };

export type Item = { readonly [name: string]: AttributeValue };
export type AttributeType = "S" | "N" | "B" | "BOOL" | "NULL" | "L" | "M" | "SS" | "NS" | "BS";

const TYPES: ReadonlySet<string> = new Set(["S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"]);
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const MAX_DEPTH = 32;
const INVALID = "One or more parameter values were invalid: ";

export function isAttributeType(text: string): text is AttributeType {
  return TYPES.has(text);
}

export function typeOf(value: AttributeValue): AttributeType {
  for (const name in value) if (isAttributeType(name)) return name;
  throw new TypeError("an attribute value without a type");
}

/** A map that inherits nothing, so that any attribute name is safe in it. */
export function emptyItem(): Record<string, AttributeValue> {
  return Object.create(null);
}

/**
 * Checks a whole item or map and makes its numbers canonical.
 * @throws ValidationException with AWS's wording.
 */
export function readItem(raw: JsonObject, depth = 1): Item {
  const item = emptyItem();
  for (const name in raw) {
    if (name === "") throw validation(`${INVALID}Empty attribute name`);
    item[name] = readValue(raw[name], depth);
  }
  return item;
}

export function readValue(raw: unknown, depth = 1): AttributeValue {
  if (!isObject(raw))
    throw validation("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  const names = Object.keys(raw).filter((name) => raw[name] !== undefined && raw[name] !== null);
  const [type] = names;
  if (type === undefined) {
    throw validation("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  }
  if (names.length > 1) {
    throw validation(
      "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    );
  }
  if (!isAttributeType(type)) throw notImplemented(`Attribute type ${type}`);
  return readTyped(type, raw[type], depth);
}

function readTyped(type: AttributeType, raw: unknown, depth: number): AttributeValue {
  switch (type) {
    case "S":
      return { S: readString(raw, type) };
    case "N":
      return { N: canonicalNumber(readString(raw, type)) };
    case "B":
      return { B: readBinary(raw) };
    case "BOOL":
      if (typeof raw !== "boolean") throw wrongMember(type);
      return { BOOL: raw };
    case "NULL":
      if (raw !== true) throw validation(`${INVALID}Null attribute value types must have the value of true`);
      return { NULL: true };
    case "L":
      return { L: readMembers(raw, type).map((member) => readValue(member, nested(depth))) };
    case "M":
      if (!isObject(raw)) throw wrongMember(type);
      return { M: readItem(raw, nested(depth)) };
    case "SS":
      return { SS: readSet(raw, "string", (member) => readSetString(member)) };
    case "NS":
      return { NS: readSet(raw, "number", (member) => canonicalNumber(readString(member, "NS"))) };
    case "BS":
      return { BS: readSet(raw, "binary", readBinary) };
  }
}

function wrongMember(type: string): Error {
  return validation(`${INVALID}The value of ${type} has the wrong type`);
}

function nested(depth: number): number {
  if (depth >= MAX_DEPTH) {
    throw validation(
      "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
    );
  }
  return depth + 1;
}

function readMembers(raw: unknown, type: string): readonly unknown[] {
  if (!Array.isArray(raw)) throw wrongMember(type);
  return raw;
}

function readString(raw: unknown, type: string): string {
  if (typeof raw !== "string") throw wrongMember(type);
  return raw;
}

function readSetString(raw: unknown): string {
  const text = readString(raw, "SS");
  if (text === "") throw validation(`${INVALID}An string set may not have a empty string as a member`);
  return text;
}

function readBinary(raw: unknown): string {
  const text = readString(raw, "B");
  if (!BASE64.test(text)) throw wrongMember("B");
  return text;
}

function readSet(raw: unknown, kind: string, read: (member: unknown) => string): readonly string[] {
  const members = readMembers(raw, `a ${kind} set`).map(read);
  if (members.length === 0) throw validation(`${INVALID}An ${kind} set  may not be empty`);
  if (new Set(members).size < members.length) {
    throw validation(`${INVALID}Input collection [${members.join(", ")}] contains duplicates`);
  }
  return members;
}

/** Equality as DynamoDB has it: types must match, sets and maps have no order, numbers are compared by value. */
export function valuesEqual(left: AttributeValue, right: AttributeValue): boolean {
  if ("S" in left) return "S" in right && left.S === right.S;
  if ("N" in left) return "N" in right && left.N === right.N;
  if ("B" in left) return "B" in right && left.B === right.B;
  if ("BOOL" in left) return "BOOL" in right && left.BOOL === right.BOOL;
  if ("NULL" in left) return "NULL" in right;
  if ("SS" in left) return "SS" in right && setsEqual(left.SS, right.SS);
  if ("NS" in left) return "NS" in right && setsEqual(left.NS, right.NS);
  if ("BS" in left) return "BS" in right && setsEqual(left.BS, right.BS);
  if ("L" in left) return "L" in right && listsEqual(left.L, right.L);
  return "M" in right && itemsEqual(left.M, right.M);
}

export function itemsEqual(left: Item, right: Item): boolean {
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => {
    const [a, b] = [left[name], Object.hasOwn(right, name) ? right[name] : undefined];
    return a !== undefined && b !== undefined && valuesEqual(a, b);
  });
}

function listsEqual(left: readonly AttributeValue[], right: readonly AttributeValue[]): boolean {
  return (
    left.length === right.length &&
    left.every((member, index) => {
      const other = right[index];
      return other !== undefined && valuesEqual(member, other);
    })
  );
}

function setsEqual(left: readonly string[], right: readonly string[]): boolean {
  const members = new Set(right);
  return left.length === right.length && left.every((member) => members.has(member));
}

/** Order of two values of one scalar type, by UTF-8 bytes, number or bytes; `undefined` when they have none. */
export function compareValues(left: AttributeValue, right: AttributeValue): number | undefined {
  if ("S" in left && "S" in right) return Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  if ("N" in left && "N" in right) return compareNumbers(left.N, right.N);
  if ("B" in left && "B" in right) {
    return Buffer.compare(Buffer.from(left.B, "base64"), Buffer.from(right.B, "base64"));
  }
  return undefined;
}
