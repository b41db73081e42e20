/**
 * The size of an item as DynamoDB counts it, in bytes: it decides the 400 KB limit, the price and the page.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
import type { AttributeValue, Item } from "./attribute-values.ts";
import { parseDecimal } from "./numbers.ts";

export const MAX_ITEM_BYTES = 400 * 1024;

/** Each list or map costs 3 bytes, and 1 byte for each of its members. */
const CONTAINER_BYTES = 3;
const MEMBER_BYTES = 1;

/** Attribute names count too, as UTF-8. */
export function itemSize(item: Item): number {
  let total = 0;
  for (const name in item) {
    const value = item[name];
    if (value !== undefined) total += Buffer.byteLength(name) + valueSize(value);
  }
  return total;
}

export function valueSize(value: AttributeValue): number {
  if ("S" in value) return Buffer.byteLength(value.S);
  if ("N" in value) return numberSize(value.N);
  if ("B" in value) return Buffer.byteLength(value.B, "base64");
  if ("BOOL" in value || "NULL" in value) return 1;
  if ("SS" in value) return value.SS.reduce((sum, member) => sum + Buffer.byteLength(member), 0);
  if ("NS" in value) return value.NS.reduce((sum, member) => sum + numberSize(member), 0);
  if ("BS" in value) return value.BS.reduce((sum, member) => sum + Buffer.byteLength(member, "base64"), 0);
  if ("L" in value) {
    return value.L.reduce((sum, member) => sum + valueSize(member) + MEMBER_BYTES, CONTAINER_BYTES);
  }
  return CONTAINER_BYTES + itemSize(value.M) + MEMBER_BYTES * Object.keys(value.M).length;
}

/**
 * About one byte for two significant digits and one more; a negative number takes a further byte. AWS calls its
 * own figure approximate: digits are paired on the decimal point here, as its order-preserving form does.
 */
function numberSize(text: string): number {
  const { sign, digits, exponent } = parseDecimal(text);
  if (sign === 0) return 1;
  const odd = Math.abs(exponent) % 2;
  return Math.ceil((digits.length + odd) / 2) + 1 + (sign < 0 ? 1 : 0);
}
