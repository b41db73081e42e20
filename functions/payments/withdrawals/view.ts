/** Withdrawals as the API shows them. */
import type { z } from "zod";
import { present } from "../../../shared/payments/present.ts";
import { isOpenPayout, type Payout } from "../../../shared/payouts/payout.ts";
import { toTimestamp } from "../../../shared/platform/clock.ts";
import type { withdrawalView } from "./contract.ts";

/** As its owner sees it. The action holds a secret: it is shown only while there is something to confirm. */
export function toWithdrawalView(payout: Payout): z.input<typeof withdrawalView> {
  const { id, status, amount, channel, recipient, failure, action } = payout;
  const waits = status === "requires_action";
  const isCancelling = isOpenPayout(payout) && payout.cancelling === true;
  return present({
    id,
    status,
    amount,
    channel,
    recipient: recipient.reveal(),
    cancelling: isCancelling,
    action: waits && !isCancelling ? action?.reveal() : undefined,
    actionUntil: waits ? toTimestamp(payout.actionUntil) : undefined,
    failure,
    createdAt: toTimestamp(payout.createdAt),
    updatedAt: toTimestamp(payout.updatedAt),
  });
}
