/** What DynamoDB refuses in a condition before it looks at any item. */
import { type AttributeValue, compareValues, typeOf } from "../attribute-values.ts";
import type { Operand } from "./ast.ts";
import { formatPath, samePath } from "./paths.ts";
import type { TokenReader } from "./token-reader.ts";

/** `a = a` is refused: it would not test anything. */
export function refuseRepeatedOperand(
  reader: TokenReader,
  operator: string,
  first: Operand,
  rest: readonly Operand[],
): void {
  if (first.kind !== "path") return;
  if (!rest.some((operand) => operand.kind === "path" && samePath(operand.path, first.path))) return;
  throw reader.invalid(
    `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${formatPath(first.path)}`,
  );
}

/** Only strings, numbers and binary have an order. */
export function requireScalar(reader: TokenReader, operator: string, operand: Operand): void {
  if (operand.kind !== "value") return;
  const { value } = operand;
  if ("S" in value || "N" in value || "B" in value) return;
  throw reader.invalid(
    `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${typeOf(value)}`,
  );
}

export function requireSizable(reader: TokenReader, operand: Operand): void {
  if (operand.kind !== "value") return;
  const { value } = operand;
  if (!("N" in value || "BOOL" in value || "NULL" in value)) return;
  throw reader.invalid(
    `Incorrect operand type for operator or function; operator or function: size, operand type: ${typeOf(value)}`,
  );
}

export function checkBetween(reader: TokenReader, low: Operand, high: Operand): void {
  if (low.kind !== "value" || high.kind !== "value") return;
  const order = compareValues(low.value, high.value);
  const bounds = `lower bound operand: AttributeValue: ${show(low.value)}, upper bound operand: AttributeValue: ${show(high.value)}`;
  if (order === undefined) {
    throw reader.invalid(
      `The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`,
    );
  }
  if (order > 0) {
    throw reader.invalid(
      `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`,
    );
  }
}

function show(value: AttributeValue): string {
  const type = typeOf(value);
  return `{${type}:${Object.values(value)[0]}}`;
}
