/** The scenes of a referral campaign: its budget, an invitation, and what was paid for it. */
import { REWARD, type Scene, shown, usd } from "./scene.ts";

/** @returns the id of the campaign. */
export async function campaign({ transcript, cast }: Scene): Promise<string> {
  transcript.step("Ops makes a referral campaign with a budget in the ledger");
  const made = await cast.ops.call("POST", "/ops/campaigns", {
    name: "Bring a friend",
    rewardInviter: usd(REWARD.inviter),
    rewardInvited: usd(REWARD.invited),
    minimum: usd(REWARD.minimum),
    budget: usd(REWARD.budget),
  });
  transcript.must(
    `campaign ${made.body.id} with ${shown(REWARD.budget)}: k = ${shown(REWARD.inviter)} + ${shown(REWARD.invited)}`,
    made.status === 201 && made.body.remaining.value === REWARD.budget,
    made,
  );
  const refused = await cast.newcomer.api.call("POST", "/ops/campaigns", { name: "mine" });
  transcript.must(`anybody else is answered ${refused.status}`, refused.status === 403, refused);
  return made.body.id;
}

/** A code, and its claim. */
export async function invitation({ transcript, cast }: Scene): Promise<void> {
  transcript.step("Ada's code brings Nia");
  const mine = await cast.ada.api.get("/referrals/me");
  transcript.must(`GET /v1/referrals/me: Ada's code is ${mine.body.code}`, mine.status === 200, mine);
  const own = await cast.ada.api.call("POST", "/referrals/claim", { code: mine.body.code });
  transcript.must(`claiming one's own code answers ${own.status}`, own.status >= 400, own);
  const claimed = await cast.newcomer.api.call("POST", "/referrals/claim", { code: mine.body.code });
  transcript.must(
    "POST /v1/referrals/claim: Nia was brought by Ada",
    claimed.status === 200 && claimed.body.status === "claimed",
    claimed,
  );
}

/** What was paid for how many, to the cent. */
export async function rewards({ transcript, cast }: Scene, campaignId: string): Promise<void> {
  transcript.step("R = k × N");
  const { body } = await cast.ops.get(`/ops/campaigns/${campaignId}`);
  transcript.say(
    `N = ${body.qualified}, R = ${shown(body.rewarded.value)}, left of the budget: ${shown(body.remaining.value)}`,
  );
  const k = REWARD.inviter + REWARD.invited;
  transcript.must(
    `R = k × N: ${shown(body.rewarded.value)} = ${shown(k)} × ${body.qualified}`,
    body.qualified === 1 &&
      body.rewarded.value === k * body.qualified &&
      body.remaining.value === REWARD.budget - k,
    body,
  );
}
