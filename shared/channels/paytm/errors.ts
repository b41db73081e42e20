/** Paytm's result codes, by what they prove. A code that is in no table proves nothing. */
import { MINUTE } from "../../platform/clock.ts";
import type { ChannelFailure, DeclineReason } from "../facts.ts";
import type { PaytmAnswer } from "./envelope.ts";

/**
 * Refusals of `initiateTransaction`. `2023` (repeated with other content) and `325` (order id taken) are left out:
 * they say that the order exists.
 * @see https://www.paytmpayments.com/docs/api/initiate-transaction-api
 */
const createRefusals: Readonly<Record<string, DeclineReason>> = {
  "196": "amount-not-accepted",
  "1001": "rejected",
  "1007": "rejected",
  "1008": "rejected",
  "2005": "rejected",
  "2006": "rejected",
  "2007": "amount-not-accepted",
  "2013": "rejected",
  "2014": "rejected",
};

/** Refusals of `refund/apply`. @see https://www.paytmpayments.com/docs/api/refund-api */
const refundRefusals: Readonly<Record<string, DeclineReason>> = {
  "330": "rejected",
  "335": "rejected",
  "600": "rejected",
  "607": "wrong-state",
  "619": "amount-not-accepted",
  "620": "insufficient-funds",
  "627": "not-found",
  "635": "amount-not-accepted",
};

/** Another refund of the same order is still on its way: to be asked for again in a few minutes. */
const ANOTHER_REFUND_CODE = "626";

const tables = { create: createRefusals, refund: refundRefusals };

/** What an answer that is no success proves. */
export function failureOf(call: keyof typeof tables, answer: PaytmAnswer): ChannelFailure {
  const { status, code, signed } = answer;
  const reason = Object.hasOwn(tables[call], code) ? tables[call][code] : undefined;
  const refused = status === "F" || status === "TXN_FAILURE";
  if (reason !== undefined && refused) return { outcome: "declined", reason, code };
  if (call === "refund" && refused && code === ANOTHER_REFUND_CODE) {
    return { outcome: "notSent", retryAfterMs: 5 * MINUTE, detail: `result ${status} ${code}` };
  }
  return { outcome: "unknown", detail: `${signed ? "" : "unsigned "}result ${status} ${code}` };
}
