/**
 * Payouts to people: transfers to their own Stripe accounts, connected to ours. Our promise ends there: what is in
 * that account, its owner has; from there to a bank is between them and Stripe.
 * @see https://docs.stripe.com/api/transfers
 */
import * as z from "zod";
import type { CreatedPayout, PayoutInput, PayoutRecipient, PayoutRef } from "../channel.ts";
import type { ChannelDeclined, ChannelOutcome, PayoutFact } from "../facts.ts";
import type { Plan } from "../plan.ts";
import { toReference } from "../reference.ts";
import { fromStripeAmount } from "./amounts.ts";
import { pathTo, type StripeApi } from "./api.ts";
import { stripeAmountWithin, transferRanges } from "./ranges.ts";
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

/** A connected account. It is made, and its owner identified, in Stripe's own onboarding. */
export const accountRecipient = z.strictObject({
  type: z.literal("stripe_account"),
  accountId: z.string().regex(/^acct_[0-9A-Za-z]{1,64}$/),
});

const TransferShape = z.object({
  id: ObjectId.startsWith("tr_"),
  object: z.literal("transfer"),
  amount: z.int().nonnegative(),
  currency: z.string().length(3),
  created: Seconds,
  destination: IdOrObject.nullish(),
  livemode: z.boolean(),
  metadata: Metadata,
  reversed: z.boolean(),
});

const ListShape = z.object({ object: z.literal("list"), data: z.array(z.unknown()) });

const notAnAccount: ChannelDeclined = {
  outcome: "declined",
  reason: "recipient-not-accepted",
  code: "recipient_not_an_account",
};

const neverMade: ChannelDeclined = { outcome: "declined", reason: "not-found", code: "no_such_transfer" };

type Asked = {
  readonly payoutId: string;
  readonly channelPayoutId?: string;
  readonly recipient: PayoutRecipient;
};

/** Reads a transfer and holds it against what was asked about. */
function readTransfer(raw: unknown, asked: Asked): ChannelOutcome<PayoutFact> {
  const transfer = TransferShape.safeParse(raw).data;
  const amount = transfer && fromStripeAmount(transfer.amount, transfer.currency);
  if (transfer === undefined || amount === undefined) return notUnderstood;
  const payoutId = ownId("payout", transfer.metadata);
  const another =
    (asked.channelPayoutId !== undefined && asked.channelPayoutId !== transfer.id) ||
    (payoutId !== undefined && payoutId !== asked.payoutId) ||
    idOf(transfer.destination) !== asked.recipient["accountId"];
  if (another) return doubtful("the answer is about another transfer");
  return {
    outcome: "ok",
    value: {
      channel: "stripe",
      kind: "payout",
      channelPayoutId: transfer.id,
      ...(payoutId === undefined ? {} : { payoutId }),
      // A part that was reversed leaves the rest delivered.
      status: transfer.reversed ? "returned" : "succeeded",
      amount,
      livemode: transfer.livemode,
      occurredAtMs: transfer.created * 1000,
      rawStatus: transfer.reversed ? "reversed" : "created",
    },
  };
}

export function stripePayouts(api: StripeApi) {
  function* payout(input: PayoutInput): Plan<ChannelOutcome<CreatedPayout>> {
    const recipient = accountRecipient.safeParse(input.recipient).data;
    if (recipient === undefined) return notAnAccount;
    const wire = stripeAmountWithin(transferRanges, input.money);
    if ("outcome" in wire) return wire;
    const reference = toReference(input.payoutId);
    const params = {
      ...wire,
      destination: recipient.accountId,
      description: input.remark,
      metadata: ownMetadata("payout", input.payoutId),
      // Transfers are listed by their group, so one whose answer was lost can be found.
      transfer_group: reference,
    };
    const result = yield* api.post("stripe.payout", "/v1/transfers", params, `${reference}:transfer:1`);
    const read = result.ok ? readTransfer(result.object, input) : result.failure;
    return read.outcome === "ok" ? { outcome: "ok", value: { fact: read.value } } : read;
  }

  function* queryPayout(asked: PayoutRef): Plan<ChannelOutcome<PayoutFact>> {
    if (asked.channelPayoutId === undefined) return yield* findTransfer(asked);
    const result = yield* api.get("stripe.query-payout", pathTo("transfers", asked.channelPayoutId));
    return result.ok ? readTransfer(result.object, asked) : result.failure;
  }

  function* findTransfer(asked: PayoutRef): Plan<ChannelOutcome<PayoutFact>> {
    const params = { transfer_group: toReference(asked.payoutId), limit: 2 };
    const result = yield* api.get("stripe.find-payout", "/v1/transfers", params);
    if (!result.ok) return result.failure;
    const found = ListShape.safeParse(result.object).data?.data;
    if (found === undefined) return notUnderstood;
    if (found.length > 1) return doubtful("one payout has two transfers");
    return found.length === 0 ? neverMade : readTransfer(found[0], asked);
  }

  return { payout, queryPayout };
}
