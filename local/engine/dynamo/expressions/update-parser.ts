/**
 * The grammar of updates: the sections SET, REMOVE, ADD and DELETE, each at most once, in any order.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 */
import { type AttributeValue, typeOf } from "../attribute-values.ts";
import type { Update, UpdateOperand } from "./ast.ts";
import { type Path, refuseOverlaps } from "./paths.ts";
import type { Placeholders } from "./placeholders.ts";
import { TokenReader } from "./token-reader.ts";

const CONDITION_FUNCTIONS: ReadonlySet<string> = new Set([
  "attribute_exists",
  "attribute_not_exists",
  "attribute_type",
  "begins_with",
  "contains",
  "size",
]);
const SECTIONS = ["SET", "REMOVE", "ADD", "DELETE"] as const;
const TYPE_NAMES = {
  S: "STRING",
  N: "NUMBER",
  B: "BINARY",
  BOOL: "BOOLEAN",
  NULL: "NULL",
  L: "LIST",
  M: "MAP",
  SS: "STRING_SET",
  NS: "NUMBER_SET",
  BS: "BINARY_SET",
} as const;

type Draft = {
  sets: { path: Path; value: UpdateOperand }[];
  removes: Path[];
  adds: { path: Path; value: AttributeValue }[];
  deletes: { path: Path; value: AttributeValue }[];
};

/** @throws ValidationException in AWS's words. */
export function parseUpdate(text: string, placeholders: Placeholders): Update {
  const reader = new TokenReader(text, "UpdateExpression", placeholders);
  const draft: Draft = { sets: [], removes: [], adds: [], deletes: [] };
  const seen = new Set<string>();
  do {
    const section = SECTIONS.find((name) => reader.takeKeyword(name));
    if (section === undefined) throw reader.unexpected();
    if (seen.has(section)) {
      throw reader.invalid(`The "${section}" section can only be used once in an update expression;`);
    }
    seen.add(section);
    parseSection(reader, section, draft);
  } while (reader.peek().type !== "end");
  refuseOverlaps(updatedPaths(draft), "UpdateExpression");
  return draft;
}

/** Every path that an update may change. */
export function updatedPaths(update: Update): readonly Path[] {
  return [
    ...update.sets.map(({ path }) => path),
    ...update.removes,
    ...update.adds.map(({ path }) => path),
    ...update.deletes.map(({ path }) => path),
  ];
}

function parseSection(reader: TokenReader, section: (typeof SECTIONS)[number], draft: Draft): void {
  do {
    refuseKeyword(reader);
    const path = reader.path();
    if (section === "SET") {
      reader.expectSymbol("=");
      draft.sets.push({ path, value: parseSetValue(reader) });
    } else if (section === "REMOVE") draft.removes.push(path);
    else if (section === "ADD") draft.adds.push({ path, value: parseAddend(reader) });
    else draft.deletes.push({ path, value: parseSubset(reader) });
  } while (reader.takeSymbol(","));
}

/** A section's keyword where a path must stand is a syntax error, not a reserved word. */
function refuseKeyword(reader: TokenReader): void {
  if (SECTIONS.some((name) => reader.atKeyword(name))) throw reader.unexpected();
}

function parseSetValue(reader: TokenReader): UpdateOperand {
  if (reader.takeSymbol("(")) {
    const inner = parseSetValue(reader);
    reader.expectSymbol(")");
    return inner;
  }
  const left = parseOperand(reader);
  for (const kind of ["+", "-"] as const) {
    if (!reader.takeSymbol(kind)) continue;
    const right = parseOperand(reader);
    for (const side of [left, right]) requireValueType(reader, kind, side, "N");
    return { kind, left, right };
  }
  return left;
}

function parseOperand(reader: TokenReader): UpdateOperand {
  const { type, text } = reader.peek();
  if (type === "value-placeholder") return { kind: "value", value: reader.value() };
  if (type === "name" && reader.atSymbol("(", 1)) return parseFunction(reader, text);
  return { kind: "path", path: reader.path() };
}

function parseFunction(reader: TokenReader, name: string): UpdateOperand {
  if (CONDITION_FUNCTIONS.has(name)) {
    throw reader.invalid(`The function is not allowed in an update expression; function: ${name}`);
  }
  if (name !== "if_not_exists" && name !== "list_append") {
    throw reader.invalid(`Invalid function name; function: ${name}`);
  }
  reader.next();
  reader.expectSymbol("(");
  const operands = [parseOperand(reader)];
  while (reader.takeSymbol(",")) operands.push(parseOperand(reader));
  reader.expectSymbol(")");
  const [left, right] = operands;
  if (left === undefined || right === undefined || operands.length !== 2) {
    throw reader.invalid(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }
  if (name === "list_append") {
    for (const side of [left, right]) requireValueType(reader, name, side, "L");
    return { kind: name, left, right };
  }
  if (left.kind !== "path") {
    throw reader.invalid(`Operator or function requires a document path; operator or function: ${name}`);
  }
  return { kind: name, path: left.path, otherwise: right };
}

function requireValueType(reader: TokenReader, name: string, operand: UpdateOperand, type: "N" | "L"): void {
  if (operand.kind !== "value" || type in operand.value) return;
  throw reader.invalid(
    `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${typeOf(operand.value)}`,
  );
}

function parseAddend(reader: TokenReader): AttributeValue {
  const value = reader.value();
  if ("N" in value || "SS" in value || "NS" in value || "BS" in value) return value;
  throw reader.invalid(
    `Incorrect operand type for operator or function; operator: ADD, operand type: ${TYPE_NAMES[typeOf(value)]}, typeSet: ALLOWED_FOR_ADD_OPERAND`,
  );
}

function parseSubset(reader: TokenReader): AttributeValue {
  const value = reader.value();
  if ("SS" in value || "NS" in value || "BS" in value) return value;
  throw reader.invalid(
    `Incorrect operand type for operator or function; operator: DELETE, operand type: ${TYPE_NAMES[typeOf(value)]}, typeSet: ALLOWED_FOR_DELETE_OPERAND`,
  );
}
