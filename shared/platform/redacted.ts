/**
 * Values that must not reach a log. They print as a fixed word wherever text is made of them (JSON, templates,
 * `console`), and give their content only to code that calls `reveal`.
 */
import { inspect } from "node:util";

class Redacted<T, Word extends string> {
  readonly #value: T;
  readonly #word: Word;
  constructor(value: T, word: Word) {
    this.#value = value;
    this.#word = word;
  }
  reveal(): T {
    return this.#value;
  }
  toJSON(): Word {
    return this.#word;
  }
  toString(): Word {
    return this.#word;
  }
  [inspect.custom](): Word {
    return this.#word;
  }
}

/** A key or token. */
export type Secret<T> = Redacted<T, "[secret]">;
/** A fact about a person: name, e-mail, note. */
export type Pii<T> = Redacted<T, "[personal]">;

export const secret = <T>(value: T): Secret<T> => new Redacted(value, "[secret]");
export const pii = <T>(value: T): Pii<T> => new Redacted(value, "[personal]");
