/** A transfer from person to person as the API shows it. */
import type * as z from "zod";
import { toTimestamp } from "../../shared/platform/clock.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import type { PersonTransfer } from "../../shared/transfers/transfer.ts";
import type { transferView } from "./contract.ts";

/** @param viewer one of its parties: what the payer sold for the amount is the payer's alone to see */
export const toTransferView = (
  transfer: PersonTransfer,
  viewer: AccountId,
): z.input<typeof transferView> => ({
  id: transfer.transferId,
  payer: transfer.payer,
  payee: transfer.payee,
  amount: transfer.amount,
  ...(transfer.paid === undefined || viewer !== transfer.payer ? {} : { paid: transfer.paid }),
  ...(transfer.note === undefined ? {} : { note: transfer.note }),
  audience: transfer.audience,
  ...(transfer.paymentId === undefined ? {} : { paymentId: transfer.paymentId }),
  ...(transfer.requestId === undefined ? {} : { requestId: transfer.requestId }),
  createdAt: toTimestamp(transfer.createdAt),
});
