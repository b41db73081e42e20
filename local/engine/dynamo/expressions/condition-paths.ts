/** Every document path that a condition names. */
import type { Condition, Operand } from "./ast.ts";
import type { Path } from "./paths.ts";

export function conditionPaths(condition: Condition): readonly Path[] {
  switch (condition.kind) {
    case "and":
    case "or":
      return [...conditionPaths(condition.left), ...conditionPaths(condition.right)];
    case "not":
      return conditionPaths(condition.inner);
    case "attribute_exists":
    case "attribute_not_exists":
      return [condition.path];
    case "compare":
      return [condition.left, condition.right].flatMap(operandPaths);
    case "between":
      return [condition.operand, condition.low, condition.high].flatMap(operandPaths);
    case "in":
      return [condition.operand, ...condition.options].flatMap(operandPaths);
    case "attribute_type":
    case "begins_with":
    case "contains":
      return [condition.operand, condition.argument].flatMap(operandPaths);
  }
}

function operandPaths(operand: Operand): readonly Path[] {
  if (operand.kind === "path") return [operand.path];
  return operand.kind === "size" ? operandPaths(operand.operand) : [];
}
