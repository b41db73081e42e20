/** Refunds at Stripe. @see https://docs.stripe.com/api/refunds */
import * as z from "zod";
import type { RefundInput, RefundRef } from "../channel.ts";
import type { ChannelOutcome, ChannelRefundStatus, RefundFact } from "../facts.ts";
import type { Plan } from "../plan.ts";
import { toReference } from "../reference.ts";
import { fromStripeAmount, toStripeAmount } from "./amounts.ts";
import { pathTo, type StripeApi } from "./api.ts";
import type { StripeResult } from "./outcome.ts";
import {
  doubtful,
  IdOrObject,
  idOf,
  Metadata,
  notUnderstood,
  ObjectId,
  ownId,
  ownMetadata,
  Seconds,
} from "./shapes.ts";

const stripeStatuses = ["pending", "requires_action", "succeeded", "failed", "canceled"] as const;

const statuses: Record<(typeof stripeStatuses)[number], ChannelRefundStatus> = {
  pending: "processing",
  // The payer has to name a bank account.
  requires_action: "needs_attention",
  succeeded: "succeeded",
  failed: "failed",
  canceled: "failed",
};

const RefundShape = z.object({
  id: ObjectId,
  object: z.literal("refund"),
  status: z.enum(stripeStatuses),
  amount: z.int().nonnegative(),
  currency: z.string().length(3),
  created: Seconds,
  metadata: Metadata,
  payment_intent: IdOrObject.nullish(),
  failure_reason: z.string().nullish(),
});

const ListShape = z.object({ object: z.literal("list"), data: z.array(z.unknown()) });

type Asked = {
  readonly refundId: string;
  readonly channelRefundId?: string;
  readonly payment: { readonly channelPaymentId: string };
};

export function stripeRefunds(api: StripeApi, livemode: boolean) {
  /** Reads a refund and holds it against what was asked about. */
  function readRefund(raw: unknown, asked: Asked): ChannelOutcome<RefundFact> {
    const refund = RefundShape.safeParse(raw).data;
    const amount = refund && fromStripeAmount(refund.amount, refund.currency);
    if (refund === undefined || amount === undefined) return notUnderstood;
    const refundId = ownId("refund", refund.metadata);
    const paymentIntent = idOf(refund.payment_intent);
    const another =
      (asked.channelRefundId !== undefined && asked.channelRefundId !== refund.id) ||
      (refundId !== undefined && refundId !== asked.refundId) ||
      (paymentIntent !== undefined && paymentIntent !== asked.payment.channelPaymentId);
    if (another) return doubtful("the answer is about another refund");
    const status = statuses[refund.status];
    const code = refund.failure_reason ?? refund.status;
    return {
      outcome: "ok",
      value: {
        channel: "stripe",
        kind: "refund",
        channelRefundId: refund.id,
        ...(refundId === undefined ? {} : { refundId }),
        status,
        ...(status === "failed" ? { failure: { code, message: `The refund failed: ${code}.` } } : {}),
        amount,
        livemode,
        occurredAtMs: refund.created * 1000,
        rawStatus: refund.status,
      },
    };
  }

  /**
   * Looks for a refund of ours among the payment's. An answer 500 is kept for its key and given again for a day,
   * whatever became of the refund; and a payment that is refunded already may have been so by this very refund.
   */
  function* findRefund(
    input: RefundInput,
    failed: Extract<StripeResult, { ok: false }>,
  ): Plan<ChannelOutcome<RefundFact>> {
    const list = yield* api.get("stripe.find-refund", "/v1/refunds", {
      payment_intent: input.payment.channelPaymentId,
      limit: 100,
    });
    if (!list.ok) return failed.failure;
    const found = ListShape.safeParse(list.object).data?.data.find(
      (raw) => ownId("refund", RefundShape.safeParse(raw).data?.metadata) === input.refundId,
    );
    return found === undefined ? failed.failure : readRefund(found, input);
  }

  function* refund(input: RefundInput): Plan<ChannelOutcome<RefundFact>> {
    const wire = toStripeAmount(input.money);
    if (!wire.ok) return { outcome: "declined", reason: "amount-not-accepted", code: wire.code };
    const params = {
      payment_intent: input.payment.channelPaymentId,
      amount: wire.amount,
      // Its own words only; ours may hold what a person wrote.
      reason: "requested_by_customer",
      metadata: {
        ...ownMetadata("refund", input.refundId),
        ...ownMetadata("payment", input.payment.paymentId),
      },
    };
    const key = `${toReference(input.refundId)}:refund:1`;
    const result = yield* api.post("stripe.refund", "/v1/refunds", params, key);
    if (result.ok) return readRefund(result.object, input);
    const { failure, answered } = result;
    const maybeDone =
      failure.outcome === "unknown" || (failure.outcome === "declined" && failure.reason === "wrong-state");
    return answered && maybeDone ? yield* findRefund(input, result) : failure;
  }

  function* queryRefund(asked: RefundRef): Plan<ChannelOutcome<RefundFact>> {
    const result = yield* api.get("stripe.query-refund", pathTo("refunds", asked.channelRefundId));
    return result.ok ? readRefund(result.object, asked) : result.failure;
  }

  return { refund, queryRefund };
}
