/** The play: one path through the whole product, each scene a function that checks what it shows. */
import { createHmac, randomUUID } from "node:crypto";
import { auditTable } from "../../functions/ops/audit-table.ts";
import { formatMoney } from "../../shared/money/format.ts";
import { money } from "../../shared/money/money.ts";
import { describeAudit, localTable } from "../audit.ts";
import { apiClient } from "../client/api-client.ts";
import { outbox, settled } from "../client/control-client.ts";
import { acceptTerms } from "../client/ready-people.ts";
import { channelOf, type RunningCloud } from "../client/running-cloud.ts";
import { type Cast, dollars, gather, type Member } from "./cast.ts";
import { verifyOwnStatement } from "./statement.ts";
import { pressOnPaymentPage } from "./stripe-page.ts";
import type { Transcript } from "./transcript.ts";

type Scene = { readonly cloud: RunningCloud; readonly cast: Cast; readonly transcript: Transcript };

const usd = (value: number) => ({ value, currency: "USD" });
const shown = (value: number): string => formatMoney(money(value, "USD"));

/** Minor units: k for the inviter, for the invited person, and the least top-up that qualifies. */
const REWARD = { inviter: 500, invited: 300, minimum: 1000, budget: 8000 } as const;
const TOP_UP = 5000;
const LUNCH = 1250;
/** More than she has, and less than what a PIN is asked for. */
const TOO_MUCH = 50_000;
const TICKET = 700;
/** At and above the stage's threshold a payment has to be confirmed. */
const LARGE = 100_000;
const PIN = "483915";

async function showBalances({
  transcript,
  cast,
}: Scene): Promise<Record<"ada" | "newcomer" | "ben", number>> {
  const balances = {
    ada: await dollars(cast.ada),
    newcomer: await dollars(cast.newcomer),
    ben: await dollars(cast.ben),
  };
  const line = (who: "ada" | "newcomer" | "ben") => `${cast[who].name} ${shown(balances[who])}`;
  transcript.say(`balances: ${line("ada")}, ${line("newcomer")}, ${line("ben")}`);
  return balances;
}

async function terms({ transcript, cast }: Scene): Promise<void> {
  transcript.step("No money moves before the terms are accepted");
  const early = await cast.newcomer.api.call("POST", "/top-ups", { amount: usd(TOP_UP), channel: "stripe" });
  transcript.must(
    `POST /v1/top-ups answers ${early.status} ${early.body.code}`,
    early.status === 403 && early.body.code === "consent-required",
    early,
  );
  await acceptTerms(cast.newcomer.api);
  const { body } = await cast.newcomer.api.get("/me/consents");
  const granted = body.items.some(
    (item: { purpose: string; granted: boolean }) => item.purpose === "terms" && item.granted,
  );
  transcript.must("PUT /v1/me/consents: the terms are accepted", granted, body);
}

async function campaign({ transcript, cast }: Scene): Promise<string> {
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

async function invitation({ transcript, cast }: Scene): Promise<void> {
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

async function topUp(scene: Scene): Promise<void> {
  const { transcript, cast, cloud } = scene;
  transcript.step(`Nia tops up ${shown(TOP_UP)} through Stripe`);
  const before = await showBalances(scene);
  const made = await cast.newcomer.api.call("POST", "/top-ups", { amount: usd(TOP_UP), channel: "stripe" });
  transcript.must(
    `POST /v1/top-ups: payment ${made.body.id} is ${made.body.status}`,
    made.status === 201 && made.body.status === "requires_action",
    made,
  );
  await pressOnPaymentPage(
    channelOf(cloud, "stripe"),
    made.body.action.clientSecret,
    "decline-insufficient-funds",
  );
  await settled(cloud);
  const declined = await cast.newcomer.api.get(`/payments/${made.body.id}`);
  transcript.must(
    `her first card is declined (${declined.body.lastFailure?.code}); the payment stays open`,
    declined.body.status === "requires_action" && declined.body.lastFailure !== undefined,
    declined.body,
  );
  await pressOnPaymentPage(channelOf(cloud, "stripe"), made.body.action.clientSecret, "pay");
  transcript.say(
    "she pays on Stripe's page; Stripe sends its signed callback; stream → relay → queue → worker",
  );
  await settled(cloud);
  const paid = await cast.newcomer.api.get(`/payments/${made.body.id}`);
  transcript.must(
    `GET /v1/payments/${made.body.id}: ${paid.body.status}`,
    paid.body.status === "succeeded",
    paid.body,
  );
  const after = await showBalances(scene);
  transcript.must(
    `Nia has the top-up and her reward of ${shown(REWARD.invited)}`,
    after.newcomer - before.newcomer === TOP_UP + REWARD.invited,
    after,
  );
  transcript.must(
    `Ada, who invited her, has ${shown(REWARD.inviter)} more`,
    after.ada - before.ada === REWARD.inviter,
    after,
  );
}

async function forgery({ transcript, cast, cloud }: Scene): Promise<void> {
  transcript.step("Forged and stale callbacks change nothing");
  const before = await dollars(cast.newcomer);
  const event = JSON.stringify({
    id: `evt_${randomUUID()}`,
    object: "event",
    type: "payment_intent.succeeded",
  });
  const send = async (seconds: number) => {
    const at = Math.floor(Date.now() / 1000) - seconds;
    const forged = createHmac("sha256", "whsec_not_the_key").update(`${at}.${event}`).digest("hex");
    const answer = await fetch(`${cloud.api}/v1/callbacks/stripe`, {
      method: "POST",
      headers: { "content-type": "application/json", "stripe-signature": `t=${at},v1=${forged}` },
      body: event,
    });
    return answer.status;
  };
  const answers = [await send(0), await send(301)];
  transcript.must(
    `POST /v1/callbacks/stripe answers ${answers.join(" and ")}`,
    answers.every((status) => status === 400),
    answers,
  );
  await settled(cloud);
  transcript.must("Nia's balance is what it was", (await dollars(cast.newcomer)) === before);
}

async function befriend({ transcript, cast, cloud }: Scene): Promise<void> {
  transcript.step("Nia and Ben become friends");
  const asked = await cast.newcomer.api.call("PUT", `/friends/${cast.ben.id}`);
  transcript.must(
    `PUT /v1/friends/${cast.ben.id}: ${asked.body.status}`,
    asked.body.status === "requested",
    asked,
  );
  const accepted = await cast.ben.api.call("PUT", `/friends/${cast.newcomer.id}`);
  transcript.must(`Ben accepts: ${accepted.body.status}`, accepted.body.status === "friends", accepted);
  await settled(cloud);
}

async function pay(scene: Scene): Promise<string> {
  const { transcript, cast, cloud } = scene;
  transcript.step(`Nia pays Ben ${shown(LUNCH)} for lunch and shares it with friends`);
  const before = await showBalances(scene);
  const key = randomUUID();
  const body = {
    payee: { handle: cast.ben.handle },
    amount: usd(LUNCH),
    note: "Lunch at Dido's",
    audience: "friends",
  };
  const first = await cast.newcomer.api.call("POST", "/transfers", body, { key });
  transcript.must(`POST /v1/transfers: ${first.body.id}`, first.status === 201, first);
  const again = await cast.newcomer.api.call("POST", "/transfers", body, { key });
  transcript.must(
    "sent again under the same key: the same transfer, replayed",
    again.body.id === first.body.id && again.headers.get("idempotent-replayed") === "true",
    again,
  );
  const other = await cast.newcomer.api.call(
    "POST",
    "/transfers",
    { ...body, amount: usd(LUNCH + 1) },
    { key },
  );
  transcript.must(
    `another amount under the same key: ${other.status} ${other.body.code}`,
    other.status === 422,
    other,
  );
  const tooMuch = await cast.newcomer.api.call("POST", "/transfers", { ...body, amount: usd(TOO_MUCH) });
  transcript.must(
    `more than she has: ${tooMuch.status} ${tooMuch.body.code}`,
    tooMuch.status === 409 || tooMuch.status === 422,
    tooMuch,
  );
  await settled(cloud);
  const after = await showBalances(scene);
  transcript.must(
    "the money moved once",
    before.newcomer - after.newcomer === LUNCH && after.ben - before.ben === LUNCH,
    after,
  );
  return first.body.id;
}

async function requested(scene: Scene): Promise<void> {
  const { transcript, cast } = scene;
  transcript.step(`Ben asks Nia for ${shown(TICKET)}; she pays`);
  const asked = await cast.ben.api.call("POST", "/payment-requests", {
    from: { id: cast.newcomer.id },
    amount: usd(TICKET),
    note: "Your ticket",
  });
  transcript.must(`POST /v1/payment-requests: ${asked.body.status}`, asked.status === 201, asked);
  const paid = await cast.newcomer.api.call("POST", `/payment-requests/${asked.body.id}/pay`, {});
  transcript.must("she pays it, once", paid.status < 300 && paid.body.amount.value === TICKET, paid);
  const again = await cast.newcomer.api.call("POST", `/payment-requests/${asked.body.id}/pay`, {});
  transcript.must(`paying it again: ${again.status} ${again.body.code}`, again.status === 409, again);
}

async function confirmed({ transcript, cast }: Scene): Promise<void> {
  transcript.step(`${shown(LARGE)} has to be confirmed with a PIN`);
  const { api } = cast.newcomer;
  const payment = { payee: { id: cast.ben.id }, amount: usd(LARGE) };
  const refused = await api.call("POST", "/transfers", payment);
  transcript.must(
    `POST /v1/transfers answers ${refused.status} ${refused.body.code}`,
    refused.status === 403 && refused.body.code === "step-up-required",
    refused,
  );
  const set = await api.call("PUT", "/me/pin", { pin: PIN });
  transcript.must("PUT /v1/me/pin: she sets one", set.status < 300, set);
  const asked = await api.call("POST", "/step-ups", refused.body.stepUp);
  const wrong = await api.call("POST", `/step-ups/${asked.body.id}/approve`, { pin: "483916" });
  transcript.must(`a wrong PIN: ${wrong.status} ${wrong.body.code}`, wrong.status >= 400, wrong);
  const right = await api.call("POST", `/step-ups/${asked.body.id}/approve`, { pin: PIN });
  transcript.must(`the right one: ${right.body.status}`, right.body.status === "approved", right);
  const tried = await api.call("POST", "/transfers", { ...payment, stepUp: asked.body.id });
  transcript.must(
    `confirmed, it is a matter of money: ${tried.status} ${tried.body.code}`,
    tried.body.code === "insufficient-funds",
    tried,
  );
}

async function social({ transcript, cast, cloud }: Scene): Promise<void> {
  transcript.step("Both see it, nobody sees the amount, a stranger sees nothing");
  const feeds = await Promise.all([cast.newcomer.api.get("/feed"), cast.ben.api.get("/feed")]);
  const [hers, his] = feeds.map((feed) =>
    feed.body.items.find((post: { payer: { id: string } }) => post.payer.id === cast.newcomer.id),
  );
  transcript.must(
    "GET /v1/feed of both begins with the post",
    hers !== undefined && his?.id === hers.id,
    feeds.map((feed) => feed.body),
  );
  transcript.must("the post carries no amount", !JSON.stringify(hers).includes(String(LUNCH)), hers);
  const hidden = await cast.stranger.api.get(`/posts/${hers.id}`);
  transcript.must(`Dmitri, a stranger, is answered ${hidden.status}`, hidden.status === 404, hidden);
  const liked = await cast.ben.api.call("PUT", `/posts/${hers.id}/like`);
  const commented = await cast.ben.api.call("POST", `/posts/${hers.id}/comments`, {
    text: "My turn next week",
  });
  transcript.must("Ben likes it and comments", liked.status === 204 && commented.status === 201, [
    liked,
    commented,
  ]);
  await settled(cloud);
  const post = await cast.newcomer.api.get(`/posts/${hers.id}`);
  transcript.must(
    `GET /v1/posts/${hers.id}: ${post.body.likes} like, ${post.body.comments} comment`,
    post.body.likes === 1 && post.body.comments === 1,
    post.body,
  );
}

async function told({ transcript, cast, cloud }: Scene): Promise<void> {
  transcript.step("Everyone is told");
  const inbox = async ({ api, name }: Member, wanted: RegExp): Promise<void> => {
    const { body } = await api.get("/notifications");
    const found = body.items.find((item: { title: string; body: string; type: string }) =>
      wanted.test(`${item.type} ${item.title} ${item.body}`),
    );
    transcript.must(
      `${name}: ${found === undefined ? "nothing" : `${found.title} – ${found.body}`}`,
      found !== undefined,
      body.items,
    );
  };
  await inbox(cast.ben, /transfer/);
  await inbox(cast.newcomer, /comment/);
  await inbox(cast.ada, /referral|reward/);
  const sent = await outbox(cloud);
  const count = (channel: string): number => sent.filter((message) => message.channel === channel).length;
  transcript.must(
    `the workers sent ${count("push")} push messages and ${count("email")} e-mails`,
    count("push") > 0 && count("email") > 0,
    sent,
  );
}

async function devices({ transcript, cast }: Scene): Promise<void> {
  transcript.step("Ben's and Nia's phones are registered for push messages");
  for (const { api, name } of [cast.ben, cast.newcomer]) {
    const answer = await api.call("PUT", "/me/devices/phone-01", {
      platform: "ios",
      pushToken: `token-of-${name}-${randomUUID()}`,
    });
    transcript.must(`PUT /v1/me/devices/phone-01 of ${name}`, answer.status === 200, answer);
  }
}

async function frozen({ transcript, cast }: Scene): Promise<void> {
  transcript.step("Ops freezes Nia's account; her money stays where it is");
  const payment = { payee: { id: cast.ben.id }, amount: usd(100) };
  await cast.ops.call("POST", `/ops/accounts/${cast.newcomer.id}/freeze`, { reason: "fraud-suspected" });
  const refused = await cast.newcomer.api.call("POST", "/transfers", payment);
  transcript.must(
    `a payment answers ${refused.status} ${refused.body.code}`,
    refused.status === 403 && refused.body.code === "account-frozen",
    refused,
  );
  await cast.ops.call("POST", `/ops/accounts/${cast.newcomer.id}/unfreeze`, { reason: "fraud-suspected" });
  const done = await cast.newcomer.api.call("POST", "/transfers", payment);
  transcript.must("unfrozen, it goes through", done.status === 201, done);
}

async function rewards({ transcript, cast }: Scene, campaignId: string): Promise<void> {
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

async function signOut({ transcript, cloud, cast }: Scene): Promise<void> {
  transcript.step("Tokens that are none are refused");
  const forged = `${cast.newcomer.api.accessToken?.slice(0, -6)}AAAAAA`;
  const answer = await apiClient(cloud.api, forged).get("/wallet");
  transcript.must(`an altered token: ${answer.status}`, answer.status === 401, answer);
}

async function audited({ transcript, cast, cloud }: Scene): Promise<void> {
  transcript.step("The books");
  await settled(cloud);
  const verdict = await verifyOwnStatement(cast.newcomer.api);
  transcript.must(`Nia verifies her own statement: ${verdict.line}`, verdict.verified, verdict);
  const report = await auditTable(localTable(cloud), { cutoff: Number.MAX_SAFE_INTEGER, now: Date.now() });
  for (const line of describeAudit(report)) transcript.say(line);
  transcript.must("the audit finds nothing", report.clean, report.findings);
}

/** Plays everything, in order. @throws DemoFailure at the first check that does not hold. */
export async function play(cloud: RunningCloud, transcript: Transcript, run: string): Promise<void> {
  transcript.step("Ada, Nia, Ben, Dmitri and Olivia of ops sign in through their social networks");
  const cast = await gather(cloud, run);
  for (const { name, handle, id } of [cast.ada, cast.newcomer, cast.ben])
    transcript.say(`${name} is @${handle}, ${id}`);
  const scene: Scene = { cloud, cast, transcript };
  await terms(scene);
  const campaignId = await campaign(scene);
  await invitation(scene);
  await devices(scene);
  await topUp(scene);
  await forgery(scene);
  await befriend(scene);
  await pay(scene);
  await requested(scene);
  await confirmed(scene);
  await social(scene);
  await told(scene);
  await rewards(scene, campaignId);
  await frozen(scene);
  await signOut(scene);
  await audited(scene);
}
