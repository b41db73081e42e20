/** Whether the ledger moved the money of withdrawals as their records say. */
import * as z from "zod";
import { holdTransferId } from "../ledger/holds.ts";
import type { Money } from "../money/money.ts";
import type { Item } from "../table/table.ts";
import { isOpenPayout, type Payout, returnTransferId, settleTransferId } from "./payout.ts";

export type PayoutFinding = {
  readonly code: "withdrawal-without-transfer" | "withdrawal-amount-mismatch" | "withdrawal-moved-wrongly";
  readonly withdrawalId: string;
  readonly amount: Money;
};

const amountSchema = z.object({ amount: z.object({ value: z.int(), currency: z.string() }) });

const isOf = (transfer: Item, { value, currency }: Money): boolean => {
  const parsed = amountSchema.safeParse(transfer).data;
  return parsed?.amount.value === value && parsed.amount.currency === currency;
};

/** What a withdrawal's state says of its transfers: which there are, and which there are not. */
function expectedOf(payout: Payout): {
  readonly there: readonly string[];
  readonly absent: readonly string[];
} {
  const { id, holdId } = payout;
  const place = holdTransferId(holdId, "place");
  const release = holdTransferId(holdId, "release");
  const settle = settleTransferId(id);
  const back = returnTransferId(id);
  if (isOpenPayout(payout)) return { there: [place], absent: [release, settle, back] };
  if (payout.status === "succeeded") return { there: [place, settle], absent: [release, back] };
  return { there: [place, release], absent: [settle, back] };
}

/** One that came back was delivered before, or was not: either way its money is its owner's. */
const expectations = (payout: Payout, transfers: ReadonlyMap<string, Item>) => {
  const settle = settleTransferId(payout.id);
  return payout.status === "returned" && transfers.has(settle)
    ? {
        there: [settle, returnTransferId(payout.id)],
        absent: [holdTransferId(payout.holdId, "release")],
      }
    : expectedOf(payout);
};

/** @param transfers those of withdrawals, by id */
export function auditPayouts(
  payouts: readonly Payout[],
  transfers: ReadonlyMap<string, Item>,
): readonly PayoutFinding[] {
  return payouts.flatMap((payout): PayoutFinding[] => {
    const { there, absent } = expectations(payout, transfers);
    const found = there.map((id) => transfers.get(id));
    const subject = { withdrawalId: payout.id, amount: payout.amount };
    if (found.includes(undefined)) return [{ code: "withdrawal-without-transfer", ...subject }];
    if (absent.some((id) => transfers.has(id))) return [{ code: "withdrawal-moved-wrongly", ...subject }];
    const isSame = found.every((transfer) => transfer !== undefined && isOf(transfer, payout.amount));
    return isSame ? [] : [{ code: "withdrawal-amount-mismatch", ...subject }];
  });
}
