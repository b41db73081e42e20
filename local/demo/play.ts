/** The play: one path through the whole product, each scene a function that checks what it shows. */
import { apiClient } from "../client/api-client.ts";
import { settled } from "../client/control-client.ts";
import { acceptTerms } from "../client/ready-people.ts";
import type { RunningCloud } from "../client/running-cloud.ts";
import { auditBooks } from "./books.ts";
import { gather } from "./cast.ts";
import { confirmed, forgery, pay, requested, topUp } from "./money-scenes.ts";
import { campaign, invitation, rewards } from "./referral-scenes.ts";
import { type Scene, TOP_UP, usd } from "./scene.ts";
import { befriend, devices, social, told } from "./social-scenes.ts";
import { verifyOwnStatement } from "./statement.ts";
import type { Transcript } from "./transcript.ts";

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

async function forgedToken({ transcript, cloud, cast }: Scene): Promise<void> {
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
  await auditBooks(cloud, transcript);
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
  await forgedToken(scene);
  await audited(scene);
}
