/** Refunds: done at once as a rule, and asked about within the same plan when the answer leaves it open. */
import type { PaymentRef, RefundInput, RefundRef } from "../channel.ts";
import type { ChannelOutcome, RefundFact } from "../facts.ts";
import type { Plan } from "../plan.ts";
import { toReference } from "../reference.ts";
import { failureOf } from "./errors.ts";
import { type FactContext, queriedRefundFact, refundedFact } from "./facts.ts";
import type { Gateway } from "./gateway.ts";
import { refundCall, refundQueryCall } from "./requests.ts";

export type RefundDeps = { readonly gateway: Gateway; readonly context: () => FactContext };

/** `absent`: what a refund is that Alipay knows nothing of. */
function* ask(
  deps: RefundDeps,
  payment: PaymentRef,
  request: string,
  absent: ChannelOutcome<RefundFact>,
): Plan<ChannelOutcome<RefundFact>> {
  const answer = yield* deps.gateway.ask(refundQueryCall(payment, request), { repeatable: true });
  if (answer.kind === "failed") return answer.failure;
  if (answer.kind === "refused") return failureOf(answer);
  const numbers = { trade: payment.channelPaymentId, request };
  const fact = queriedRefundFact(answer.node, numbers, deps.context());
  if (fact === "none") return absent;
  return fact === undefined
    ? { outcome: "unknown", detail: "the refund query was not answered as asked" }
    : { outcome: "ok", value: fact };
}

/**
 * `fund_change: "N"` is said of a repetition, and of a refund that moved nothing: the query tells them apart. A refund
 * that even the query does not know stays unknown, to be asked for again under its number.
 */
export function* refund(deps: RefundDeps, input: RefundInput): Plan<ChannelOutcome<RefundFact>> {
  if (input.money.currency !== "CNY") {
    return { outcome: "declined", reason: "currency-not-accepted", code: "currency" };
  }
  const answer = yield* deps.gateway.ask(refundCall(input), { repeatable: true });
  if (answer.kind === "failed") return answer.failure;
  if (answer.kind === "refused") return failureOf(answer);
  const request = toReference(input.refundId);
  const numbers = { trade: input.payment.channelPaymentId, request };
  const fact = refundedFact(answer.node, numbers, input.money, deps.context());
  if (fact !== undefined) return { outcome: "ok", value: fact };
  return yield* ask(deps, input.payment, request, {
    outcome: "unknown",
    detail: "the refund moved no money and is not known to the refund query",
  });
}

/** A refund that Alipay does not know, or that failed there, is `not-found`: it may be asked for under its number. */
export const queryRefund = (deps: RefundDeps, ref: RefundRef): Plan<ChannelOutcome<RefundFact>> =>
  ask(deps, ref.payment, ref.channelRefundId, {
    ...{ outcome: "declined", reason: "not-found", code: "refund_status" },
  });
