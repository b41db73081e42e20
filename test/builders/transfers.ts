/** What tests of transfers share: the area, freezes by ops, requests, and a person's chain. */
import { opsRoutes } from "../../functions/ops/contract.ts";
import { freezeAccount, unfreezeAccount } from "../../functions/ops/freeze-account.ts";
import { transfersRoutes } from "../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../functions/transfers/handlers.ts";
import { createCampaigns } from "../../shared/campaigns/store.ts";
import { userAccount } from "../../shared/ledger/account.ts";
import { fromEntryItem } from "../../shared/ledger/codec.ts";
import type { Entry } from "../../shared/ledger/entry.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import { chainPartition } from "../../shared/table/keys.ts";
import { queryAll } from "../../shared/table/table.ts";
import { usd, type World } from "./world.ts";

export const transfersArea = (world: World, options?: { readonly cold: boolean }) =>
  world.area(transfersRoutes, transfersHandlers(world), options);

/** The two routes by which ops freezes a person and ends the freeze. */
export function freezesArea(world: World) {
  const deps = {
    ...world,
    campaigns: createCampaigns(world),
    currencies: ["USD"] as const,
    channelNames: [],
  };
  const routes = {
    freezeAccount: opsRoutes.freezeAccount,
    unfreezeAccount: opsRoutes.unfreezeAccount,
  };
  return world.area(routes, {
    freezeAccount: freezeAccount(deps),
    unfreezeAccount: unfreezeAccount(deps),
  });
}

/** The body of a transfer of US dollars by id. */
export const pay = (payee: AccountId, value: number) => ({ payee: { id: payee }, amount: usd(value) });

/** A person's chain in US dollars, oldest entry first. */
export async function entriesOf(world: World, id: AccountId): Promise<Entry[]> {
  const partition = chainPartition(userAccount(id), "USD");
  const items = await queryAll(world.table, { partition, consistent: true });
  return items.map(fromEntryItem);
}

export const handleOf = async (world: World, id: AccountId): Promise<string> =>
  (await world.accounts.get(id))?.handle ?? "";
