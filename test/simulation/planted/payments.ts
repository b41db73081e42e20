/** Planted bugs of payments through channels. */
import { bug, type PlantedBug } from "./planted-bug.ts";

export const paymentBugs: readonly PlantedBug[] = [
  bug(
    "credit-apart",
    "Money is credited in another transaction than the one that moves the payment.",
    "shared/payments/move-record.ts",
    "await ledger.commit({ ...money, also, listEntries: true })",
    "await ledger.commit({ ...money, also: also.slice(1), listEntries: true })",
  ),
  bug(
    "version-condition",
    "A payment is replaced whatever became of it since it was read.",
    "shared/payments/store.ts",
    "  ...ifVersion(before.version),\n",
    "",
  ),
  bug(
    "no-next-check",
    "A payment that waits for its payer is not among the work that is due.",
    "shared/payments/codec.ts",
    "...(isOpen(payment) ? dueKeys(id, payment.nextCheckAt) : {}),",
    '...(isOpen(payment) && payment.status !== "requires_action" ? dueKeys(id, payment.nextCheckAt) : {}),',
  ),
  bug(
    "create-key",
    "Each try to make a payment at the channel has an idempotency key of its own.",
    "functions/payments/submit.ts",
    "  paymentId: payment.id,\n  money",
    '  paymentId: `${payment.id.slice(0, -4)}${String(Math.floor(performance.now())).slice(-4).padStart(4, "0")}`,\n  money',
  ),
  bug(
    "not-in-flight",
    "A payment that the channel is processing counts as ended.",
    "shared/payments/payment.ts",
    'export const openStatuses = ["created", "requires_action", "processing"] as const;\nexport const finalStatuses = [',
    'export const openStatuses = ["created", "requires_action"] as const;\nexport const finalStatuses = ["processing" as never, ',
  ),
];
