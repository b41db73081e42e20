/**
 * DynamoDB's numbers: decimals of up to 38 significant digits between 1E-130 and 9.9…E+125, exact. Held as text,
 * so nothing is ever rounded by a float.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
import { validation } from "../errors.ts";

/** `sign × 0.digits × 10^exponent`; `digits` has no zero at either end and is empty for zero. */
export type Decimal = { readonly sign: -1 | 0 | 1; readonly digits: string; readonly exponent: number };

const SYNTAX = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;
const SMALL_INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;
const MAX_DIGITS = 38;
const MAX_EXPONENT = 126;
const MIN_EXPONENT = -129;
const ZERO: Decimal = { sign: 0, digits: "", exponent: 0 };

/**
 * @throws ValidationException when the text is no number, has more than 38 significant digits, or lies outside
 *   the range that DynamoDB stores.
 */
export function parseDecimal(text: string): Decimal {
  const match = SYNTAX.exec(text);
  const whole = match?.[2] ?? "";
  const fraction = match?.[3] ?? "";
  if (match === null || whole + fraction === "") {
    throw validation(`The parameter cannot be converted to a numeric value: ${text}`);
  }
  const all = whole + fraction;
  const leading = all.length - all.replace(/^0+/, "").length;
  const digits = all.slice(leading).replace(/0+$/, "");
  if (digits === "") return ZERO;
  const exponent = whole.length - leading + Number(match[4] ?? 0);
  return inRange({ sign: match[1] === "-" ? -1 : 1, digits, exponent });
}

function inRange(value: Decimal): Decimal {
  if (value.exponent > MAX_EXPONENT) {
    throw validation(
      "Number overflow. Attempting to store a number with magnitude larger than supported range",
    );
  }
  if (value.exponent < MIN_EXPONENT) {
    throw validation(
      "Number underflow. Attempting to store a number with magnitude smaller than supported range",
    );
  }
  if (value.digits.length > MAX_DIGITS) {
    throw validation("Attempting to store more than 38 significant digits in a Number");
  }
  return value;
}

/** Plain notation without needless zeros, the one text of each value. */
export function formatDecimal({ sign, digits, exponent }: Decimal): string {
  if (sign === 0) return "0";
  const minus = sign < 0 ? "-" : "";
  if (exponent <= 0) return `${minus}0.${"0".repeat(-exponent)}${digits}`;
  if (digits.length <= exponent) return minus + digits.padEnd(exponent, "0");
  return `${minus}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** The canonical text of a number: equal numbers have equal text. */
export function canonicalNumber(text: string): string {
  return SMALL_INTEGER.test(text) ? text : formatDecimal(parseDecimal(text));
}

export function compareDecimals(left: Decimal, right: Decimal): number {
  if (left.sign !== right.sign) return left.sign < right.sign ? -1 : 1;
  const magnitude =
    left.exponent !== right.exponent
      ? left.exponent - right.exponent
      : left.digits < right.digits
        ? -1
        : left.digits > right.digits
          ? 1
          : 0;
  return left.sign < 0 ? -magnitude : magnitude;
}

/** Negative, zero or positive, as the first number is below, equal to or above the second. */
export function compareNumbers(left: string, right: string): number {
  if (left === right) return 0;
  if (SMALL_INTEGER.test(left) && SMALL_INTEGER.test(right)) return Number(left) - Number(right);
  return compareDecimals(parseDecimal(left), parseDecimal(right));
}

/** The exact sum. @throws ValidationException when it needs more than 38 digits or leaves the range. */
export function addNumbers(left: string, right: string): string {
  if (SMALL_INTEGER.test(left) && SMALL_INTEGER.test(right)) return String(Number(left) + Number(right));
  const [a, b] = [parseDecimal(left), parseDecimal(right)];
  const scale = Math.min(lastPlace(a), lastPlace(b));
  return formatDecimal(fromScaled(scaled(a, scale) + scaled(b, scale), scale));
}

export function subtractNumbers(left: string, right: string): string {
  return addNumbers(left, negate(right));
}

function negate(text: string): string {
  if (text === "0") return text;
  return text.startsWith("-") ? text.slice(1) : `-${text}`;
}

/** The power of ten of the last digit. */
function lastPlace(value: Decimal): number {
  return value.sign === 0 ? 0 : value.exponent - value.digits.length;
}

function scaled(value: Decimal, scale: number): bigint {
  if (value.sign === 0) return 0n;
  return BigInt(value.sign) * BigInt(value.digits + "0".repeat(lastPlace(value) - scale));
}

function fromScaled(total: bigint, scale: number): Decimal {
  if (total === 0n) return ZERO;
  const text = (total < 0n ? -total : total).toString();
  return inRange({
    sign: total < 0n ? -1 : 1,
    digits: text.replace(/0+$/, ""),
    exponent: text.length + scale,
  });
}
