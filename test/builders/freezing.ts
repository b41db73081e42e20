/** Freezing a person as ops, rules and disputes do, and ending it. */
import { changeAccess } from "../../shared/accounts/change-access.ts";
import { freeze, unfreeze } from "../../shared/ledger/access.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import type { World } from "./world.ts";

const change = async (world: World, id: AccountId, reason: string, frozen: boolean): Promise<void> => {
  const changed = await changeAccess(world, id, {
    change: (access) => (frozen ? freeze(access, reason) : unfreeze(access, reason)),
    memo: `test:${reason}`,
    event: { type: frozen ? "account.frozen" : "account.unfrozen", correlationId: "test", reason },
  });
  if (!changed.ok) throw new Error(`the freeze was not changed: ${changed.error.code}`);
};

export const freezePerson = (world: World, id: AccountId, reason = "fraud-suspected"): Promise<void> =>
  change(world, id, reason, true);
export const unfreezePerson = (world: World, id: AccountId, reason = "fraud-suspected"): Promise<void> =>
  change(world, id, reason, false);
