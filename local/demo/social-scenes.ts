/** The scenes between people: friends, the feed, and what everyone is told. */
import { randomUUID } from "node:crypto";
import { outbox, settled } from "../client/control-client.ts";
import type { Member } from "./cast.ts";
import { LUNCH, type Scene } from "./scene.ts";

/** Phones that push messages go to. */
export async function devices({ transcript, cast }: Scene): Promise<void> {
  transcript.step("Ben's and Nia's phones are registered for push messages");
  for (const { api, name } of [cast.ben, cast.newcomer]) {
    const answer = await api.call("PUT", "/me/devices/phone-01", {
      platform: "ios",
      pushToken: `token-of-${name}-${randomUUID()}`,
    });
    transcript.must(`PUT /v1/me/devices/phone-01 of ${name}`, answer.status === 200, answer);
  }
}

/** A request, and its answer. */
export async function befriend({ transcript, cast, cloud }: Scene): Promise<void> {
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

/** The feed, and what is below a post. */
export async function social({ transcript, cast, cloud }: Scene): Promise<void> {
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

/** Inboxes, push messages and e-mails. */
export async function told({ transcript, cast, cloud }: Scene): Promise<void> {
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
