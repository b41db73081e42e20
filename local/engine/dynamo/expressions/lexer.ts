/** Tokens of DynamoDB's expression language. */
import { validation } from "../../errors.ts";

export type TokenType = "name" | "name-placeholder" | "value-placeholder" | "digits" | "symbol" | "end";
export type Token = {
  readonly type: TokenType;
  readonly text: string;
  readonly start: number;
  readonly end: number;
};

/** Which parameter an expression came in; it stands in the message of every refusal. */
export type ExpressionKind =
  | "ConditionExpression"
  | "FilterExpression"
  | "KeyConditionExpression"
  | "ProjectionExpression"
  | "UpdateExpression";

const TOKEN =
  /(?<space>\s+)|(?<namePlaceholder>#[A-Za-z0-9_]+)|(?<valuePlaceholder>:[A-Za-z0-9_]+)|(?<name>[A-Za-z][A-Za-z0-9_]*)|(?<digits>\d+)|(?<symbol><>|<=|>=|[=<>()[\],.+-])/y;
const MAX_EXPRESSION_BYTES = 4096;
const CACHE_LIMIT = 2000;

const cache = new Map<string, readonly Token[]>();

export function invalid(kind: ExpressionKind, reason: string): Error {
  return validation(`Invalid ${kind}: ${reason}`);
}

/**
 * The tokens of an expression, ended by one of type `end`. The same text gives the same array: the tokens of
 * recent expressions are remembered.
 * @throws ValidationException for an empty expression, one above 4 KB, or a character that starts no token.
 */
export function tokenize(text: string, kind: ExpressionKind): readonly Token[] {
  const known = cache.get(text);
  if (known !== undefined) return known;
  if (text === "") throw invalid(kind, "The expression can not be empty;");
  if (Buffer.byteLength(text) > MAX_EXPRESSION_BYTES) {
    throw invalid(kind, "Expression size has exceeded the maximum allowed size;");
  }
  const tokens = scan(text, kind);
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(text, tokens);
  return tokens;
}

function scan(text: string, kind: ExpressionKind): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) {
      const bad: Token = { type: "symbol", text: text.charAt(at), start: at, end: at + 1 };
      throw syntaxError(text, kind, bad, tokens.at(-1), undefined);
    }
    const start = at;
    at = TOKEN.lastIndex;
    if (match.groups?.["space"] === undefined) {
      tokens.push({ type: typeOf(match.groups ?? {}), text: match[0], start, end: at });
    }
  }
  tokens.push({ type: "end", text: "<EOF>", start: text.length, end: text.length });
  return tokens;
}

function typeOf(groups: { readonly [name: string]: string | undefined }): TokenType {
  if (groups["namePlaceholder"] !== undefined) return "name-placeholder";
  if (groups["valuePlaceholder"] !== undefined) return "value-placeholder";
  if (groups["name"] !== undefined) return "name";
  return groups["digits"] === undefined ? "symbol" : "digits";
}

/** The offending token, and the text from the token before it to the one after it. */
export function syntaxError(
  text: string,
  kind: ExpressionKind,
  token: Token,
  before: Token | undefined,
  after: Token | undefined,
): Error {
  const near = text.slice((before ?? token).start, (after ?? token).end);
  return invalid(kind, `Syntax error; token: "${token.text}", near: "${near}"`);
}
