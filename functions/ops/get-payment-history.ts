/**
 * All that is known of one payment, in the order of time: what its channel said and was asked, the callbacks that led
 * there, its refunds and disputes, and the ledger entries of its money.
 */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { fromPaymentItem } from "../../shared/payments/codec.ts";
import { disputeHoldId } from "../../shared/payments/dispute.ts";
import { fromDisputeItem } from "../../shared/payments/dispute-codec.ts";
import {
  isChannelPayment,
  type Payment,
  payHoldId,
  payTransferId,
  topUpTransferId,
} from "../../shared/payments/payment.ts";
import { refundHoldId } from "../../shared/payments/refund.ts";
import { fromRefundItem } from "../../shared/payments/refund-codec.ts";
import { type DisputeId, derivedId, type RefundId } from "../../shared/platform/ids.ts";
import { disputePrefix, paymentPartition, refundPrefix } from "../../shared/table/keys.ts";
import { queryAll } from "../../shared/table/table.ts";
import type { opsRoutes } from "./contract.ts";
import type { OpsDeps } from "./deps.ts";
import {
  below,
  callbackLines,
  type FactItem,
  factsOf,
  holdTransfers,
  ledgerLines,
  lineOfFact,
  shownLines,
  startOf,
} from "./history-lines.ts";

/** Every transfer that there can be of a payment: their ids follow from its own, its refunds' and its disputes'. */
function transferIdsOf(
  payment: Payment,
  refunds: readonly RefundId[],
  disputes: readonly DisputeId[],
  facts: readonly FactItem[],
): string[] {
  const { id } = payment;
  const taken = new Set(facts.flatMap(({ channelPaymentId }) => channelPaymentId ?? []));
  return [
    topUpTransferId(id),
    payTransferId(id),
    ...holdTransfers(payHoldId(id)),
    ...(isChannelPayment(payment)
      ? [...taken].map((known) => derivedId("transfer", "suspense", payment.channel, known))
      : []),
    ...refunds.flatMap((refund) => [
      ...["balance", "settle", "restore"].map((step) => derivedId("transfer", refund, step)),
      ...holdTransfers(refundHoldId(refund)),
    ]),
    ...disputes.flatMap((dispute) => [
      derivedId("transfer", dispute, "lost"),
      ...holdTransfers(disputeHoldId(dispute)),
    ]),
  ];
}

/** The payment's partition is one query; what it refers to are three batches of reads at most. */
export const getPaymentHistory =
  ({ table }: Pick<OpsDeps, "table">): RouteHandler<typeof opsRoutes.getPaymentHistory> =>
  async ({ params }) => {
    const items = await queryAll(table, { partition: paymentPartition(params.id), consistent: true });
    const [record] = below(items, "PAYMENT");
    if (record === undefined) return problem("not-found");
    const payment = fromPaymentItem(record);
    const facts = factsOf(items);
    const refunds = below(items, refundPrefix).map(fromRefundItem);
    const disputes = below(items, disputePrefix).map(fromDisputeItem);
    const transferIds = transferIdsOf(
      payment,
      refunds.map(({ id }) => id),
      disputes.map(({ id }) => id),
      facts,
    );
    const [callbacks, entries] = await Promise.all([
      isChannelPayment(payment) ? callbackLines(table, payment.channel, facts) : [],
      ledgerLines(table, transferIds),
    ]);
    const lines = [
      startOf("payment", payment),
      ...refunds.map((refund) => startOf("refund", refund)),
      ...disputes.map((dispute) => startOf("dispute", dispute)),
      ...facts.map((fact) => lineOfFact(fact, "payment")),
      ...callbacks,
      ...entries,
    ];
    return {
      body: {
        id: payment.id,
        kind: payment.kind,
        status: payment.status,
        owner: payment.owner,
        ...(payment.kind === "payment" ? { payee: payment.payee } : {}),
        amount: payment.amount,
        ...(isChannelPayment(payment) ? { channel: payment.channel } : {}),
        lines: shownLines(lines),
      },
    };
  };
