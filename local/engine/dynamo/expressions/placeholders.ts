/** The `#name` and `:value` placeholders of one request: looked up, and found to be all used. */
import { validation } from "../../errors.ts";
import { type JsonObject, optionalObject, own, stringMap } from "../../json.ts";
import { type AttributeValue, readValue } from "../attribute-values.ts";
import { type ExpressionKind, invalid } from "./lexer.ts";

const NAME_KEY = /^#[A-Za-z0-9_]+$/;
const VALUE_KEY = /^:[A-Za-z0-9_]+$/;

export type Placeholders = {
  /** @throws ValidationException when the request does not define it. */
  nameOf(placeholder: string, kind: ExpressionKind): string;
  valueOf(placeholder: string, kind: ExpressionKind): AttributeValue;
  /** @throws ValidationException naming what the request defines and no expression uses. */
  assertAllUsed(): void;
};

/**
 * Reads `ExpressionAttributeNames` and `ExpressionAttributeValues`.
 * @param expressions the expression parameters that the operation has, for the message when none is given.
 * @throws ValidationException when there are placeholders but no expression, a malformed key, or an empty map.
 */
export function readPlaceholders(request: JsonObject, expressions: readonly ExpressionKind[]): Placeholders {
  const rawNames = optionalObject(request, "ExpressionAttributeNames");
  const rawValues = optionalObject(request, "ExpressionAttributeValues");
  const none = expressions.every((name) => own(request, name) === undefined || own(request, name) === null);
  if (none && rawNames !== undefined) {
    throw validation("ExpressionAttributeNames can only be specified when using expressions");
  }
  if (none && rawValues !== undefined) {
    const absent = expressions.filter((name) => name !== "ProjectionExpression").join(" and ");
    throw validation(
      `ExpressionAttributeValues can only be specified when using expressions: ${absent} ${absent.includes(" ") ? "are" : "is"} null`,
    );
  }
  checkKeys("ExpressionAttributeNames", rawNames, NAME_KEY);
  checkKeys("ExpressionAttributeValues", rawValues, VALUE_KEY);
  return buildPlaceholders(stringMap(request, "ExpressionAttributeNames"), readValues(rawValues));
}

function checkKeys(parameter: string, map: JsonObject | undefined, syntax: RegExp): void {
  if (map === undefined) return;
  const keys = Object.keys(map);
  if (keys.length === 0) throw validation(`${parameter} must not be empty`);
  const bad = keys.find((key) => !syntax.test(key));
  if (bad !== undefined) throw validation(`${parameter} contains invalid key: Syntax error; key: "${bad}"`);
}

function readValues(raw: JsonObject | undefined): ReadonlyMap<string, AttributeValue> {
  return new Map(Object.entries(raw ?? {}).map(([key, value]) => [key, readValue(value)]));
}

function buildPlaceholders(
  names: Readonly<Record<string, string>>,
  values: ReadonlyMap<string, AttributeValue>,
): Placeholders {
  const unusedNames = new Set(Object.keys(names));
  const unusedValues = new Set(values.keys());
  return {
    nameOf(placeholder, kind) {
      const name = own(names, placeholder);
      if (name === undefined) {
        throw invalid(
          kind,
          `An expression attribute name used in the document path is not defined; attribute name: ${placeholder}`,
        );
      }
      unusedNames.delete(placeholder);
      return name;
    },
    valueOf(placeholder, kind) {
      const value = values.get(placeholder);
      if (value === undefined) {
        throw invalid(
          kind,
          `An expression attribute value used in expression is not defined; attribute value: ${placeholder}`,
        );
      }
      unusedValues.delete(placeholder);
      return value;
    },
    assertAllUsed() {
      assertNone("ExpressionAttributeNames", unusedNames);
      assertNone("ExpressionAttributeValues", unusedValues);
    },
  };
}

function assertNone(parameter: string, unused: ReadonlySet<string>): void {
  if (unused.size === 0) return;
  throw validation(`Value provided in ${parameter} unused in expressions: keys: {${[...unused].join(", ")}}`);
}
