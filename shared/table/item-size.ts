/**
 * The size of an item as DynamoDB bills it.
 * @see Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats".
 */

const utf8 = (text: string): number => Buffer.byteLength(text, "utf8");

/** A number takes about one byte for each two significant digits, one for the exponent, one more when negative. */
const numberSize = (value: number | bigint): number => {
  const text = String(value);
  const digits = text.replace(/e.*$/i, "").replace(/[-.]/g, "").replace(/^0+/, "").replace(/0+$/, "");
  const size = Math.ceil(digits.length / 2) + 1 + (text.startsWith("-") ? 1 : 0);
  return Math.min(Math.max(size, 1), 21);
};

/** Bytes of one attribute value, in the document client's form. */
export function valueSize(value: unknown): number {
  if (value === null || typeof value === "boolean") return 1;
  if (typeof value === "string") return utf8(value);
  if (typeof value === "number" || typeof value === "bigint") return numberSize(value);
  if (value instanceof Uint8Array) return value.byteLength;
  if (Array.isArray(value)) return value.reduce<number>((sum, element) => sum + 1 + valueSize(element), 3);
  if (value instanceof Set) return [...value].reduce<number>((sum, element) => sum + valueSize(element), 0);
  if (typeof value === "object") {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .reduce((sum, [name, member]) => sum + 1 + utf8(name) + valueSize(member), 3);
  }
  return 0;
}

/** Bytes of an item: names and values of its attributes. */
export const itemSize = (item: Readonly<Record<string, unknown>>): number =>
  Object.entries(item)
    .filter(([, value]) => value !== undefined)
    .reduce((sum, [name, value]) => sum + utf8(name) + valueSize(value), 0);

const blocks = (bytes: number, block: number): number => Math.max(1, Math.ceil(bytes / block));

/** One write unit for each KiB begun. */
export const writeUnits = (bytes: number): number => blocks(bytes, 1024);

/** One read unit for each 4 KiB begun, for a strongly consistent read. */
export const readUnits = (bytes: number): number => blocks(bytes, 4096);
