/**
 * From a refusal of the gateway to an outcome. Decided on the sub code. A code that is not known says nothing about
 * whether money moved, so it counts as unknown.
 * @see https://opendocs.alipay.com/common/02km9f (common error codes)
 */
import { soFar } from "../answer.ts";
import type { ChannelFailure, DeclineReason } from "../facts.ts";

/** A signed answer whose `code` is not success. */
export type Refused = {
  readonly kind: "refused";
  readonly code: string;
  /** Empty when there is none. */
  readonly subCode: string;
  readonly earlierMayCount: boolean;
};

const BUSY_RETRY_MS = 5_000;

/** Gateway codes that say: our keys, rights or rate. The business system was not reached. */
const notReached: ReadonlySet<string> = new Set(["20001", "40003", "40005", "40006"]);

/** Sub codes of malformed requests that the gateway gives under `40001` and `40002`, before any business is done. */
const gatewayRefusals: ReadonlySet<string> = new Set([
  "isv.invalid-signature",
  "isv.invalid-app-id",
  "isv.invalid-timestamp",
  "isv.invalid-app-cert-sn",
  "isv.missing-signature",
  "isv.missing-app-id",
  "isv.missing-timestamp",
  "isv.missing-app-cert-sn",
  "isv.app-call-limited",
]);

const declines: ReadonlyMap<string, DeclineReason> = new Map([
  ["ACQ.TRADE_NOT_EXIST", "not-found"],
  ["ACQ.TRADE_HAS_SUCCESS", "wrong-state"],
  ["ACQ.TRADE_HAS_CLOSE", "wrong-state"],
  ["ACQ.TRADE_STATUS_ERROR", "wrong-state"],
  ["ACQ.REASON_TRADE_STATUS_INVALID", "wrong-state"],
  ["ACQ.REASON_TRADE_BEEN_FREEZEN", "wrong-state"],
  ["ACQ.TRADE_HAS_FINISHED", "too-late"],
  ["ACQ.TRADE_NOT_ALLOW_REFUND", "not-supported"],
  ["ACQ.SELLER_BALANCE_NOT_ENOUGH", "insufficient-funds"],
  ["ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "amount-not-accepted"],
  ["ACQ.REASON_TRADE_REFUND_FEE_ERR", "amount-not-accepted"],
  ["ACQ.TOTAL_FEE_EXCEED", "amount-not-accepted"],
  ["ACQ.INVALID_PARAMETER", "rejected"],
  ["ACQ.ACCESS_FORBIDDEN", "rejected"],
  ["ORDER_NOT_EXIST", "not-found"],
  ["INVALID_PARAMETER", "rejected"],
  ["PAYER_BALANCE_NOT_ENOUGH", "insufficient-funds"],
  ["BALANCE_IS_NOT_ENOUGH", "insufficient-funds"],
  ["EXCEED_LIMIT_SM_AMOUNT", "amount-not-accepted"],
  ["EXCEED_LIMIT_SM_MIN_AMOUNT", "amount-not-accepted"],
  ["EXCEED_LIMIT_DM_AMOUNT", "amount-not-accepted"],
  ["EXCEED_LIMIT_MM_AMOUNT", "amount-not-accepted"],
  ["EXCEED_LIMIT_UNRN_DM_AMOUNT", "amount-not-accepted"],
  ["PAYEE_NOT_EXIST", "recipient-not-accepted"],
  ["PAYEE_USER_INFO_ERROR", "recipient-not-accepted"],
  ["PAYEE_ACC_OCUPIED", "recipient-not-accepted"],
  ["PAYEE_STATUS_ERROR", "recipient-not-accepted"],
  ["PERM_AML_NOT_REALNAME_REV", "recipient-not-accepted"],
  ["PERMIT_NON_BANK_LIMIT_PAYEE", "recipient-not-accepted"],
]);

const verdictOf = ({ code, subCode }: Refused): ChannelFailure => {
  const detail = `alipay answered ${code} ${subCode}`.trimEnd();
  if (code === "40005" || subCode === "isv.app-call-limited") {
    return { outcome: "notSent", retryAfterMs: BUSY_RETRY_MS, detail };
  }
  if (notReached.has(code) || gatewayRefusals.has(subCode)) return { outcome: "notSent", detail };
  const reason = declines.get(subCode);
  if (code === "40004" && reason !== undefined) return { outcome: "declined", reason, code: subCode };
  // Missing or invalid arguments: refused by the gateway, and refused again however often it is asked.
  if ((code === "40001" || code === "40002") && subCode.startsWith("isv.")) {
    return { outcome: "declined", reason: "rejected", code: subCode };
  }
  return { outcome: "unknown", detail };
};

/**
 * The outcome of a refused request. Where an earlier attempt of it may have taken effect, a refusal of this one does
 * not say what became of that.
 */
export function failureOf(refused: Refused): ChannelFailure {
  const verdict = soFar(verdictOf(refused), refused);
  return verdict.outcome === "declined" && refused.earlierMayCount
    ? { outcome: "unknown", detail: `alipay answered ${refused.code} ${refused.subCode} to a repetition` }
    : verdict;
}
