/** Items as programs have them and as the wire has them. The SDK's own conversion takes three times as long. */
import { convertToAttr, type NativeAttributeValue, unmarshall } from "@aws-sdk/util-dynamodb";
import type { AttributeValue, Item as WireItem } from "../../../local/engine/dynamo/attribute-values.ts";
import type { Item } from "../../../shared/table/table.ts";

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** What is seldom: sets, large numbers, and what the SDK refuses. */
const asSdk = (value: NativeAttributeValue): AttributeValue =>
  convertToAttr(value, { removeUndefinedValues: true }) as AttributeValue;

function toAttribute(value: unknown): AttributeValue {
  switch (typeof value) {
    case "string":
      return { S: value };
    case "boolean":
      return { BOOL: value };
    case "number":
      return Number.isSafeInteger(value) ? { N: String(value) } : asSdk(value);
    case "object":
      if (value === null) return { NULL: true };
      if (value instanceof Uint8Array) return { B: Buffer.from(value).toString("base64") };
      if (Array.isArray(value)) return { L: value.filter((member) => member !== undefined).map(toAttribute) };
      return isPlain(value) ? { M: toWireItem(value) } : asSdk(value);
    default:
      return asSdk(value);
  }
}

/** @throws Error for what the SDK would refuse. */
export function toWireItem(item: object): WireItem {
  const wire: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(item)) {
    if (value !== undefined && typeof value !== "function") wire[name] = toAttribute(value);
  }
  return wire;
}

function fromAttribute(value: AttributeValue): unknown {
  if ("S" in value) return value.S;
  if ("M" in value) return fromWireItem(value.M);
  if ("L" in value) return value.L.map(fromAttribute);
  if ("BOOL" in value) return value.BOOL;
  if ("NULL" in value) return null;
  if ("B" in value) return Buffer.from(value.B, "base64");
  if ("N" in value && Number.isSafeInteger(Number(value.N))) return Number(value.N);
  return unmarshall({ value } as Parameters<typeof unmarshall>[0])["value"];
}

export function fromWireItem(wire: WireItem): Item {
  const item: Record<string, unknown> = {};
  for (const name in wire) {
    const value = wire[name];
    if (value !== undefined) item[name] = fromAttribute(value);
  }
  return item;
}
