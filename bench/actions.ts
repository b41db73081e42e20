/**
 * Every action with a price, area by area. A route of the API or a worker without a scenario is an error that names
 * it, so a new one cannot go without.
 */
import { type AreaName, areas } from "../functions/areas.ts";
import { apiFunctionNames, functionNames } from "../infra/functions.ts";
import { type RouteTable, routeKey } from "../shared/http/route.ts";
import type { ActionSet } from "./actions/action-set.ts";
import { feedActions } from "./actions/feed.ts";
import { friendsActions } from "./actions/friends.ts";
import { identityActions } from "./actions/identity.ts";
import { metaActions } from "./actions/meta.ts";
import { notificationsActions } from "./actions/notifications.ts";
import { opsActions } from "./actions/ops.ts";
import { callbacksActions, paymentsActions } from "./actions/payments.ts";
import { reconciliationActions } from "./actions/reconciliation.ts";
import { type Action, createRecorder, type Watch } from "./actions/recorder.ts";
import { referralsActions } from "./actions/referrals.ts";
import { relayActions } from "./actions/relay.ts";
import { resolutionsActions } from "./actions/resolutions.ts";
import { riskActions } from "./actions/risk.ts";
import { transfersActions } from "./actions/transfers.ts";
import { walletActions } from "./actions/wallet.ts";
import { withdrawalsActions } from "./actions/withdrawals.ts";

/** An area's set brings its workers along; the relay belongs to none. */
const actionSets: Readonly<
  Record<AreaName | "withdrawals" | "resolutions" | "relay" | "reconciliation" | "risk", ActionSet>
> = {
  transfers: transfersActions,
  wallet: walletActions,
  payments: paymentsActions,
  withdrawals: withdrawalsActions,
  resolutions: resolutionsActions,
  callbacks: callbacksActions,
  feed: feedActions,
  friends: friendsActions,
  referrals: referralsActions,
  notifications: notificationsActions,
  identity: identityActions,
  ops: opsActions,
  meta: metaActions,
  relay: relayActions,
  reconciliation: reconciliationActions,
  risk: riskActions,
};

/** The route or worker that a row is about: its name without what tells variants apart. */
export const baseOf = (action: string): string => action.replace(/ \([^)]*\)$/, "");

/** Every route and every worker there is, by the names rows have. */
export function expectedActions(routes: Readonly<Record<string, RouteTable>> = areas): readonly string[] {
  const apis: readonly string[] = apiFunctionNames;
  return [
    ...Object.values(routes).flatMap((table) => Object.values(table).map(routeKey)),
    ...functionNames.filter((name) => !apis.includes(name)),
  ];
}

/** @throws Error naming the routes and workers that no scenario measures. */
export function refuseUnmeasured(
  measured: readonly string[],
  expected: readonly string[] = expectedActions(),
): void {
  const known = new Set(measured);
  const missing = expected.filter((action) => !known.has(action));
  if (missing.length > 0)
    throw new Error(`no scenario in bench/actions/ measures ${missing.join(", ")}: declare one`);
}

/**
 * Runs every scenario.
 * @throws Error when an action does not do what it should, or when one has no scenario.
 */
export async function measureActions(watch?: Watch): Promise<readonly Action[]> {
  const recorder = createRecorder(watch);
  for (const [name, set] of Object.entries(actionSets)) {
    try {
      await set(recorder);
    } catch (cause) {
      throw new Error(`the actions of ${name} could not be measured`, { cause });
    }
  }
  const actions = recorder.actions();
  refuseUnmeasured(actions.map(({ action }) => action));
  return actions;
}
