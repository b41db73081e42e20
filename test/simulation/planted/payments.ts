/** Planted bugs of payments through channels. */
import { bug, type PlantedBug } from "./planted-bug.ts";

const recordFact = "functions/payments/record-fact.ts";

export const paymentBugs: readonly PlantedBug[] = [
  bug(
    "credit-apart",
    "Money is credited in another transaction than the one that moves the payment.",
    recordFact,
    "      ? topUpCommit(after, parts)",
    "      ? topUpCommit(after, { ...parts, also: [] })",
  ),
  bug(
    "version-condition",
    "A payment is replaced whatever became of it since it was read.",
    "shared/payments/store.ts",
    '  condition: "#version = :version",\n  names: { "#version": "version" },\n  values: { ":version": before.version },\n',
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
    "`${bareId(paymentId)}:create:1`",
    "`${bareId(paymentId)}:create:${performance.now()}`",
  ),
  bug(
    "not-in-flight",
    "A payment that the channel is processing counts as ended.",
    "shared/payments/payment.ts",
    'export const openStatuses = ["created", "requires_action", "processing"] as const;\nexport const finalStatuses = [',
    'export const openStatuses = ["created", "requires_action"] as const;\nexport const finalStatuses = ["processing" as never, ',
  ),
];
