/** Refunds: make, query. */
import { MINUTE } from "../../platform/clock.ts";
import type { RefundInput, RefundRef } from "../channel.ts";
import type { ChannelFailure, ChannelOutcome, RefundFact } from "../facts.ts";
import type { Plan } from "../plan.ts";
import { toReference } from "../reference.ts";
import { type Called, call } from "./call.ts";
import type { WechatPayContext } from "./context.ts";
import { failureOf } from "./errors.ts";
import { type RefundAsked, readRefund } from "./facts.ts";
import { queryRefundRequest, refundRequest } from "./requests.ts";

function factOf(
  { settings }: WechatPayContext,
  asked: RefundAsked,
  called: Extract<Called, { kind: "result" }>,
): ChannelOutcome<RefundFact> {
  const read = readRefund(called.body, asked, { settings, atMs: called.atMs });
  return "fact" in read ? { outcome: "ok", value: read.fact } : { outcome: "unknown", detail: read.problem };
}

/** The provider asks for a minute between refunds of one payment, and says so without naming the time. */
const withPause = (failure: ChannelFailure): ChannelFailure =>
  failure.outcome === "notSent" ? { retryAfterMs: MINUTE, ...failure } : failure;

export function* refund(context: WechatPayContext, input: RefundInput): Plan<ChannelOutcome<RefundFact>> {
  if (input.money.currency !== "CNY") {
    return { outcome: "declined", reason: "currency-not-accepted", code: "CURRENCY" };
  }
  const called = yield* call(context, "refund", refundRequest(context.callbackUrl, input));
  if (called.kind === "failure") return called.failure;
  if (called.kind === "error") return withPause(failureOf(called.error, "changes"));
  return factOf(context, { channelRefundId: toReference(input.refundId), payment: input.payment }, called);
}

export function* queryRefund(
  context: WechatPayContext,
  refundRef: RefundRef,
): Plan<ChannelOutcome<RefundFact>> {
  const called = yield* call(context, "query-refund", queryRefundRequest(refundRef.channelRefundId));
  if (called.kind === "failure") return called.failure;
  if (called.kind === "error") return failureOf(called.error, "reads");
  return factOf(context, refundRef, called);
}
