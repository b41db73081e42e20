/** The scenes in which money moves: a top-up, forged callbacks, a payment, a request, a payment that needs a PIN. */
import { createHmac, randomUUID } from "node:crypto";
import { settled } from "../client/control-client.ts";
import { channelOf } from "../client/running-cloud.ts";
import { dollars } from "./cast.ts";
import { LUNCH, REWARD, type Scene, showBalances, shown, TOP_UP, usd } from "./scene.ts";
import { pressOnPaymentPage } from "./stripe-page.ts";

/** More than she has, and less than what a PIN is asked for. */
const TOO_MUCH = 50_000;
const TICKET = 700;
/** At and above the stage's threshold a payment has to be confirmed. */
const LARGE = 100_000;
const PIN = "483915";

/** A card is declined, another one pays; the callback brings the money, and the invitation its rewards. */
export async function topUp(scene: Scene): Promise<void> {
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

/** Callbacks that the provider did not sign, or signed too long ago. */
export async function forgery({ transcript, cast, cloud }: Scene): Promise<void> {
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

/** A transfer, its replay, and what is refused. */
export async function pay(scene: Scene): Promise<void> {
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
}

/** A request that is paid once. */
export async function requested(scene: Scene): Promise<void> {
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

/** A large payment waits for a PIN. */
export async function confirmed({ transcript, cast }: Scene): Promise<void> {
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
