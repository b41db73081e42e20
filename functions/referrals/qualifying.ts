/** What qualifies an invited person: a top-up, or a payment to another person, of at least the campaign's minimum. */
import { type Campaign, reachesMinimum } from "../../shared/campaigns/campaign.ts";
import { ownerOf } from "../../shared/ledger/account.ts";
import type { Entry } from "../../shared/ledger/entry.ts";
import { minorUnits } from "../../shared/money/money.ts";

const isFromOutside = (account: string): boolean => account.startsWith("system:clearing:");

/** Money that comes back to where it was, or is given back, is neither a top-up nor a payment. */
const isReturned = (memo: string): boolean => /^(refund|withdrawal|dispute):/.test(memo);

/**
 * Whether an entry of the invited person's own chain is such a top-up or payment: money in from a channel, or out to a
 * person. Money that others send them, rewards among it, does not count.
 */
export function isQualifyingEntry(campaign: Pick<Campaign, "minimum">, entry: Entry): boolean {
  const { kind, amount, counterparty, currency, memo = "" } = entry;
  if (kind !== "transfer" || counterparty === undefined || isReturned(memo)) return false;
  const toppedUp = isFromOutside(counterparty) && amount.available > 0;
  const paid = ownerOf(counterparty) !== undefined && amount.available < 0;
  if (!toppedUp && !paid) return false;
  return reachesMinimum(campaign, { value: minorUnits(Math.abs(amount.available)), currency });
}
