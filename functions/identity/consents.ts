/** Consents: what a person decided, for which version, and what follows from it for their money. Pure. */
import type { z } from "zod";
import {
  type Account,
  CONSENT_WITHDRAWN,
  type Consent,
  type ConsentPurpose,
  consentCatalogue,
  consentPurposes,
} from "../../shared/accounts/account.ts";
import { type AccessState, freeze, unfreeze } from "../../shared/ledger/access.ts";
import { type EpochMs, toTimestamp } from "../../shared/platform/clock.ts";
import type { consentView } from "./contract.ts";

export type Decision = {
  readonly purpose: ConsentPurpose;
  readonly version: number;
  readonly granted: boolean;
};

export const toConsentViews = ({ consents }: Pick<Account, "consents">): z.input<typeof consentView>[] =>
  consentPurposes.map((purpose) => {
    const { version, required } = consentCatalogue[purpose];
    const decided = consents[purpose];
    return {
      purpose,
      required,
      currentVersion: version,
      granted: decided?.granted ?? false,
      ...(decided === undefined ? {} : { version: decided.version, decidedAt: toTimestamp(decided.at) }),
    };
  });

/** Decisions about a text that is not the one in force: the person has not seen that one. */
export const outdated = (decisions: readonly Decision[]): readonly Decision[] =>
  decisions.filter(({ purpose, version }) => version !== consentCatalogue[purpose].version);

/** @returns the same account when everything was decided so before. */
export function withDecisions(account: Account, decisions: readonly Decision[], now: EpochMs): Account {
  const news = decisions.flatMap(({ purpose, version, granted }): [ConsentPurpose, Consent][] => {
    const before = account.consents[purpose];
    if (before?.version === version && before.granted === granted) return [];
    // Later than the one before, whatever the clock says: each decision has a place of its own in the record.
    return [[purpose, { version, granted, at: Math.max(now, (before?.at ?? 0) + 1) }]];
  });
  return news.length === 0
    ? account
    : { ...account, consents: { ...account.consents, ...Object.fromEntries(news) } };
}

/** Money stops while a required consent is withdrawn. Other reasons for a freeze stay as they are. */
export const accessAfter = (access: AccessState, decisions: readonly Decision[]): AccessState =>
  decisions
    .filter(({ purpose }) => consentCatalogue[purpose].required)
    .reduce(
      (state, { granted }) =>
        granted ? unfreeze(state, CONSENT_WITHDRAWN) : freeze(state, CONSENT_WITHDRAWN),
      access,
    );

/** The decisions of this change, as they are kept for ever. */
export const newDecisions = (before: Account, after: Account): readonly (Consent & Decision)[] =>
  consentPurposes.flatMap((purpose) => {
    const decided = after.consents[purpose];
    return decided === undefined || decided === before.consents[purpose] ? [] : [{ purpose, ...decided }];
  });
