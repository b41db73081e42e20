/** Key attributes as bytes whose memcmp order is DynamoDB's order: numbers by value, strings by UTF-8, binary. */
import { validation } from "../errors.ts";
import { own } from "../json.ts";
import { type AttributeValue, type Item, typeOf } from "./attribute-values.ts";
import { parseDecimal } from "./numbers.ts";

export type KeyType = "S" | "N" | "B";
export type KeyAttribute = { readonly name: string; readonly type: KeyType };
/** The key of a table or of an index. */
export type KeySchema = { readonly hash: KeyAttribute; readonly range: KeyAttribute | undefined };
/** An encoded primary key; `range` is empty in a table without a sort key. */
export type EncodedKey = { readonly hash: Uint8Array; readonly range: Uint8Array };

export const MAX_HASH_BYTES = 2048;
export const MAX_RANGE_BYTES = 1024;
const NO_RANGE = new Uint8Array(0);
const NEGATIVE = 0x00;
const ZERO = 0x01;
const POSITIVE = 0x02;
const EXPONENT_OFFSET = 1000;
const INVALID = "One or more parameter values were invalid: ";

/** Sign, exponent, then pairs of digits; negatives are complemented and closed by 0xff so that they sort backwards. */
export function encodeNumber(text: string): Uint8Array {
  const { sign, digits, exponent } = parseDecimal(text);
  if (sign === 0) return Uint8Array.of(ZERO);
  const shifted = exponent + EXPONENT_OFFSET;
  const bytes = [shifted >> 8, shifted & 0xff];
  for (let at = 0; at < digits.length; at += 2)
    bytes.push(1 + Number(digits.slice(at, at + 2).padEnd(2, "0")));
  if (sign > 0) return Uint8Array.of(POSITIVE, ...bytes);
  return Uint8Array.of(NEGATIVE, ...bytes.map((byte) => 0xff - byte), 0xff);
}

export function encodeKeyValue(value: AttributeValue): Uint8Array {
  if ("S" in value) return Buffer.from(value.S);
  if ("N" in value) return encodeNumber(value.N);
  if ("B" in value) return Buffer.from(value.B, "base64");
  throw validation(`${INVALID}a key attribute is a ${typeOf(value)}`);
}

/** The least bytes above everything that starts with the prefix; `undefined` when there are none. */
export function afterPrefix(prefix: Uint8Array): Uint8Array | undefined {
  let end = prefix.length;
  while (end > 0 && prefix[end - 1] === 0xff) end -= 1;
  if (end === 0) return undefined;
  const bound = Uint8Array.from(prefix.subarray(0, end));
  bound[end - 1] = (bound[end - 1] ?? 0) + 1;
  return bound;
}

/** The key attributes alone. */
export function keyItem(schema: KeySchema, item: Item): Item {
  const key: Record<string, AttributeValue> = {};
  for (const { name } of attributesOf(schema)) {
    const value = own(item, name);
    if (value !== undefined) key[name] = value;
  }
  return key;
}

export function attributesOf(schema: KeySchema): readonly KeyAttribute[] {
  return schema.range === undefined ? [schema.hash] : [schema.hash, schema.range];
}

/**
 * The encoded key of an item being put.
 * @throws ValidationException when a key attribute is missing, empty, too long or of another type.
 */
export function keyOfItem(schema: KeySchema, item: Item): EncodedKey {
  return encode(schema, (attribute) => {
    const value = own(item, attribute.name);
    if (value === undefined) throw validation(`${INVALID}Missing the key ${attribute.name} in the item`);
    if (!(attribute.type in value)) {
      throw validation(
        `${INVALID}Type mismatch for key ${attribute.name} expected: ${attribute.type} actual: ${typeOf(value)}`,
      );
    }
    return value;
  });
}

/**
 * The encoded form of a key given alone, which must hold the key attributes and nothing else.
 * @throws ValidationException otherwise.
 */
export function keyOfRequest(schema: KeySchema, key: Item): EncodedKey {
  if (Object.keys(key).length !== attributesOf(schema).length) throw mismatch();
  return encode(schema, (attribute) => {
    const value = own(key, attribute.name);
    if (value === undefined || !(attribute.type in value)) throw mismatch();
    return value;
  });
}

function mismatch(): Error {
  return validation("The provided key element does not match the schema");
}

function encode(schema: KeySchema, read: (attribute: KeyAttribute) => AttributeValue): EncodedKey {
  const hash = encodeAttribute(schema.hash, read(schema.hash), "hash");
  if (schema.range === undefined) return { hash, range: NO_RANGE };
  return { hash, range: encodeAttribute(schema.range, read(schema.range), "range") };
}

function encodeAttribute(attribute: KeyAttribute, value: AttributeValue, part: "hash" | "range"): Uint8Array {
  const bytes = encodeKeyValue(value);
  if (bytes.length === 0) throw emptyKey(attribute, "");
  if (part === "hash" && bytes.length > MAX_HASH_BYTES) {
    throw validation(`${INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes`);
  }
  if (part === "range" && bytes.length > MAX_RANGE_BYTES) {
    throw validation(`${INVALID}Aggregated size of all range keys has exceeded the size limit of 1024 bytes`);
  }
  return bytes;
}

/** @param suffix names the index, where it is one. */
function emptyKey(attribute: KeyAttribute, suffix: string): Error {
  const kind = attribute.type === "B" ? "binary" : "string";
  const subject = suffix === "" ? "" : " A value specified for a secondary index key is not supported.";
  const where = suffix === "" ? `Key: ${attribute.name}` : suffix;
  return validation(
    `One or more parameter values are not valid.${subject} The AttributeValue for a key attribute cannot contain an empty ${kind} value. ${where}`,
  );
}

/**
 * The key of an item in an index, or `undefined` when the item lacks one of its attributes (a sparse index).
 * @throws ValidationException when an attribute is there with another type, empty or too long.
 */
export function keyInIndex(indexName: string, schema: KeySchema, item: Item): EncodedKey | undefined {
  const parts: Uint8Array[] = [];
  for (const attribute of attributesOf(schema)) {
    const value = own(item, attribute.name);
    if (value === undefined) continue;
    parts.push(encodeIndexAttribute(indexName, attribute, value, attribute === schema.hash));
  }
  const [hash, range] = parts;
  if (parts.length < attributesOf(schema).length || hash === undefined) return undefined;
  return { hash, range: range ?? NO_RANGE };
}

function encodeIndexAttribute(
  index: string,
  attribute: KeyAttribute,
  value: AttributeValue,
  isHash: boolean,
): Uint8Array {
  if (!(attribute.type in value)) {
    throw validation(
      `${INVALID}Type mismatch for Index Key ${attribute.name} Expected: ${attribute.type} Actual: ${typeOf(value)} IndexName: ${index}`,
    );
  }
  const bytes = encodeKeyValue(value);
  if (bytes.length === 0) throw emptyKey(attribute, `IndexName: ${index}, IndexKey: ${attribute.name}`);
  if (bytes.length > (isHash ? MAX_HASH_BYTES : MAX_RANGE_BYTES)) {
    throw validation(
      `${INVALID}Size of ${isHash ? "hashkey" : "rangekey"} has exceeded the maximum size limit of ${isHash ? MAX_HASH_BYTES : MAX_RANGE_BYTES} bytes. IndexName: ${index}, IndexKey: ${attribute.name}`,
    );
  }
  return bytes;
}
