/** Remembers what a person did and freezes them when a rule is met. The same event again changes nothing. */
import type { ChangeAccessDeps } from "../../shared/accounts/change-access.ts";
import { fullJitterMs } from "../../shared/platform/backoff.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import { freezeForRisk } from "../../shared/risk/freeze.ts";
import { isOfInterest, type Observation, observed } from "../../shared/risk/observe.ts";
import { type Finding, findAnomalies, type Judged } from "../../shared/risk/rules.ts";
import type { RiskSettings } from "../../shared/risk/settings.ts";
import { riskOf, watchWrite } from "../../shared/risk/store.ts";

export type RiskDeps = ChangeAccessDeps & {
  readonly platform: Platform;
  readonly risk: Pick<RiskSettings, "rules" | "freezeHours">;
};

const ATTEMPTS = 8;

/** Remembered before it is judged, so that a process that ends in between judges when the event comes again. */
async function remember(
  { table, platform, risk }: RiskDeps,
  accountId: AccountId,
  observation: Observation,
): Promise<readonly Finding[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const known = await riskOf(table, accountId);
    const next = observed(known.watch, accountId, observation, risk.rules);
    if (next === known.watch || (await table.put(watchWrite(accountId, known, next)))) {
      const judged: Judged = Object.fromEntries(known.freezes.map(({ rule, to }) => [rule, to]));
      return findAnomalies(next, risk.rules, judged);
    }
    await platform.timer.sleep(fullJitterMs(attempt, platform.random));
  }
  throw new Error(`what is remembered of ${accountId} changes too fast`);
}

/**
 * One query; one write of 1 to 5 units when there is something to remember; a freeze when a rule is met. Nothing at all
 * where no rule in force could need it.
 * @throws Error after losing many races: the event comes again.
 */
export async function watchPerson(
  deps: RiskDeps,
  accountId: AccountId,
  observation: Observation,
  { correlationId, log }: { readonly correlationId: string; readonly log: Log },
): Promise<void> {
  const { freezeHours, rules } = deps.risk;
  if (!isOfInterest(accountId, observation, rules)) return;
  for (const finding of await remember(deps, accountId, observation)) {
    log.warn("anomaly-found", { accountId, rule: finding.rule, count: finding.count });
    deps.platform.metrics.count("AnomaliesFound");
    await freezeForRisk(deps, accountId, finding, { freezeHours, correlationId });
  }
}
