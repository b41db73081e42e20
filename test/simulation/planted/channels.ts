/** Planted bugs of payments to people, refunds, disputes, withdrawals, requests and quotes. */
import { bug, type PlantedBug } from "./planted-bug.ts";

export const channelBugs: readonly PlantedBug[] = [
  bug(
    "payment-hold-left",
    "The payer's part stays held when nothing came through the channel.",
    "functions/payments/payment-money.ts",
    '    case "ended":\n      return back;',
    '    case "ended":\n      return undefined;',
  ),
  bug(
    "late-money-to-payee",
    "Money that comes after a payment was called off goes to the payee.",
    "shared/payments/fold.ts",
    '{ landed: isLate ? "payer" : "payee" }',
    '{ landed: "payee" }',
  ),
  bug(
    "refund-not-counted",
    "A refund through the channel is not counted on its payment.",
    "functions/payments/create-refund.ts",
    "        refunded: payment.refunded + value,\n        refundedToChannel: payment.refundedToChannel + value,",
    "        refunded: payment.refunded,\n        refundedToChannel: payment.refundedToChannel,",
  ),
  bug(
    "refund-beyond-channel-part",
    "More may go back through the channel than came through it.",
    "shared/payments/refund-terms.ts",
    "const remaining = refundableOf(payment)[to];",
    "const remaining = landing.amount.value - payment.refunded;",
  ),
  bug(
    "refund-kept-when-it-failed",
    "A refund that the payer's bank returned does not come back to who gave it.",
    "functions/payments/record-refund.ts",
    '    case "restore":\n      return restored(deps, refund, now, await countersBack(deps, refund));',
    '    case "restore":\n      return { writes: [await countersBack(deps, refund)] };',
  ),
  bug(
    "dispute-hold-left",
    "What was held for a dispute stays held when it is won.",
    "functions/payments/dispute-money.ts",
    "  if (hold === undefined) return undefined;\n  const transferId = holdTransferId(",
    "  if (hold !== undefined || isNaN(now)) return undefined;\n  const transferId = holdTransferId(",
  ),
  bug(
    "dispute-loss-forgotten",
    "A dispute that is lost takes no money.",
    "shared/payments/dispute.ts",
    'effect: fact.status === "lost" ? "settle" : "release" };',
    'effect: "release" };',
  ),
  bug(
    "payout-given-up",
    "A withdrawal whose outcome is not known counts as declined: its money is free again.",
    "functions/payments/withdrawals/submit-payout.ts",
    "const outcome = await transport.run(channel.payout(payoutInputOf(payout)));",
    'const asked = await transport.run(channel.payout(payoutInputOf(payout)));\n  const outcome = asked.outcome === "unknown" ? ({ outcome: "declined", reason: "rejected", code: "" } as const) : asked;',
  ),
  bug(
    "payout-returned-and-kept",
    "A withdrawal that came back does not reach its owner.",
    "shared/payouts/fold.ts",
    '  return before.status === "succeeded" ? "restore" : "release";',
    '  return before.status === "succeeded" ? "none" : "release";',
  ),
  bug(
    "payout-return-unheard",
    "What a channel says of a delivered withdrawal when it is asked again is not taken up.",
    "functions/payments/withdrawals/check-payout.ts",
    "      await recordPayoutFact(deps, payout, answer, { reschedule: true, log });\n      return;\n",
    "",
  ),
  {
    name: "request-paid-twice",
    what: "A request can be paid with another key again.",
    edits: [
      {
        file: "functions/transfers/pay-payment-request.ts",
        find: "const transferId = requestTransferId(params.id);",
        replace: 'const transferId = derivedId("transfer", params.id, idempotencyKey);',
      },
      {
        file: "functions/transfers/pay-payment-request.ts",
        find: 'if (statusAt(known, now) !== "open") return closed(known);',
        replace: "",
      },
      {
        file: "shared/requests/moves.ts",
        find: 'condition: "#status = :open AND #openUntil > :now",',
        replace: 'condition: "#openUntil > :now AND (#status = :open OR #status <> :open)",',
      },
    ],
  },
  bug(
    "quote-used-twice",
    "A quote can be used again.",
    "functions/transfers/quote.ts",
    '"#owner = :owner AND attribute_not_exists(#usedBy) AND #validUntil > :now"',
    '"#owner = :owner AND #validUntil > :now"',
  ),
];
