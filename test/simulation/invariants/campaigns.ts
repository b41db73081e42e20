/** R = k × N within the budget, one reward for a person, and nobody is left without what they were promised. */
import type { Item } from "../../../shared/table/table.ts";
import { numberOf, partOf, textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

const valueIn = (item: Item | undefined, member: string): number => numberOf(partOf(item, member), "value");
const kOf = (campaign: Item | undefined): number =>
  valueIn(campaign, "rewardInviter") + valueIn(campaign, "rewardInvited");

export const campaigns: Invariant = {
  name: "campaigns",
  watch({ mirror, violated }) {
    const paid = new Map<string, { count: number; sum: number }>();
    const rewarded = new Set<string>();
    const everPaused = new Set<string>();
    const everEnlarged = new Set<string>();

    function checkCampaign(id: string): void {
      const campaign = mirror.get(`CAMPAIGN#${id}`, "CAMPAIGN");
      const { count, sum } = paid.get(id) ?? { count: 0, sum: 0 };
      if (sum !== kOf(campaign) * count) violated(`${id}: paid ${sum} for ${count}`);
      if (numberOf(campaign, "qualified") !== count || numberOf(campaign, "rewarded") !== sum)
        violated(`${id}: counts ${numberOf(campaign, "qualified")}, paid ${count}`);
      if (sum > valueIn(campaign, "budget")) violated(`${id}: paid ${sum}, more than its budget`);
    }

    /** Whether the person's own chain has what qualifies under the campaign. */
    function hasQualified(invited: string, campaign: Item | undefined): boolean {
      for (const entry of mirror.under(`LEDGER#user:${invited}#USD`)) {
        const moved = numberOf(partOf(entry, "amount"), "available");
        const other = textOf(entry, "counterparty");
        const counts =
          (moved > 0 && other.startsWith("system:clearing:")) || (moved < 0 && other.startsWith("user:"));
        // What comes back, or is given back, is no payment.
        const isReturned = /^(refund|withdrawal|dispute):/.test(textOf(entry, "memo"));
        const isTransfer = textOf(entry, "kind") === "transfer" && !isReturned;
        if (isTransfer && counts && Math.abs(moved) >= valueIn(campaign, "minimum")) return true;
      }
      return false;
    }

    /** What inviters and invited people are shown is what the ledger paid. */
    function checkTallies(): void {
      const claims = new Map<string, { claimed: number; qualified: number }>();
      for (const item of mirror.under("REFERRAL#")) {
        if (textOf(item, "sk") !== "REFERRAL") continue;
        const name = `${textOf(item, "inviter")} ${textOf(item, "campaignId")}`;
        const { claimed, qualified } = claims.get(name) ?? { claimed: 0, qualified: 0 };
        const isRewarded = textOf(item, "status") === "rewarded";
        claims.set(name, { claimed: claimed + 1, qualified: qualified + (isRewarded ? 1 : 0) });
        const invited = textOf(item, "invited");
        for (const role of ["inviter", "invited"]) {
          const noted = mirror.get(`REFERRAL#${invited}`, `REWARD#${role}`) !== undefined;
          if (noted !== isRewarded) violated(`${invited}: the ${role}'s reward is noted: ${noted}`);
        }
      }
      for (const item of mirror.under("INVITER#")) {
        const id = textOf(item, "campaignId");
        if (id === "") continue;
        const inviter = textOf(item, "pk").slice("INVITER#".length);
        const { claimed, qualified } = claims.get(`${inviter} ${id}`) ?? { claimed: 0, qualified: 0 };
        if (numberOf(item, "claimed") !== claimed || numberOf(item, "qualified") !== qualified)
          violated(`${inviter}: counts ${numberOf(item, "claimed")} claims, there are ${claimed}`);
      }
    }

    return {
      onChanges(changes) {
        const touched = new Set<string>();
        for (const { pk, before, after } of changes) {
          if (pk.startsWith("CAMPAIGN#")) {
            const id = pk.slice("CAMPAIGN#".length);
            touched.add(id);
            if (textOf(after, "status") === "paused") everPaused.add(id);
            if (before !== undefined && valueIn(before, "budget") !== valueIn(after, "budget"))
              everEnlarged.add(id);
          }
          if (!pk.startsWith("TRANSFER#") || textOf(after, "kind") !== "referral-reward") continue;
          const id = textOf(after, "campaignId");
          const invited = textOf(after, "invited");
          if (rewarded.has(invited)) violated(`${invited}: rewarded twice`);
          rewarded.add(invited);
          const so = paid.get(id) ?? { count: 0, sum: 0 };
          paid.set(id, {
            count: so.count + 1,
            sum: so.sum + valueIn(after, "inviterReward") + valueIn(after, "invitedReward"),
          });
          touched.add(id);
        }
        for (const id of touched) checkCampaign(id);
      },
      atRest() {
        checkTallies();
        for (const referral of mirror.under("REFERRAL#")) {
          if (textOf(referral, "sk") !== "REFERRAL") continue;
          const invited = textOf(referral, "invited");
          const status = textOf(referral, "status");
          const id = textOf(referral, "campaignId");
          const campaign = mirror.get(`CAMPAIGN#${id}`, "CAMPAIGN");
          if ((status === "rewarded") !== rewarded.has(invited))
            violated(`${invited}: ${status}, and not so paid`);
          if (status === "rewarded" || everPaused.has(id) || everEnlarged.has(id)) continue;
          const left = valueIn(campaign, "budget") - numberOf(campaign, "rewarded");
          const owed = hasQualified(invited, campaign);
          if (owed && left >= kOf(campaign))
            violated(`${invited}: qualified, ${left} is left, and is ${status}`);
        }
      },
    };
  },
};
