/** Requests and answers inside simulators, apart from sockets. */

/** A request. Header names are lower case; `path` is as sent, without the query. */
export type WireRequest = {
  readonly method: string;
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
};

export type WireAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
};

/** An answer whose body is text. */
export type TextAnswer = WireAnswer & { readonly body: string };

/** What a caller sees: an answer, or a connection that breaks without one. */
export type WireOutcome = WireAnswer | "dropped";

export const json = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): TextAnswer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});
