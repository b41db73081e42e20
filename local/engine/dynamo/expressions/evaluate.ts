/** Whether an item meets a condition. */
import { type AttributeValue, compareValues, type Item, typeOf, valuesEqual } from "../attribute-values.ts";
import type { Comparator, Condition, Operand } from "./ast.ts";
import { follow } from "./paths.ts";

/**
 * @param item the item as stored; an absent item is an empty one, on which `attribute_not_exists` holds.
 */
export function evaluate(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case "and":
      return evaluate(condition.left, item) && evaluate(condition.right, item);
    case "or":
      return evaluate(condition.left, item) || evaluate(condition.right, item);
    case "not":
      return !evaluate(condition.inner, item);
    case "attribute_exists":
      return follow(item, condition.path) !== undefined;
    case "attribute_not_exists":
      return follow(item, condition.path) === undefined;
    case "compare":
      return compare(condition.comparator, resolve(condition.left, item), resolve(condition.right, item));
    case "between": {
      const value = resolve(condition.operand, item);
      return (
        compare(">=", value, resolve(condition.low, item)) &&
        compare("<=", value, resolve(condition.high, item))
      );
    }
    case "in": {
      const value = resolve(condition.operand, item);
      return condition.options.some((option) => compare("=", value, resolve(option, item)));
    }
    case "attribute_type":
    case "begins_with":
    case "contains":
      return test(condition.kind, resolve(condition.operand, item), resolve(condition.argument, item));
  }
}

function test(
  kind: "attribute_type" | "begins_with" | "contains",
  value: AttributeValue | undefined,
  argument: AttributeValue | undefined,
): boolean {
  if (value === undefined || argument === undefined) return false;
  if (kind === "attribute_type") return "S" in argument && typeOf(value) === argument.S;
  return kind === "begins_with" ? beginsWith(value, argument) : contains(value, argument);
}

function resolve(operand: Operand, item: Item): AttributeValue | undefined {
  if (operand.kind === "value") return operand.value;
  if (operand.kind === "path") return follow(item, operand.path);
  const value = resolve(operand.operand, item);
  const size = value === undefined ? undefined : sizeOf(value);
  return size === undefined ? undefined : { N: String(size) };
}

/** Characters of a string, bytes of binary, members of anything else; other types have no size. */
function sizeOf(value: AttributeValue): number | undefined {
  if ("S" in value) return value.S.length;
  if ("B" in value) return Buffer.byteLength(value.B, "base64");
  if ("L" in value) return value.L.length;
  if ("M" in value) return Object.keys(value.M).length;
  if ("SS" in value) return value.SS.length;
  if ("NS" in value) return value.NS.length;
  if ("BS" in value) return value.BS.length;
  return undefined;
}

/** An absent value is unlike every other, so only `<>` holds of it. */
function compare(
  comparator: Comparator,
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
): boolean {
  if (left === undefined || right === undefined) return comparator === "<>";
  if (comparator === "=") return valuesEqual(left, right);
  if (comparator === "<>") return !valuesEqual(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  if (comparator === "<") return order < 0;
  if (comparator === "<=") return order <= 0;
  return comparator === ">" ? order > 0 : order >= 0;
}

function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  if ("S" in value && "S" in prefix) return value.S.startsWith(prefix.S);
  if (!("B" in value && "B" in prefix)) return false;
  const start = Buffer.from(prefix.B, "base64");
  return Buffer.from(value.B, "base64").subarray(0, start.length).equals(start);
}

/** A part of a string or of binary, a member of a set, or a member of a list. */
function contains(value: AttributeValue, part: AttributeValue): boolean {
  if ("S" in value) return "S" in part && value.S.includes(part.S);
  if ("B" in value)
    return "B" in part && Buffer.from(value.B, "base64").includes(Buffer.from(part.B, "base64"));
  if ("SS" in value) return "S" in part && value.SS.includes(part.S);
  if ("NS" in value) return "N" in part && value.NS.includes(part.N);
  if ("BS" in value) return "B" in part && value.BS.includes(part.B);
  return "L" in value && value.L.some((member) => valuesEqual(member, part));
}
