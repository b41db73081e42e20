/** One channel from end to end: money in, to a friend, partly back, out, and the provider's statement against our books. */
import { formatMoney } from "../../shared/money/format.ts";
import { money } from "../../shared/money/money.ts";
import type { ChannelScript } from "../channels/script.ts";
import { type ApiClient, signedIn } from "../client/api-client.ts";
import { advanceClock, settled } from "../client/control-client.ts";
import { acceptTerms } from "../client/ready-people.ts";
import { channelOf, type RunningCloud } from "../client/running-cloud.ts";
import { auditBooks } from "./books.ts";
import { availableIn } from "./cast.ts";
import { channelScripts } from "./channel-scripts.ts";
import type { Transcript } from "./transcript.ts";

const HOUR_MS = 3_600_000;

type Play = {
  readonly cloud: RunningCloud;
  readonly transcript: Transcript;
  readonly channel: string;
  readonly script: ChannelScript;
  /** Somebody nobody has seen before, and their friend; by name, as a token does not outlive a moved clock. */
  readonly nia: string;
};

type SimulatedObject = { readonly kind: string; readonly id: string; readonly status: string };

async function control({ cloud, channel }: Play, name: string, body?: unknown) {
  const answer = await fetch(`${channelOf(cloud, channel)}/control/${name}`, {
    method: body === undefined ? "GET" : "POST",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const read = (await answer.json()) as { objects?: SimulatedObject[]; error?: string };
  if (!answer.ok) throw new Error(`the simulator of ${channel} refuses ${name}: ${read.error}`);
  return read;
}

/** The newest object of a kind at the provider. */
async function newest(play: Play, kind: string): Promise<SimulatedObject> {
  const { objects = [] } = await control(play, "objects");
  const found = objects.findLast((object) => object.kind === kind);
  if (found === undefined) throw new Error(`${play.channel} knows no ${kind}`);
  return found;
}

const amountOf = ({ script }: Play, value: number) => ({ value, currency: script.currency });
const shown = ({ script }: Play, value: number): string => formatMoney(money(value, script.currency));

const asNia = ({ cloud, nia }: Play): Promise<ApiClient> => signedIn(cloud, { name: nia });

const available = ({ script }: Play, api: ApiClient): Promise<number> => availableIn(api, script.currency);

/** Brings the payer to the provider's page, and lets them approve. */
async function approve(play: Play, action: Readonly<Record<string, unknown>>): Promise<void> {
  await play.script.open?.(channelOf(play.cloud, play.channel), action);
  const { id } = await newest(play, "payment");
  await control(play, "act", { kind: "payment", id, action: "approve" });
  await settled(play.cloud);
}

async function quoted(play: Play): Promise<void> {
  const { transcript, channel, script } = play;
  transcript.step(`What ${shown(play, script.topUp)} costs, and by which channel it would go best`);
  const api = await asNia(play);
  await acceptTerms(api);
  const { status, body } = await api.call("POST", "/payments/quote", {
    amount: amountOf(play, script.topUp),
  });
  for (const { explanation } of body.offers ?? []) transcript.say(explanation);
  const ranked = (body.offers ?? []).some((offer: { channel: string }) => offer.channel === channel);
  transcript.must(`POST /v1/payments/quote ranks ${channel}`, status === 200 && ranked, body);
}

async function toppedUp(play: Play): Promise<string> {
  const { transcript, channel, script } = play;
  transcript.step(`Nia tops up ${shown(play, script.topUp)} through ${channel}`);
  const api = await asNia(play);
  const order = { amount: amountOf(play, script.topUp), channel, payer: script.payer };
  const made = await api.call("POST", "/top-ups", order);
  transcript.must(
    `POST /v1/top-ups: ${made.body.status}, the app is given ${made.body.action?.type}`,
    made.status === 201 && made.body.status === "requires_action",
    made.body,
  );
  await approve(play, made.body.action);
  const paid = await api.get(`/payments/${made.body.id}`);
  transcript.must(
    "she approves; the signed callback comes; it succeeded",
    paid.body.status === "succeeded",
    paid.body,
  );
  transcript.must(
    `her wallet holds ${shown(play, script.topUp)}`,
    (await available(play, api)) === script.topUp,
  );
  return made.body.id;
}

async function paidFriend(play: Play): Promise<void> {
  const { transcript, channel, script } = play;
  const more = script.topUp + script.payment;
  transcript.step(`Nia pays Ben ${shown(play, more)}: what she has, and the rest through ${channel}`);
  const [nia, ben] = [await asNia(play), await signedIn(play.cloud, "ben")];
  const { body: friend } = await ben.get("/me");
  const before = { nia: await available(play, nia), ben: await available(play, ben) };
  const made = await nia.call("POST", "/payments", {
    to: { id: friend.id },
    amount: amountOf(play, before.nia + script.payment),
    channel,
    payer: script.payer,
    note: "Concert tickets",
  });
  transcript.must(
    `one payment of two parts: ${shown(play, made.body.fromBalance?.value ?? 0)} held, ${shown(play, made.body.channelAmount?.value ?? 0)} through ${channel}`,
    made.status === 201 && made.body.fromBalance?.value === before.nia,
    made.body,
  );
  await approve(play, made.body.action);
  const paid = await nia.get(`/payments/${made.body.id}`);
  transcript.must("both parts arrive together", paid.body.status === "succeeded", paid.body);
  transcript.must(
    `Ben has ${shown(play, before.nia + script.payment)} more`,
    (await available(play, ben)) - before.ben === before.nia + script.payment,
  );
  const back = await ben.call("POST", `/payments/${made.body.id}/refunds`, {
    amount: amountOf(play, before.nia),
    to: "balance",
  });
  await settled(play.cloud);
  transcript.must(
    `Ben gives ${shown(play, before.nia)} back to her balance`,
    back.status === 201 && (await available(play, nia)) === before.nia,
    back.body,
  );
}

async function refunded(play: Play, paymentId: string): Promise<void> {
  const { transcript, channel, script } = play;
  transcript.step(`${shown(play, script.refund)} of the top-up goes back through ${channel}`);
  const api = await asNia(play);
  const before = await available(play, api);
  const made = await api.call("POST", `/payments/${paymentId}/refunds`, {
    amount: amountOf(play, script.refund),
    to: "channel",
  });
  transcript.must(`POST …/refunds: ${made.body.status}`, made.status === 201, made.body);
  await endOf(play, async () => {
    const { body } = await (await asNia(play)).get(`/payments/${paymentId}/refunds`);
    return body.items.find(({ id }: { id: string }) => id === made.body.id)?.status;
  });
  const after = await available(play, await asNia(play));
  transcript.must(`her wallet holds ${shown(play, after)}`, before - after === script.refund, {
    before,
    after,
  });
}

/** Lets time pass until something succeeded: providers take their time, and the sweep asks them. */
async function endOf(play: Play, status: () => Promise<string>): Promise<void> {
  let seen = await status();
  for (let step = 0; seen !== "succeeded" && step < 12; step += 1) {
    await advanceClock(play.cloud, 10 * 60_000);
    await settled(play.cloud);
    seen = await status();
  }
  play.transcript.must("it succeeded at the provider", seen === "succeeded", seen);
}

async function withdrawn(play: Play): Promise<void> {
  const { transcript, channel, script } = play;
  const { recipient } = script;
  if (recipient === undefined) {
    transcript.step(`${channel} pays nobody out`);
    const refused = await (await asNia(play)).call("POST", "/withdrawals", {
      amount: amountOf(play, script.withdrawal),
      channel,
      recipient: { type: "none" },
    });
    transcript.must(
      `POST /v1/withdrawals answers ${refused.status} ${refused.body.code}`,
      refused.status >= 400,
      refused.body,
    );
    return;
  }
  transcript.step(`Nia withdraws ${shown(play, script.withdrawal)} through ${channel}`);
  const api = await asNia(play);
  const before = await available(play, api);
  const made = await api.call("POST", "/withdrawals", {
    amount: amountOf(play, script.withdrawal),
    channel,
    recipient,
  });
  transcript.must(`POST /v1/withdrawals: ${made.body.status}`, made.status === 201, made.body);
  if (script.confirms) {
    transcript.must(
      `she has to confirm in her app: ${made.body.action?.type}`,
      made.body.status === "requires_action",
      made.body,
    );
    const { id } = await newest(play, "payout");
    await control(play, "act", { kind: "payout", id, action: "confirm" });
  }
  await settled(play.cloud);
  await endOf(play, async () => (await (await asNia(play)).get(`/withdrawals/${made.body.id}`)).body.status);
  const after = await available(play, await asNia(play));
  transcript.must(`her wallet holds ${shown(play, after)}`, before - after === script.withdrawal, {
    before,
    after,
  });
}

async function reconciled(play: Play, days: readonly string[]): Promise<void> {
  const { transcript, cloud, channel } = play;
  transcript.step(`Days later: the statement of ${channel} against the ledger`);
  for (let passed = 0; passed < 60; passed += 6) {
    await advanceClock(cloud, 6 * HOUR_MS);
    await settled(cloud);
  }
  for (const day of days) {
    const ops = await signedIn(cloud, "olivia");
    const asked = await ops.call("POST", "/ops/reconciliations", { channel, day });
    transcript.must(`POST /v1/ops/reconciliations of ${day}`, asked.status < 300, asked.body);
    await settled(cloud);
    const { body: run } = await ops.get(`/ops/reconciliations/${asked.body.id}`);
    transcript.must(
      `${day}: ${run.status}, ${run.lines} lines, ${run.matched} matched, ${run.exceptions?.length} kinds of differences`,
      run.status === "complete" && run.exceptions.length === 0,
      run,
    );
  }
}

async function audited({ transcript, cloud }: Play): Promise<void> {
  transcript.step("The books");
  await auditBooks(cloud, transcript);
}

/** @throws DemoFailure at the first check that does not hold, Error for a channel that has no script. */
export async function playChannel(
  cloud: RunningCloud,
  transcript: Transcript,
  channel: string,
  run: string,
): Promise<void> {
  const script = channelScripts[channel];
  if (script === undefined) {
    throw new Error(`There is no play for ${channel}. There are: ${Object.keys(channelScripts).join(", ")}`);
  }
  const play: Play = { cloud, transcript, channel, script, nia: `Nia ${run}` };
  await quoted(play);
  const topUp = await toppedUp(play);
  await paidFriend(play);
  await refunded(play, topUp);
  await withdrawn(play);
  // Providers keep the days of their own places, so what happened now may stand in either of two.
  const now = Date.now();
  const days = [now, now + 24 * HOUR_MS].map((at) => new Date(at).toISOString().slice(0, 10));
  await reconciled(play, days);
  await audited(play);
}
