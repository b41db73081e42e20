/**
 * Every problem a caller may be told, as problem details (RFC 9457). The code is stable and part of the contract;
 * titles are for people and may change.
 */
export type ProblemSpec = { readonly status: number; readonly title: string };

export const problems = {
  "invalid-request": { status: 400, title: "The request is not valid" },
  "cursor-invalid": { status: 400, title: "The cursor does not belong to this list" },
  "idempotency-key-missing": { status: 400, title: "This route needs an Idempotency-Key header" },
  "sign-in-refused": { status: 400, title: "The sign-in was refused" },
  "callback-rejected": { status: 400, title: "The callback could not be verified" },
  unauthenticated: { status: 401, title: "A valid access token is needed" },
  "consent-required": { status: 403, title: "The terms must be accepted first" },
  "not-permitted": { status: 403, title: "This needs a permission that the caller does not have" },
  "fresh-sign-in-required": { status: 403, title: "This needs a sign-in of the last minutes" },
  "pin-required": { status: 403, title: "The PIN is needed" },
  "pin-wrong": { status: 403, title: "The PIN is wrong" },
  "step-up-required": { status: 403, title: "This amount has to be confirmed with the PIN" },
  "account-frozen": { status: 403, title: "The account is frozen" },
  "not-found": { status: 404, title: "There is no such thing" },
  "payee-not-found": { status: 404, title: "There is no such payee" },
  "insufficient-funds": { status: 409, title: "The balance is too low" },
  "handle-taken": { status: 409, title: "The handle is taken" },
  "already-claimed": { status: 409, title: "A referral was claimed already" },
  "refund-not-possible": { status: 409, title: "The payment cannot be refunded so" },
  "quote-not-valid": { status: 409, title: "The quote cannot be used for this" },
  conflict: { status: 409, title: "The current state does not allow this" },
  "payload-too-large": { status: 413, title: "The request body is too large" },
  "unsupported-media-type": { status: 415, title: "The request body must be JSON" },
  "idempotency-key-reused": { status: 422, title: "The Idempotency-Key was used for another request" },
  "limit-exceeded": { status: 422, title: "A limit would be exceeded" },
  "self-payment": { status: 422, title: "Payer and payee are the same" },
  "currency-not-supported": { status: 422, title: "The currency is not supported" },
  "amount-not-supported": { status: 422, title: "The amount is outside what is supported" },
  "channel-not-available": { status: 422, title: "The channel is not available" },
  "payment-declined": { status: 422, title: "The channel declined the payment" },
  "refund-declined": { status: 422, title: "The channel declined the refund" },
  "withdrawal-declined": { status: 422, title: "The channel declined the withdrawal" },
  "referral-refused": { status: 422, title: "The referral cannot be claimed" },
  "pin-too-simple": { status: 422, title: "The PIN is too easy to guess" },
  "pin-locked": { status: 423, title: "The PIN is locked after too many wrong ones" },
  "velocity-exceeded": { status: 429, title: "Too many payments in a short time" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  "internal-error": { status: 500, title: "Something went wrong on our side" },
  "channel-unreachable": { status: 502, title: "The channel did not answer" },
  /** The rates are too old to exchange at: ours to mend, so neither the request nor the caller is at fault. */
  "rate-unavailable": { status: 503, title: "There is no current rate of exchange" },
  "temporarily-unavailable": { status: 503, title: "Busy, try again shortly" },
} as const satisfies Record<string, ProblemSpec>;

export type ProblemCode = keyof typeof problems;

/** What any route may answer besides its own problems. */
export const commonProblems = [
  "invalid-request",
  "not-found",
  "payload-too-large",
  "unsupported-media-type",
  "too-many-requests",
  "internal-error",
  "temporarily-unavailable",
] as const satisfies readonly ProblemCode[];

/** One invalid field of a request: a JSON pointer into the part named first, as in `/body/amount/value`. */
export type FieldError = { readonly field: string; readonly message: string };

/** A JSON pointer. @see RFC 6901 section 3 */
const pointer = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** What a schema found wrong, as the problem's fields. @param at where the checked value stands: `["body", "payer"]` */
export const fieldErrors = (
  at: readonly string[],
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): FieldError[] => issues.map(({ path, message }) => ({ field: pointer([...at, ...path]), message }));

/** A refusal on its way to the caller. */
export type Problem = {
  readonly problem: ProblemCode;
  /** One sentence for a developer; never internals, never another person's data. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Seconds the caller should wait before trying again; sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Members beside the standard ones. */
  readonly extensions?: Readonly<Record<string, unknown>>;
};

export const problem = (code: ProblemCode, rest: Omit<Problem, "problem"> = {}): Problem => ({
  problem: code,
  ...rest,
});

export const isProblem = (value: unknown): value is Problem =>
  typeof value === "object" && value !== null && "problem" in value && typeof value.problem === "string";

/** The body of an `application/problem+json` reply. */
export type ProblemBody = {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail?: string;
  instance?: string;
  errors?: readonly FieldError[];
};

/** @see RFC 9457 section 3.1; `type` names the problem, it need not be fetched. */
export const toProblemBody = (value: Problem, instance: string): ProblemBody => {
  const spec = problems[value.problem];
  return {
    ...value.extensions,
    type: `urn:kith:problem:${value.problem}`,
    title: spec.title,
    status: spec.status,
    code: value.problem,
    ...(value.detail === undefined ? {} : { detail: value.detail }),
    instance,
    ...(value.errors === undefined ? {} : { errors: value.errors }),
  };
};
