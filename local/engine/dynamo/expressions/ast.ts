/** What the parser makes of an expression: placeholders are already replaced by names and values. */
import type { AttributeValue } from "../attribute-values.ts";
import type { Path } from "./paths.ts";

export type Comparator = "=" | "<>" | "<" | "<=" | ">" | ">=";

export type Operand =
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "value"; readonly value: AttributeValue }
  | { readonly kind: "size"; readonly operand: Operand };

/** A condition or filter. */
export type Condition =
  | {
      readonly kind: "compare";
      readonly comparator: Comparator;
      readonly left: Operand;
      readonly right: Operand;
    }
  | { readonly kind: "between"; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: "in"; readonly operand: Operand; readonly options: readonly Operand[] }
  | { readonly kind: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly kind: "not"; readonly inner: Condition }
  | { readonly kind: "attribute_exists" | "attribute_not_exists"; readonly path: Path }
  | {
      readonly kind: "attribute_type" | "begins_with" | "contains";
      readonly operand: Operand;
      readonly argument: Operand;
    };

/** The right side of a SET. */
export type UpdateOperand =
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "value"; readonly value: AttributeValue }
  | { readonly kind: "if_not_exists"; readonly path: Path; readonly otherwise: UpdateOperand }
  | { readonly kind: "list_append" | "+" | "-"; readonly left: UpdateOperand; readonly right: UpdateOperand };

export type Update = {
  readonly sets: readonly { readonly path: Path; readonly value: UpdateOperand }[];
  readonly removes: readonly Path[];
  readonly adds: readonly { readonly path: Path; readonly value: AttributeValue }[];
  readonly deletes: readonly { readonly path: Path; readonly value: AttributeValue }[];
};
