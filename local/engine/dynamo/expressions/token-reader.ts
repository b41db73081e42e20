/** A cursor over the tokens of one expression, with the parts of the grammar that all expressions share. */
import type { AttributeValue } from "../attribute-values.ts";
import { type ExpressionKind, invalid, syntaxError, type Token, tokenize } from "./lexer.ts";
import type { Path } from "./paths.ts";
import type { Placeholders } from "./placeholders.ts";
import { isReservedWord } from "./reserved-words.ts";

const MAX_LIST_INDEX = 2 ** 31 - 1;

export class TokenReader {
  readonly kind: ExpressionKind;
  readonly placeholders: Placeholders;
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string, kind: ExpressionKind, placeholders: Placeholders) {
    this.kind = kind;
    this.placeholders = placeholders;
    this.#text = text;
    this.#tokens = tokenize(text, kind);
  }

  peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)];
    if (token === undefined) throw new TypeError("an expression without tokens");
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  atSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.type === "symbol" && token.text === symbol;
  }

  /** Keywords are not case-sensitive. */
  atKeyword(keyword: string): boolean {
    const token = this.peek();
    return token.type === "name" && token.text.toUpperCase() === keyword;
  }

  takeSymbol(symbol: string): boolean {
    const found = this.atSymbol(symbol);
    if (found) this.#at += 1;
    return found;
  }

  takeKeyword(keyword: string): boolean {
    const found = this.atKeyword(keyword);
    if (found) this.#at += 1;
    return found;
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.unexpected();
  }

  expectEnd(): void {
    if (this.peek().type !== "end") throw this.unexpected();
  }

  /** A syntax error at the token that is next. */
  unexpected(): Error {
    const token = this.peek();
    const after = token.type === "end" ? undefined : this.#tokens[this.#at + 1];
    return syntaxError(this.#text, this.kind, token, this.#tokens[this.#at - 1], after);
  }

  invalid(reason: string): Error {
    return invalid(this.kind, reason);
  }

  value(): AttributeValue {
    if (this.peek().type !== "value-placeholder") throw this.unexpected();
    return this.placeholders.valueOf(this.next().text, this.kind);
  }

  path(): Path {
    const path: (string | number)[] = [this.#name()];
    for (;;) {
      if (this.takeSymbol(".")) path.push(this.#name());
      else if (this.takeSymbol("[")) path.push(this.#index());
      else return path;
    }
  }

  #name(): string {
    const { type, text } = this.peek();
    if (type !== "name" && type !== "name-placeholder") throw this.unexpected();
    this.#at += 1;
    if (type === "name-placeholder") return this.placeholders.nameOf(text, this.kind);
    if (isReservedWord(text)) {
      throw this.invalid(`Attribute name is a reserved keyword; reserved keyword: ${text}`);
    }
    return text;
  }

  #index(): number {
    const token = this.peek();
    if (token.type !== "digits") throw this.unexpected();
    this.#at += 1;
    this.expectSymbol("]");
    const index = Number(token.text);
    if (index > MAX_LIST_INDEX) {
      throw this.invalid(`List index is not within the allowable range; index: [${token.text}]`);
    }
    return index;
  }
}
