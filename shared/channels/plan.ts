/**
 * Plans: an operation of a channel as a generator. It yields what it wants done (send this request, remember that
 * token) and is handed what came of it; so adapters are pure, and one transport does all the talking.
 */

/** One HTTP request as it goes out: the exact URL and body that were signed. */
export type WireRequest = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** An answer as it arrived. Header names are lower case; `body` is the exact bytes. */
export type WireAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

/**
 * What came of a request. `mayCount` of a missing answer: it may have reached the provider. `earlierMayCount` of an
 * answer: an earlier attempt of the same request may have taken effect, so "this one did nothing" proves nothing.
 */
export type Reply =
  | { readonly kind: "answer"; readonly answer: WireAnswer; readonly earlierMayCount: boolean }
  | { readonly kind: "no-answer"; readonly mayCount: boolean; readonly detail: string };

/**
 * One wish of a plan.
 *
 * `send`: `operation` names it in logs and metrics. `request` is asked again for each attempt, so that signatures are
 * fresh. `repeatable`: sending it twice has one effect, so the transport may repeat it after a lost answer, a 429 or
 * a 5xx. `recall` and `remember` reach a memory that lives as long as the process: tokens, certificates.
 */
export type Step =
  | {
      readonly step: "send";
      readonly operation: string;
      readonly request: () => WireRequest;
      readonly repeatable: boolean;
    }
  | { readonly step: "recall"; readonly key: string }
  | {
      readonly step: "remember";
      readonly key: string;
      /** `undefined` forgets. */
      readonly value: string | undefined;
      /** Epoch milliseconds. */
      readonly untilMs: number;
    };

/** The answer to a step: a `Reply` to `send`, the text or nothing to `recall`, nothing to `remember`. */
export type StepResult = Reply | string | undefined;

/** An operation that ends in `T`. */
export type Plan<T> = Generator<Step, T, StepResult>;

/** Sends one request. Use as `const reply = yield* send(...)`. */
export function* send(
  operation: string,
  request: () => WireRequest,
  { repeatable }: { readonly repeatable: boolean },
): Plan<Reply> {
  const result = yield { step: "send", operation, request, repeatable };
  if (typeof result !== "object") throw new Error("a plan's request was answered with something else");
  return result;
}

/** A remembered text that is still good, or `undefined`. */
export function* recall(key: string): Plan<string | undefined> {
  const result = yield { step: "recall", key };
  if (typeof result === "object") throw new Error("a plan's memory was answered with something else");
  return result;
}

/** Remembers a text until a time; `undefined` forgets it. */
export function* remember(key: string, value: string | undefined, untilMs: number): Plan<void> {
  yield { step: "remember", key, value, untilMs };
}

/** A plan that needs nothing done. */
// biome-ignore lint/correctness/useYield: a plan of no steps is a plan.
export function* settled<T>(value: T): Plan<T> {
  return value;
}
