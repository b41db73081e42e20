/**
 * A person said who invited them: what they topped up or paid before may qualify them already. Their own chain tells.
 * The claim is stored before its event, and every later top-up or payment has an event that meets the claim, so none
 * falls between the two.
 */

import { campaignChain } from "../../shared/campaigns/campaign.ts";
import type { EventHandler } from "../../shared/events/consume.ts";
import { userAccount } from "../../shared/ledger/account.ts";
import { fromEntryItem } from "../../shared/ledger/codec.ts";
import type { Entry } from "../../shared/ledger/entry.ts";
import { chainPartition } from "../../shared/table/keys.ts";
import type { Item, Table } from "../../shared/table/table.ts";
import { openReferral, type QualifyDeps } from "./qualify.ts";
import { isQualifyingEntry } from "./qualifying.ts";
import { rewardReferral } from "./reward-referral.ts";

export type OnReferralClaimedDeps = QualifyDeps & { readonly table: Pick<Table, "query"> };

export const onReferralClaimed =
  (deps: OnReferralClaimedDeps): EventHandler<"referral.claimed"> =>
  async (event, log) => {
    const open = await openReferral(deps, event.data.invited);
    if (open === undefined) return;
    const { currency } = campaignChain(open.campaign);
    const partition = chainPartition(userAccount(event.data.invited), currency);
    for await (const entry of entriesOf(deps.table, partition)) {
      if (!isQualifyingEntry(open.campaign, entry)) continue;
      await rewardReferral(deps, open, event.correlationId, log);
      return;
    }
  };

/** Oldest first. A chain is as long as its owner has been active within the claim window, so mostly a few entries. */
async function* entriesOf(table: Pick<Table, "query">, partition: string): AsyncIterable<Entry> {
  let after: Item | undefined;
  do {
    const page = await table.query({
      partition,
      consistent: true,
      ...(after === undefined ? {} : { after }),
    });
    yield* page.items.map(fromEntryItem);
    after = page.lastKey;
  } while (after !== undefined);
}
