/** The posting of a transfer from person to person: in one currency, or through an exchange of two. */
import type { Caller } from "../../shared/http/caller.ts";
import { userAccount } from "../../shared/ledger/account.ts";
import type { Posting } from "../../shared/ledger/posting.ts";
import { exchange, movement } from "../../shared/ledger/postings.ts";
import type { PersonTransfer } from "../../shared/transfers/transfer.ts";

/**
 * What leaves the payer counts towards their limits: with an exchange, what is sold.
 * @param limitShare percent of the limits that the payer has
 */
export function postingOf(
  transfer: PersonTransfer,
  { session }: Pick<Caller, "session">,
  limitShare: number,
): Posting {
  const { transferId, payer, payee, amount, paid } = transfer;
  const from = userAccount(payer);
  const parties = { transferId, from, to: userAccount(payee), actor: { ...session, account: from } };
  return paid === undefined
    ? movement({ ...parties, amount, countOutflow: true, limitShare })
    : exchange({ ...parties, sell: paid, buy: amount, limitShare });
}
