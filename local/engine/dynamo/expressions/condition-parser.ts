/**
 * The grammar of conditions, filters and key conditions:
 * `or := and {OR and}`, `and := not {AND not}`, `not := NOT not | ( or ) | function | operand comparison`.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
import { type AttributeValue, isAttributeType, typeOf } from "../attribute-values.ts";
import type { Comparator, Condition, Operand } from "./ast.ts";
import { checkBetween, refuseRepeatedOperand, requireScalar, requireSizable } from "./condition-checks.ts";
import type { ExpressionKind } from "./lexer.ts";
import type { Path } from "./paths.ts";
import type { Placeholders } from "./placeholders.ts";
import { TokenReader } from "./token-reader.ts";

const COMPARATORS: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);
const CONDITION_FUNCTIONS: ReadonlyMap<string, number> = new Map([
  ["attribute_exists", 1],
  ["attribute_not_exists", 1],
  ["attribute_type", 2],
  ["begins_with", 2],
  ["contains", 2],
]);
const UPDATE_FUNCTIONS: ReadonlySet<string> = new Set(["if_not_exists", "list_append"]);

/** @throws ValidationException naming the parameter and the reason, in AWS's words. */
export function parseCondition(text: string, kind: ExpressionKind, placeholders: Placeholders): Condition {
  const reader = new TokenReader(text, kind, placeholders);
  const { condition } = parseOr(reader);
  reader.expectEnd();
  return condition;
}

/** `parenthesised` lets the caller refuse `((a = b))`, as AWS does. */
type Parsed = { readonly condition: Condition; readonly parenthesised: boolean };

function parseOr(reader: TokenReader): Parsed {
  let parsed = parseAnd(reader);
  while (reader.takeKeyword("OR")) {
    const right = parseAnd(reader).condition;
    parsed = { condition: { kind: "or", left: parsed.condition, right }, parenthesised: false };
  }
  return parsed;
}

function parseAnd(reader: TokenReader): Parsed {
  let parsed = parseNot(reader);
  while (reader.takeKeyword("AND")) {
    const right = parseNot(reader).condition;
    parsed = { condition: { kind: "and", left: parsed.condition, right }, parenthesised: false };
  }
  return parsed;
}

function parseNot(reader: TokenReader): Parsed {
  if (reader.takeKeyword("NOT")) {
    return { condition: { kind: "not", inner: parseNot(reader).condition }, parenthesised: false };
  }
  if (reader.atSymbol("(") && !isParenthesisedOperand(reader)) {
    reader.next();
    const inner = parseOr(reader);
    reader.expectSymbol(")");
    if (inner.parenthesised) throw reader.invalid("The expression has redundant parentheses;");
    return { condition: inner.condition, parenthesised: true };
  }
  return { condition: parsePredicate(reader), parenthesised: false };
}

/** Looks ahead from `(`: an operand in parentheses is followed by a comparison, a condition is not. */
function isParenthesisedOperand(reader: TokenReader): boolean {
  for (let ahead = 1; ; ahead += 1) {
    const token = reader.peek(ahead);
    if (token.type === "end") return false;
    if (token.type === "symbol" && token.text === ")") return startsComparison(reader, ahead + 1);
    const partOfPath = token.type !== "symbol" || ".[]".includes(token.text);
    if (!partOfPath) return false;
  }
}

function startsComparison(reader: TokenReader, ahead: number): boolean {
  const { type, text } = reader.peek(ahead);
  return (type === "symbol" && COMPARATORS.has(text)) || (type === "name" && /^(?:between|in)$/i.test(text));
}

function parsePredicate(reader: TokenReader): Condition {
  const name = functionName(reader);
  if (name !== undefined && name !== "size") {
    const condition = parseFunction(reader, name);
    if (startsComparison(reader, 0)) throw misusedFunction(reader, name);
    return condition;
  }
  const operand = parseOperand(reader);
  if (reader.takeKeyword("BETWEEN")) return parseBetween(reader, operand);
  if (reader.takeKeyword("IN")) return parseIn(reader, operand);
  const { type, text } = reader.peek();
  if (type === "symbol" && isComparator(text)) {
    reader.next();
    const right = parseOperand(reader);
    refuseRepeatedOperand(reader, text, operand, [right]);
    if (text !== "=" && text !== "<>") for (const side of [operand, right]) requireScalar(reader, text, side);
    return { kind: "compare", comparator: text, left: operand, right };
  }
  if (operand.kind === "size" && (type === "end" || type === "name" || text === ")")) {
    throw misusedFunction(reader, "size");
  }
  throw reader.unexpected();
}

function isComparator(text: string): text is Comparator {
  return COMPARATORS.has(text);
}

function misusedFunction(reader: TokenReader, name: string): Error {
  return reader.invalid(
    `The function is not allowed to be used this way in an expression; function: ${name}`,
  );
}

function parseBetween(reader: TokenReader, operand: Operand): Condition {
  const low = parseOperand(reader);
  if (!reader.takeKeyword("AND")) throw reader.unexpected();
  const high = parseOperand(reader);
  refuseRepeatedOperand(reader, "BETWEEN", operand, [low, high]);
  for (const side of [operand, low, high]) requireScalar(reader, "BETWEEN", side);
  checkBetween(reader, low, high);
  return { kind: "between", operand, low, high };
}

const MAX_IN_OPTIONS = 100;

function parseIn(reader: TokenReader, operand: Operand): Condition {
  reader.expectSymbol("(");
  const options = [parseOperand(reader)];
  while (reader.takeSymbol(",")) options.push(parseOperand(reader));
  reader.expectSymbol(")");
  if (options.length > MAX_IN_OPTIONS) {
    throw reader.invalid(
      `The IN operator is provided with too many operands; number of operands: ${options.length}`,
    );
  }
  refuseRepeatedOperand(reader, "IN", operand, options);
  return { kind: "in", operand, options };
}

function functionName(reader: TokenReader): string | undefined {
  const { type, text } = reader.peek();
  return type === "name" && reader.atSymbol("(", 1) ? text : undefined;
}

function parseOperand(reader: TokenReader): Operand {
  const name = functionName(reader);
  if (name === "size") return parseSize(reader);
  if (name !== undefined) {
    assertConditionFunction(reader, name);
    throw misusedFunction(reader, name);
  }
  if (reader.takeSymbol("(")) {
    const operand = parseOperand(reader);
    reader.expectSymbol(")");
    return operand;
  }
  if (reader.peek().type === "value-placeholder") return { kind: "value", value: reader.value() };
  return { kind: "path", path: reader.path() };
}

function parseArguments(reader: TokenReader, name: string, arity: number): readonly Operand[] {
  reader.next();
  reader.expectSymbol("(");
  const operands = [parseOperand(reader)];
  while (reader.takeSymbol(",")) operands.push(parseOperand(reader));
  reader.expectSymbol(")");
  if (operands.length !== arity) {
    throw reader.invalid(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }
  return operands;
}

function parseSize(reader: TokenReader): Operand {
  const [operand] = parseArguments(reader, "size", 1);
  if (operand === undefined || operand.kind === "size") throw misusedFunction(reader, "size");
  requireSizable(reader, operand);
  return { kind: "size", operand };
}

function assertConditionFunction(reader: TokenReader, name: string): void {
  if (CONDITION_FUNCTIONS.has(name)) return;
  if (UPDATE_FUNCTIONS.has(name)) {
    throw reader.invalid(`The function is not allowed in a condition expression; function: ${name}`);
  }
  throw reader.invalid(`Invalid function name; function: ${name}`);
}

function parseFunction(reader: TokenReader, name: string): Condition {
  assertConditionFunction(reader, name);
  const [operand, argument] = parseArguments(reader, name, CONDITION_FUNCTIONS.get(name) ?? 0);
  if (operand === undefined) throw reader.unexpected();
  if (name === "attribute_exists" || name === "attribute_not_exists") {
    return { kind: name, path: requirePath(reader, name, operand) };
  }
  if (argument === undefined) throw reader.unexpected();
  refuseRepeatedOperand(reader, name, operand, [argument]);
  if (name === "attribute_type") checkTypeName(reader, argument);
  if (name === "begins_with") {
    for (const side of [operand, argument]) requireStringOrBinary(reader, name, side);
  }
  if (name === "attribute_type" || name === "begins_with" || name === "contains") {
    return { kind: name, operand, argument };
  }
  throw reader.invalid(`Invalid function name; function: ${name}`);
}

function requirePath(reader: TokenReader, name: string, operand: Operand): Path {
  if (operand.kind === "path") return operand.path;
  throw reader.invalid(`Operator or function requires a document path; operator or function: ${name}`);
}

function incorrectType(reader: TokenReader, name: string, value: AttributeValue): Error {
  return reader.invalid(
    `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${typeOf(value)}`,
  );
}

function requireStringOrBinary(reader: TokenReader, name: string, operand: Operand): void {
  if (operand.kind !== "value" || "S" in operand.value || "B" in operand.value) return;
  throw incorrectType(reader, name, operand.value);
}

function checkTypeName(reader: TokenReader, argument: Operand): void {
  if (argument.kind !== "value") return;
  if (!("S" in argument.value)) throw incorrectType(reader, "attribute_type", argument.value);
  if (isAttributeType(argument.value.S)) return;
  throw reader.invalid(
    `Invalid attribute type name found; type: ${argument.value.S}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
  );
}
