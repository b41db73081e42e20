/** Finds in our records what a line of a statement is about when no entry of its day is it. */
import * as z from "zod";
import type { StatementLine } from "../../shared/channels/statement.ts";
import { moneySchema, paymentIdSchema, payoutIdSchema, refundIdSchema } from "../../shared/http/schemas.ts";
import { type Money, negate } from "../../shared/money/money.ts";
import {
  channelAmountOf,
  isChannelPayment,
  payTransferId,
  topUpTransferId,
} from "../../shared/payments/payment.ts";
import { returnTransferId, settleTransferId } from "../../shared/payouts/payout.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import { derivedId, isId } from "../../shared/platform/ids.ts";
import { type Subject, subjectOfLine } from "../../shared/reconciliation/subject.ts";
import { type Key, keys } from "../../shared/table/keys.ts";
import type { Item } from "../../shared/table/table.ts";
import type { ReconciliationDeps } from "./deps.ts";

export type Found =
  | {
      readonly found: "transfer";
      readonly transferId: string;
      readonly postedAt: EpochMs;
      /** Signed as lines are. */
      readonly inLedger: Money;
    }
  /** We know it, and the ledger has no money of it. `ended`: it came to its end without any. */
  | { readonly found: "record"; readonly status: string; readonly ended: boolean }
  | { readonly found: "nothing" };

const nothing: Found = { found: "nothing" };

/** Where a channel's own ids of a line lead to our records, most telling first. */
function pointersOf(
  channel: string,
  { kind, channelPaymentId, transactionId }: StatementLine,
): readonly Key[] {
  switch (kind) {
    case "payment":
      return [
        ...(channelPaymentId === undefined ? [] : [keys.channelPayment(channel, channelPaymentId)]),
        keys.channelTransaction(channel, transactionId),
      ];
    case "refund":
      return [keys.channelRefund(channel, transactionId)];
    case "payout":
    case "payout-return":
      return [keys.channelPayout(channel, transactionId)];
    case "dispute":
    case "fee":
    case "other":
      return [];
  }
}

const pointer = z.object({
  paymentId: paymentIdSchema.optional(),
  refundId: refundIdSchema.optional(),
  withdrawalId: payoutIdSchema.optional(),
});

function subjectAt({ kind }: StatementLine, item: Item): Subject | undefined {
  const { paymentId, refundId, withdrawalId } = pointer.parse(item);
  if (kind === "payment" && paymentId !== undefined) return { kind, id: paymentId };
  if (kind === "refund" && refundId !== undefined) return { kind, id: refundId };
  if ((kind === "payout" || kind === "payout-return") && withdrawalId !== undefined) {
    return { kind, id: withdrawalId };
  }
  return undefined;
}

/** What each line is about, by our id or by the channel's own; reads only for lines without our id. */
export async function identify(
  { table }: Pick<ReconciliationDeps, "table">,
  channel: string,
  lines: readonly StatementLine[],
): Promise<readonly (Subject | undefined)[]> {
  const own = lines.map(subjectOfLine);
  const pointers = lines.map((line, at) => (own[at] === undefined ? pointersOf(channel, line) : []));
  const items = (await table.getMany(pointers.flat())).values();
  return lines.map((line, at) => {
    const subjects = (pointers[at] ?? []).map(() => {
      const item = items.next().value;
      return item === undefined ? undefined : subjectAt(line, item);
    });
    return own[at] ?? subjects.find((subject) => subject !== undefined);
  });
}

const transferSchema = z.object({ transferId: z.string(), postedAt: z.int() });
const withAmount = z.object({ amount: moneySchema });

const transferFound = (item: Item, inLedger: Money): Found => ({
  found: "transfer",
  ...transferSchema.parse(item),
  inLedger,
});

async function findPayment(
  { payments, table }: ReconciliationDeps,
  channel: string,
  id: string,
): Promise<Found> {
  const payment = await payments.get(id);
  if (payment === undefined || !isChannelPayment(payment) || payment.channel !== channel) return nothing;
  const { channelPaymentId } = payment;
  const [paid, toppedUp, suspended] = await table.getMany([
    keys.transfer(payTransferId(payment.id)),
    keys.transfer(topUpTransferId(payment.id)),
    ...(channelPaymentId === undefined
      ? []
      : [keys.transfer(derivedId("transfer", "suspense", channel, channelPaymentId))]),
  ]);
  const landed = paid ?? toppedUp;
  if (landed !== undefined) return transferFound(landed, channelAmountOf(payment));
  if (suspended !== undefined) return transferFound(suspended, withAmount.parse(suspended).amount);
  const ended = ["failed", "cancelled", "expired"].includes(payment.status);
  return { found: "record", status: payment.status, ended };
}

/** A refund or payout: one transfer when it is done, another when it comes back. */
async function findOutgoing(
  { table }: ReconciliationDeps,
  transferId: string,
  comesBack: boolean,
  record: () => Promise<{ readonly channel?: string; readonly status: string } | undefined>,
  channel: string,
): Promise<Found> {
  const [known, transfer] = await Promise.all([record(), table.get(keys.transfer(transferId))]);
  if (known === undefined || known.channel !== channel) return nothing;
  if (transfer !== undefined) {
    const { amount } = withAmount.parse(transfer);
    return transferFound(transfer, comesBack ? amount : negate(amount));
  }
  return { found: "record", status: known.status, ended: ["failed", "cancelled"].includes(known.status) };
}

/** The money of a subject in the ledger, whenever it was posted; a few reads. */
export async function lookUp(
  deps: ReconciliationDeps,
  channel: string,
  { kind, id }: Subject,
): Promise<Found> {
  const comesBack = kind === "refund-return" || kind === "payout-return";
  if (kind === "payment") return findPayment(deps, channel, id);
  if ((kind === "refund" || kind === "refund-return") && isId("refund", id)) {
    const transferId = derivedId("transfer", id, comesBack ? "restore" : "settle");
    return findOutgoing(deps, transferId, comesBack, () => deps.refunds.byId(id), channel);
  }
  if ((kind === "payout" || kind === "payout-return") && isId("payout", id)) {
    const transferId = comesBack ? returnTransferId(id) : settleTransferId(id);
    return findOutgoing(deps, transferId, comesBack, () => deps.payouts.get(id), channel);
  }
  return nothing;
}

/**
 * Whether a line is a dispute's taking or giving back of the money of a payment that we know to be contested. Its
 * record, which follows the provider's API, says what became of it; the days of both sides differ by weeks.
 */
export async function isOfDispute(
  { payments }: ReconciliationDeps,
  channel: string,
  { kind, channelPaymentId }: StatementLine,
): Promise<boolean> {
  if ((kind !== "dispute" && kind !== "other") || channelPaymentId === undefined) return false;
  return (await payments.byChannelPayment(channel, channelPaymentId))?.dispute !== undefined;
}
