/**
 * The provider's refusals, decided by their code and never by their words. A code that is not listed here is not known
 * to be a refusal, so nobody knows what happened.
 */
import { soFar } from "../answer.ts";
import type { ChannelFailure, DeclineReason } from "../facts.ts";

/** An error as it arrived. */
export type ApiError = {
  readonly status: number;
  /** As the provider spelt it; empty when it named none. */
  readonly code: string;
  /** Signed by the provider, so its code may be believed. */
  readonly signed: boolean;
  readonly retryAfterMs?: number;
  readonly earlierMayCount: boolean;
};

/** Both `ORDER_CLOSED` and `ORDERCLOSED` are in use. */
const withoutUnderscores = (code: string): string => code.replaceAll("_", "");

/** Whether an error has one of these codes, in either spelling. */
export const hasCode = ({ code }: Pick<ApiError, "code">, ...codes: readonly string[]): boolean =>
  codes.some((known) => withoutUnderscores(known) === withoutUnderscores(code));

const reasonsByCode: Readonly<Record<string, DeclineReason>> = {
  PARAM_ERROR: "rejected",
  INVALID_REQUEST: "rejected",
  APPID_MCHID_NOT_MATCH: "rejected",
  MCH_NOT_EXISTS: "rejected",
  NO_AUTH: "rejected",
  RULE_LIMIT: "rejected",
  TRADE_ERROR: "rejected",
  ACCOUNT_ERROR: "recipient-not-accepted",
  USER_ACCOUNT_ABNORMAL: "recipient-not-accepted",
  OPENID_MISMATCH: "recipient-not-accepted",
  NOT_ENOUGH: "insufficient-funds",
  ORDER_CLOSED: "wrong-state",
  ORDER_NOT_EXIST: "not-found",
  RESOURCE_NOT_EXISTS: "not-found",
  NOT_FOUND: "not-found",
};

const reasons: ReadonlyMap<string, DeclineReason> = new Map(
  Object.entries(reasonsByCode).map(([code, reason]) => [withoutUnderscores(code), reason]),
);

/** Codes and statuses that are given before a request is looked at. */
const isBeforeEffect = (error: ApiError): boolean =>
  error.status === 401 ||
  error.status === 429 ||
  (error.signed && hasCode(error, "FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED"));

const detailOf = ({ status, code, signed }: ApiError): string =>
  `${status} ${/^[A-Z_]{1,64}$/.test(code) ? code : "without a code"}${signed ? "" : ", unsigned"}`;

/**
 * What an error says about the operation that it answers.
 *
 * An unsigned refusal is not believed. A refusal after an attempt that may have counted is not believed either when
 * the operation changes something.
 */
export function failureOf(error: ApiError, operation: "changes" | "reads"): ChannelFailure {
  const detail = detailOf(error);
  if (isBeforeEffect(error)) {
    const wait = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs };
    return soFar({ outcome: "notSent", detail, ...wait }, error);
  }
  const reason = error.signed && error.status < 500 ? reasons.get(withoutUnderscores(error.code)) : undefined;
  const doubtful = operation === "changes" && error.earlierMayCount;
  return reason === undefined || doubtful
    ? { outcome: "unknown", detail }
    : { outcome: "declined", reason, code: error.code, detail };
}
