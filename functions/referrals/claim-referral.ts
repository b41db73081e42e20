/**
 * Says who invited the caller, once for ever. Reads: the caller's claim, the code, then account, campaign, the
 * inviter's claim and both people's devices at once, about 5 read units; writes 6 units. A person does it once.
 *
 * What the person topped up or paid before the claim counts as well as what comes after: the claim's own event makes
 * the consumer look at what was done already, so it does not matter which of the two comes first.
 */
import type { Accounts } from "../../shared/accounts/store.ts";
import type { Campaigns } from "../../shared/campaigns/store.ts";
import { type Problem, problem } from "../../shared/http/problems.ts";
import { routeKey } from "../../shared/http/route.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { Devices } from "../../shared/people/devices.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import { type ClaimFacts, type RefusalReason, refusalOf } from "./claim-rules.ts";
import { referralsRoutes } from "./contract.ts";
import { type Referral, toClaimView } from "./referral.ts";
import type { Referrals } from "./store.ts";

export type ClaimReferralDeps = {
  readonly accounts: Pick<Accounts, "get">;
  readonly campaigns: Pick<Campaigns, "activeAt">;
  readonly devices: Pick<Devices, "knownOf">;
  readonly referrals: Pick<Referrals, "get" | "inviterByCode" | "claim" | "refuse">;
  readonly platform: Pick<Platform, "clock" | "log">;
};

const route = referralsRoutes.claimReferral;

/** The same words for every reason: a caller must not learn how to get around one. */
const refused = (): Problem =>
  problem("referral-refused", { detail: "This code cannot be claimed by this account." });

const replay = (existing: Referral, code: string) =>
  existing.code === code ? { body: toClaimView(existing), replayed: true } : problem("already-claimed");

export const claimReferral =
  (deps: ClaimReferralDeps): RouteHandler<typeof route> =>
  async ({ body: { code }, caller, request }) => {
    const { referrals, platform } = deps;
    const claimer = caller.accountId;
    const existing = await referrals.get(claimer);
    if (existing !== undefined) return replay(existing, code);

    const facts = await factsOf(deps, claimer, code);
    const { inviter, campaign } = facts;
    const refuse = async (reason: RefusalReason) => {
      await referrals.refuse({
        claimer,
        code,
        reason,
        inviter: inviter?.id,
        campaignId: campaign?.id,
      });
      platform.log.info("referral-refused", { route: routeKey(route), claimer, reason });
      return refused();
    };
    const reason = refusalOf(facts);
    if (reason !== undefined || inviter === undefined || campaign === undefined)
      return refuse(reason ?? "unknown-code");

    const referral: Referral = {
      invited: claimer,
      inviter: inviter.id,
      code,
      campaignId: campaign.id,
      status: "claimed",
      claimedAt: facts.now,
    };
    const written = await referrals.claim(referral, request.correlationId);
    switch (written.outcome) {
      case "claimed":
        return { body: toClaimView(referral) };
      case "exists":
        return replay(written.referral, code);
      case "ring":
        return refuse("ring");
      case "busy":
        return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
    }
  };

/** @throws Error when the claimer has no account: the caller was resolved, so there is one. */
async function factsOf(
  { accounts, campaigns, devices, referrals, platform }: ClaimReferralDeps,
  claimer: AccountId,
  code: string,
): Promise<ClaimFacts> {
  const now = platform.clock.now();
  const inviterId = await referrals.inviterByCode(code);
  const [account, campaign, ownDevices, inviter] = await Promise.all([
    accounts.get(claimer),
    campaigns.activeAt(now),
    devices.knownOf(claimer),
    inviterId === undefined ? undefined : inviterOf({ devices, referrals }, inviterId),
  ]);
  if (account === undefined) throw new Error("a caller without an account claims a referral");
  return {
    claimer: { id: claimer, createdAt: account.createdAt, devices: ownDevices },
    inviter,
    campaign,
    now,
  };
}

async function inviterOf(
  { devices, referrals }: Pick<ClaimReferralDeps, "devices" | "referrals">,
  id: AccountId,
): Promise<NonNullable<ClaimFacts["inviter"]>> {
  const [owned, claim] = await Promise.all([devices.knownOf(id), referrals.get(id)]);
  return { id, invitedBy: claim?.inviter, devices: owned };
}
