/** Payouts at PayPal: batches of one item, named by our reference. */
import * as z from "zod";
import type { CreatedPayout, PayoutInput, PayoutRecipient, PayoutRef } from "../channel.ts";
import type { ChannelOutcome, PayoutFact } from "../facts.ts";
import type { Plan, Reply } from "../plan.ts";
import { callApi, isFailure, type PayPalContext, successOf } from "./access.ts";
import { refusalOf } from "./capabilities.ts";
import { errorOf, failureOf, unreadable } from "./errors.ts";
import { type AskedPayout, type PayoutBatch, parseBatch, payoutFact } from "./payout-facts.ts";
import { cancelPayoutItem, createPayout, getPayoutBatch, type Receiver } from "./requests.ts";

/** To the PayPal account of an address, or to whoever opens one for it. */
export const EmailRecipient = z.strictObject({
  type: z.literal("paypal_email"),
  email: z.email().max(127),
});

/** To the account that PayPal knows by this payer id. */
export const IdRecipient = z.strictObject({
  type: z.literal("paypal_id"),
  payerId: z.string().regex(/^[0-9A-Z]{5,20}$/),
});

const AnyRecipient = z.discriminatedUnion("type", [EmailRecipient, IdRecipient]);

function receiverOf(recipient: PayoutRecipient): Receiver | undefined {
  const known = AnyRecipient.safeParse(recipient).data;
  switch (known?.type) {
    case "paypal_email":
      return { recipient_type: "EMAIL", receiver: known.email };
    case "paypal_id":
      return { recipient_type: "PAYPAL_ID", receiver: known.payerId };
    case undefined:
      return undefined;
  }
}

/** The batch that PayPal links to when it refuses a batch id that it has seen; `undefined` for any other answer. */
export function firstBatchOf(reply: Reply): string | undefined {
  if (reply.kind !== "answer" || reply.answer.status < 400 || reply.answer.status >= 500) return undefined;
  // Only the id is taken from the address: whom we ask stays our decision.
  return errorOf(reply.answer)
    .hrefs.map((href) => /\/v1\/payments\/payouts\/([0-9A-Z]{1,64})$/.exec(href)?.[1])
    .find((id) => id !== undefined);
}

type ReadBatch = ChannelOutcome<PayoutBatch>;

function* readBatch(context: PayPalContext, asked: AskedPayout & { batchId: string }): Plan<ReadBatch> {
  const reply = yield* callApi(context, getPayoutBatch(asked.batchId));
  if (isFailure(reply)) return reply;
  const body = successOf(reply);
  if (body === undefined) return failureOf(reply, { moves: false });
  const batch = parseBatch(body, asked);
  return batch === undefined
    ? unreadable("the answer is about another payout")
    : { outcome: "ok", value: batch };
}

function* readFact(
  context: PayPalContext,
  asked: AskedPayout & { batchId: string },
): Plan<ChannelOutcome<PayoutFact>> {
  const batch = yield* readBatch(context, asked);
  return batch.outcome === "ok" ? payoutFact(context, batch.value, asked) : batch;
}

const created = (fact: ChannelOutcome<PayoutFact>): ChannelOutcome<CreatedPayout> =>
  fact.outcome === "ok" ? { outcome: "ok", value: { fact: fact.value } } : fact;

/** Sends money. A repetition within 30 days is led to the first batch and answers how that one stands. */
export function* payout(context: PayPalContext, input: PayoutInput): Plan<ChannelOutcome<CreatedPayout>> {
  const refusal = refusalOf(input.money);
  if (refusal !== undefined) return refusal;
  const receiver = receiverOf(input.recipient);
  if (receiver === undefined) {
    return { outcome: "declined", reason: "recipient-not-accepted", code: "RECIPIENT_NOT_SUPPORTED" };
  }
  const reply = yield* callApi(context, createPayout(context.settings, input, receiver));
  if (isFailure(reply)) return reply;
  const asked: AskedPayout = { payoutId: input.payoutId, money: input.money };
  const first = firstBatchOf(reply);
  if (first !== undefined) return created(yield* readFact(context, { ...asked, batchId: first }));
  const body = successOf(reply);
  if (body === undefined) return failureOf(reply, { moves: true });
  const batch = parseBatch(body, asked);
  return batch === undefined
    ? unreadable("a payout that cannot be read")
    : created(payoutFact(context, batch, asked));
}

/** PayPal finds batches by its own ids only: without one the payout itself has to be asked for again. */
const nameless: ChannelOutcome<never> = unreadable("PayPal has not told its id of this payout");

/** How a payout stands. */
export function* queryPayout(context: PayPalContext, ref: PayoutRef): Plan<ChannelOutcome<PayoutFact>> {
  const { payoutId, channelPayoutId: batchId, money } = ref;
  return batchId === undefined ? nameless : yield* readFact(context, { payoutId, batchId, money });
}

/**
 * Takes back a payout that its recipient has not claimed. In any other state nothing is asked for, and the fact says
 * which it is. A refusal may mean that the recipient was faster, so then the item is read once more.
 */
export function* cancelPayout(context: PayPalContext, ref: PayoutRef): Plan<ChannelOutcome<PayoutFact>> {
  const { payoutId, channelPayoutId: batchId, money } = ref;
  if (batchId === undefined) return nameless;
  const asked = { payoutId, batchId, money };
  const batch = yield* readBatch(context, asked);
  if (batch.outcome !== "ok") return batch;
  const item = batch.value.items?.[0];
  if (item?.transaction_status !== "UNCLAIMED") return payoutFact(context, batch.value, asked);
  const reply = yield* callApi(context, cancelPayoutItem(item.payout_item_id));
  if (isFailure(reply)) return reply;
  if (successOf(reply) === undefined) {
    const failure = failureOf(reply, { moves: true });
    if (failure.outcome !== "declined") return failure;
  }
  return yield* readFact(context, asked);
}
