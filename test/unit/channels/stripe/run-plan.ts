/** Runs plans without a network: each request gets the next of the given replies. */
import type { ChannelOutcome } from "../../../../shared/channels/facts.ts";
import type { Plan, Reply, WireRequest } from "../../../../shared/channels/plan.ts";
import { stripe } from "../../../../shared/channels/stripe/module.ts";

export const NOW_MS = 1_768_478_600_450;
export const PAYMENT_ID = "pay_01KEZZZZZZ0000000000000001";
export const REFUND_ID = "rfd_01KEZZZZZZ0000000000000002";
export const PAYOUT_ID = "wdr_01KEZZZZZZ0000000000000003";

export const KEYS = {
  apiKey: "sk_test_unit",
  publishableKey: "pk_test_unit",
  webhookSecrets: ["whsec_unit"],
};

export const openStripe = (nowMs = NOW_MS) =>
  stripe.open({
    settings: { enabled: true, livemode: false },
    keys: KEYS,
    callbackUrl: "https://kith.test/callbacks/stripe",
    tools: { now: () => nowMs, bytes: (count) => new Uint8Array(count) },
  });

/** A reply with a JSON body, or with these bytes. */
export const answered = (
  status: number,
  body: unknown,
  {
    headers = {},
    earlierMayCount = false,
  }: { headers?: Record<string, string>; earlierMayCount?: boolean } = {},
): Reply => ({
  kind: "answer",
  earlierMayCount,
  answer: { status, headers, body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)) },
});

export const refusedWith = (status: number, error: Record<string, unknown>) => answered(status, { error });

/** The plan's end, and what it sent on the way. Fails when it sends more or less than there are replies. */
export function runPlan<T>(plan: Plan<T>, replies: readonly Reply[] = []) {
  const requests: WireRequest[] = [];
  const waiting = [...replies];
  let next = plan.next(undefined);
  while (next.done !== true) {
    if (next.value.step !== "send") throw new Error(`unexpected step ${next.value.step}`);
    const reply = waiting.shift();
    if (reply === undefined) throw new Error(`no reply for ${next.value.operation}`);
    requests.push(next.value.request());
    next = plan.next(reply);
  }
  if (waiting.length > 0) throw new Error(`${waiting.length} replies were not asked for`);
  return { value: next.value, requests };
}

export function okValue<T>(outcome: ChannelOutcome<T>): T {
  if (outcome.outcome !== "ok") throw new Error(`Expected ok, got ${JSON.stringify(outcome)}`);
  return outcome.value;
}

/** The decoded fields of a request's form. */
export const fieldsOf = (request: WireRequest | undefined): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(request?.body ?? ""));

export const aPaymentRef = {
  paymentId: PAYMENT_ID,
  channelPaymentId: "pi_3abc",
  money: { value: 1230, currency: "USD" },
  createdAtMs: NOW_MS,
  expiresAtMs: NOW_MS + 3_600_000,
};

export const aPayment = {
  paymentId: PAYMENT_ID,
  money: { value: 1230, currency: "USD" },
  description: "Tea & cake",
  createdAtMs: NOW_MS,
  expiresAtMs: NOW_MS + 3_600_000,
  payer: {},
};

export const aRefundInput = {
  refundId: REFUND_ID,
  payment: aPaymentRef,
  money: { value: 230, currency: "USD" },
  refundedBefore: 0,
  reason: "changed my mind",
};

export const aPayoutInput = {
  payoutId: PAYOUT_ID,
  recipient: { type: "stripe_account", accountId: "acct_1abc" },
  money: { value: 500, currency: "USD" },
  remark: "Withdrawal",
  createdAtMs: NOW_MS,
};

export const aRefund = (overrides: Record<string, unknown> = {}) => ({
  id: "re_3abc",
  object: "refund",
  amount: 230,
  currency: "usd",
  created: 1_768_478_500,
  metadata: { refund_id: REFUND_ID, payment_id: PAYMENT_ID },
  payment_intent: "pi_3abc",
  status: "succeeded",
  ...overrides,
});

export const aTransfer = (overrides: Record<string, unknown> = {}) => ({
  id: "tr_3abc",
  object: "transfer",
  amount: 500,
  amount_reversed: 0,
  currency: "usd",
  created: 1_768_478_500,
  destination: "acct_1abc",
  livemode: false,
  metadata: { payout_id: PAYOUT_ID },
  reversed: false,
  ...overrides,
});

export const aDispute = (overrides: Record<string, unknown> = {}) => ({
  id: "du_3abc",
  object: "dispute",
  amount: 1230,
  currency: "usd",
  charge: "ch_3abc",
  payment_intent: "pi_3abc",
  created: 1_768_478_500,
  livemode: false,
  reason: "fraudulent",
  status: "needs_response",
  ...overrides,
});
