/**
 * Payout batches of one item as payout facts. A batch that is SUCCESS was merely processed: its item says what became
 * of the money.
 * @see https://developer.paypal.com/docs/api/payments.payouts-batch/v1/
 */
import * as z from "zod";
import type { ChannelMoney, ChannelOutcome, ChannelPayoutStatus, PayoutFact } from "../facts.ts";
import { toReference } from "../reference.ts";
import type { PayPalContext } from "./access.ts";
import { fromWire } from "./amounts.ts";
import { unreadable } from "./errors.ts";
import { lenient, ResourceId, Text, timeOf } from "./shapes.ts";

const Amount = z.object({ currency: z.string(), value: z.string() });

const Item = z.object({
  payout_item_id: ResourceId,
  transaction_status: Text,
  payout_batch_id: Text,
  payout_item: z.object({ amount: Amount, sender_item_id: Text }),
  time_processed: Text,
  errors: lenient(z.object({ name: Text })),
});

const Batch = z.object({
  batch_header: z.object({
    payout_batch_id: ResourceId,
    batch_status: z.string(),
    time_created: Text,
    time_completed: Text,
    sender_batch_header: lenient(z.object({ sender_batch_id: Text })),
  }),
  /** Missing in the answer to a creation, and while the batch is worked on. */
  items: z.array(Item).optional(),
});

export type PayoutBatch = z.infer<typeof Batch>;

const itemStatuses: Readonly<Record<string, ChannelPayoutStatus>> = {
  NEW: "processing",
  PENDING: "processing",
  ONHOLD: "processing",
  SUCCESS: "succeeded",
  UNCLAIMED: "requires_action",
  FAILED: "failed",
  BLOCKED: "failed",
  DENIED: "failed",
  RETURNED: "returned",
  REFUNDED: "returned",
  REVERSED: "returned",
};

/** For a batch that shows no item yet; SUCCESS then proves nothing. */
const batchStatuses: Readonly<Record<string, ChannelPayoutStatus>> = {
  NEW: "processing",
  PENDING: "processing",
  PROCESSING: "processing",
  SUCCESS: "processing",
  DENIED: "failed",
  CANCELED: "failed",
};

/** What an answer must be about. `batchId` is missing while the batch is being created. */
export type AskedPayout = {
  readonly payoutId: string;
  readonly batchId?: string;
  readonly money: ChannelMoney;
};

/** The batch, when it is the one that was asked for. */
export function parseBatch(body: unknown, asked: AskedPayout): PayoutBatch | undefined {
  const batch = Batch.safeParse(body).data;
  if (batch === undefined) return undefined;
  const { payout_batch_id, sender_batch_header } = batch.batch_header;
  const reference = toReference(asked.payoutId);
  const sameBatch = payout_batch_id === (asked.batchId ?? payout_batch_id);
  const sameSender = sender_batch_header?.sender_batch_id === reference;
  const items = batch.items ?? [];
  const sameItem = items.every(({ payout_item }) => payout_item.sender_item_id === reference);
  return sameBatch && sameSender && sameItem && items.length <= 1 ? batch : undefined;
}

/** A batch's fact; the amount is the asked one until the item shows its own. */
export function payoutFact(
  context: PayPalContext,
  batch: PayoutBatch,
  asked: AskedPayout,
): ChannelOutcome<PayoutFact> {
  const header = batch.batch_header;
  const item = batch.items?.[0];
  const rawStatus = item?.transaction_status ?? header.batch_status;
  const status = item?.transaction_status === undefined ? batchStatuses[rawStatus] : itemStatuses[rawStatus];
  if (status === undefined) return unreadable(`payout status ${rawStatus.slice(0, 40)}`);
  const wire = item?.payout_item.amount;
  const amount = wire === undefined ? asked.money : fromWire(wire.value, wire.currency);
  if (amount === undefined) return unreadable("an amount that is none");
  const time = item?.time_processed ?? header.time_completed ?? header.time_created;
  const code = item?.errors?.name ?? rawStatus;
  return {
    outcome: "ok",
    value: {
      channel: "paypal",
      kind: "payout",
      channelPayoutId: header.payout_batch_id,
      payoutId: asked.payoutId,
      status,
      ...(status === "failed" && { failure: { code, message: "PayPal did not deliver the money" } }),
      amount,
      livemode: context.settings.livemode,
      occurredAtMs: timeOf(time) ?? context.tools.now(),
      rawStatus,
    },
  };
}
