/** Who may see a post, as plainly as it can be said: the model that the feed is compared with. */
import type { Item } from "../../../shared/table/table.ts";
import { type Mirror, textOf } from "../society/mirror.ts";

const order = ["participants", "friends", "public"];

export const narrowest = (...audiences: readonly string[]): string =>
  audiences.reduce((narrow, other) => (order.indexOf(other) < order.indexOf(narrow) ? other : narrow));

export const relationOf = (mirror: Mirror, a: string, b: string): string =>
  textOf(mirror.get(`FRIENDS#${a}`, `PERSON#${b}`), "status");

const settingOf = (mirror: Mirror, id: string): string =>
  textOf(mirror.get(`ACCOUNT#${id}`, "ACCOUNT"), "paymentAudience");

export const partiesOf = (post: Item): readonly [string, string] => [
  textOf(post, "author"),
  textOf(post, "counterparty"),
];

export const audienceNow = (mirror: Mirror, post: Item): string =>
  narrowest(textOf(post, "audience"), ...partiesOf(post).map((party) => settingOf(mirror, party)));

export function maySee(mirror: Mirror, viewer: string, post: Item): boolean {
  const parties = partiesOf(post);
  if (parties.includes(viewer)) return true;
  const relations = parties.map((party) => relationOf(mirror, viewer, party));
  if (relations.some((relation) => relation.startsWith("block"))) return false;
  const audience = audienceNow(mirror, post);
  return audience === "public" || (audience === "friends" && relations.includes("friends"));
}

/** When what decides about a viewer and a post changed last. */
export function decidedAt(mirror: Mirror, viewer: string, post: Item): number {
  return Math.max(
    ...partiesOf(post).flatMap((party) => [
      mirror.changedAt(`FRIENDS#${viewer}`, `PERSON#${party}`),
      mirror.changedAt(`ACCOUNT#${party}`, "ACCOUNT"),
    ]),
  );
}

export const postsOf = (mirror: Mirror): Item[] =>
  [...mirror.under("POST#")].filter((item) => textOf(item, "sk") === "POST");
