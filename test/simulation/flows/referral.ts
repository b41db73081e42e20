/** Inviting: a code, a claim, and campaigns with budgets that are soon used up. */
import type { Flow, Society } from "../society/society.ts";

export const refer: Flow = {
  name: "refer",
  weight: 3,
  async run(actor, { dice, call, others }) {
    const inviter = dice.chance(0.95) ? dice.pick(others(actor)) : actor;
    const mine = await call(inviter, "referrals", "getMyReferrals");
    if (mine?.status !== 200) return;
    await call(actor, "referrals", "claimReferral", { body: { code: mine.body.code } });
    if (dice.chance(0.3)) await call(actor, "referrals", "listRewards");
  },
};

const usd = (value: number) => ({ value, currency: "USD" });

/** Enough for one to four people. */
export async function startCampaign({ call, ops, dice, campaigns }: Society): Promise<void> {
  const body = {
    name: "Spring",
    rewardInviter: usd(500),
    rewardInvited: usd(300),
    minimum: usd(1_000),
    budget: usd(800 * dice.between(1, 4) + dice.between(0, 799)),
    claimWindowDays: 30,
  };
  const reply = await call(ops, "ops", "createCampaign", { body });
  if (reply?.status === 201) campaigns.push(reply.body.id);
}

export const manageCampaign: Flow = {
  name: "manage-campaign",
  weight: 0.8,
  async run(_actor, society) {
    const { call, ops, dice, campaigns, pause } = society;
    if (campaigns.length === 0 || dice.chance(0.3)) {
      await startCampaign(society);
      return;
    }
    const params = { id: dice.pick(campaigns) };
    if (dice.chance(0.6)) {
      await call(ops, "ops", "patchCampaign", { params, body: { addBudget: usd(800) } });
      return;
    }
    await call(ops, "ops", "patchCampaign", { params, body: { status: "paused" } });
    await pause(100, 20_000);
    await call(ops, "ops", "patchCampaign", { params, body: { status: "active" } });
  },
};
