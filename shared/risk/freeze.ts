/** Freezing a person for an anomaly, and ending that freeze when its time is over: by the way a freeze by ops goes. */
import { type ChangeAccessDeps, changeAccess } from "../accounts/change-access.ts";
import { freeze, unfreeze } from "../ledger/access.ts";
import { HOUR } from "../platform/clock.ts";
import { type AccountId, isId } from "../platform/ids.ts";
import { keys } from "../table/keys.ts";
import { type Finding, type RiskRule, reasonOf, riskRules } from "./rules.ts";
import { fromRiskFreezeItem, type RiskFreeze, toRiskFreezeItem } from "./store.ts";

/**
 * Freezes every chain of a person, and notes why and until when, in one transaction. A person who is frozen for the
 * same reason stays so until the time that was noted first.
 * @throws Error when the account is too busy to be changed: the event comes again.
 */
export async function freezeForRisk(
  deps: ChangeAccessDeps,
  accountId: AccountId,
  finding: Finding,
  { freezeHours, correlationId }: { readonly freezeHours: number; readonly correlationId: string },
): Promise<void> {
  const reason = reasonOf(finding.rule);
  const frozenAt = deps.platform.clock.now();
  const releaseAt = frozenAt + freezeHours * HOUR;
  const noted: RiskFreeze = { ...finding, accountId, frozenAt, releaseAt, correlationId };
  const changed = await changeAccess(deps, accountId, {
    change: (access) => freeze(access, reason),
    memo: `freeze:${reason}`,
    event: { type: "account.frozen", correlationId, reason },
    alsoItems: () => [{ put: toRiskFreezeItem(noted) }],
  });
  if (!changed.ok) throw new Error(`${accountId} could not be frozen for ${reason}: ${changed.error.code}`);
}

/**
 * Ends a freeze for an anomaly whose time is over; before that, or when there is none, it does nothing. Another reason
 * keeps the account frozen. For the sweep of due work.
 * @throws Error when the account is too busy to be changed: the next sweep comes to it again.
 */
export async function releaseDueFreeze(
  deps: ChangeAccessDeps,
  accountId: AccountId,
  rule: RiskRule,
): Promise<void> {
  const item = await deps.table.get(keys.riskFreeze(accountId, rule));
  if (item?.["dueAt"] === undefined) return;
  const noted = fromRiskFreezeItem(item);
  if (deps.platform.clock.now() < noted.releaseAt) return;
  const reason = reasonOf(rule);
  const over = {
    put: toRiskFreezeItem(noted, true),
    condition: "#frozenAt = :frozenAt",
    names: { "#frozenAt": "frozenAt" },
    values: { ":frozenAt": noted.frozenAt },
  };
  const changed = await changeAccess(deps, accountId, {
    change: (access) => unfreeze(access, reason),
    memo: `unfreeze:${reason}`,
    event: { type: "account.unfrozen", correlationId: noted.correlationId, reason },
    alsoItems: () => [over],
  });
  if (!changed.ok)
    throw new Error(`the freeze of ${accountId} for ${reason} could not be ended: ${changed.error.code}`);
  // Where ops had ended it before, nothing was written with the account: nothing is due any more all the same.
  await deps.table.put(over);
}

/** The same by the keys of the due item, as the sweep finds it. @param pk `RISK#usr_…` @param sk `FREEZE#…` */
export async function releaseDueFreezeByKey(
  deps: ChangeAccessDeps,
  { pk, sk }: { readonly pk: string; readonly sk: string },
): Promise<void> {
  const accountId = pk.split("#")[1] ?? "";
  const rule = riskRules.find((known) => keys.riskFreeze(accountId, known).sk === sk);
  if (!isId("account", accountId) || rule === undefined) throw new Error(`${pk} ${sk} is no freeze`);
  await releaseDueFreeze(deps, accountId, rule);
}
