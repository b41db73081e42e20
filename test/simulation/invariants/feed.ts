/** At rest the feed is what the plain model says, for everybody: what may be seen, all of it, and nothing else. */
import type { Item } from "../../../shared/table/table.ts";
import { numberOf, textOf } from "../society/mirror.ts";
import type { Person } from "../society/society.ts";
import type { Context, Invariant } from "./invariant.ts";
import { decidedAt, maySee, narrowest, partiesOf, postsOf, relationOf } from "./visibility.ts";

/** Clocks of functions differ. */
const SKEW_MS = 5_000;

export const feed: Invariant = {
  name: "feed",
  watch(context) {
    const { society, mirror, violated } = context;
    const everFriends = new Set<string>();

    /** Whether a shared transfer must have a post, may have one, or must not. */
    function wantsPost(transfer: Item): "must" | "may" | "not" {
      const parties = [textOf(transfer, "payer"), textOf(transfer, "payee")];
      const wished = textOf(transfer, "audience");
      if (wished === "participants") return "not";
      const accounts = parties.map((party) => mirror.get(`ACCOUNT#${party}`, "ACCOUNT"));
      const settings = accounts.map((account) => textOf(account, "paymentAudience"));
      const changed = Math.max(...parties.map((party) => mirror.changedAt(`ACCOUNT#${party}`, "ACCOUNT")));
      if (changed >= numberOf(transfer, "createdAt") - SKEW_MS) return "may";
      return narrowest(wished, ...settings) === "participants" ? "not" : "must";
    }

    function checkPosts(): void {
      const byTransfer = new Map(postsOf(mirror).map((post) => [momentAndPair(post), post]));
      for (const transfer of mirror.under("TRANSFER#")) {
        if (textOf(transfer, "kind") !== "person-to-person") continue;
        const moment = `${numberOf(transfer, "createdAt")} ${textOf(transfer, "payer")} ${textOf(transfer, "payee")}`;
        const post = byTransfer.get(moment);
        byTransfer.delete(moment);
        const wanted = wantsPost(transfer);
        const id = textOf(transfer, "transferId");
        if (wanted === "must" && post === undefined) violated(`${id} is shared and has no post`);
        if (wanted === "not" && post !== undefined) violated(`${id} is not shared and has a post`);
        if (post === undefined) continue;
        const audience = textOf(post, "audience");
        if (narrowest(audience, textOf(transfer, "audience")) !== audience)
          violated(`${id}: its post is too wide`);
      }
      for (const moment of byTransfer.keys()) violated(`a post belongs to no transfer: ${moment}`);
    }

    return {
      onChanges(changes) {
        for (const { pk, sk, after } of changes) {
          if (pk.startsWith("FRIENDS#") && textOf(after, "status") === "friends")
            everFriends.add(`${pk.slice("FRIENDS#".length)} ${sk.slice("PERSON#".length)}`);
        }
      },
      async atRest() {
        checkPosts();
        for (const person of society.people) {
          if (person.id === undefined || textOf(mirror.get(`ACCOUNT#${person.id}`, "ACCOUNT"), "id") === "")
            continue;
          const shown = await wholeFeed(context, person);
          if (shown === undefined) continue;
          checkFeed(context, everFriends, person.id, person.name, shown);
        }
      },
    };
  },
};

type Shown = ReadonlyMap<string, { readonly likes: number; readonly comments: number }>;

/** Page by page, in pages of any size. */
async function wholeFeed({ society, violated }: Context, person: Person): Promise<Shown | undefined> {
  const shown = new Map<string, { likes: number; comments: number }>();
  const limit = String(society.dice.between(2, 30));
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? { limit } : { limit, cursor };
    const reply = await society.call(person, "feed", "getFeed", { query });
    if (reply?.status !== 200) {
      violated(`${person.name} could not read their feed: ${reply?.status}`);
      return undefined;
    }
    for (const post of reply.body.items) {
      if (shown.has(post.id)) violated(`${person.name} was shown ${post.id} twice`);
      shown.set(post.id, post);
    }
    cursor = reply.body.nextCursor;
  } while (cursor !== undefined);
  return shown;
}

const momentAndPair = (post: Item): string => `${numberOf(post, "createdAt")} ${partiesOf(post).join(" ")}`;

function checkFeed(
  { mirror, violated }: Context,
  everFriends: ReadonlySet<string>,
  viewer: string,
  name: string,
  shown: Shown,
): void {
  const known = new Set<string>();
  for (const post of postsOf(mirror)) {
    const id = textOf(post, "postId");
    known.add(id);
    const parties = partiesOf(post);
    const isParty = parties.includes(viewer);
    const wasFriend = parties.some((party) => everFriends.has(`${viewer} ${party}`));
    const isOldFriend =
      parties.some((party) => relationOf(mirror, viewer, party) === "friends") &&
      decidedAt(mirror, viewer, post) < numberOf(post, "createdAt") - SKEW_MS;
    const view = shown.get(id);
    const visible = maySee(mirror, viewer, post);
    if (view === undefined) {
      if (visible && (isParty || isOldFriend)) violated(`${name} should see ${id}`);
      continue;
    }
    if (!visible || !(isParty || wasFriend)) violated(`${name} should not see ${id}`);
    const below = [...mirror.under(`POST#${id}`)];
    const comments = below.filter((item) => textOf(item, "sk").startsWith("COMMENT#")).length;
    const likes = below.filter(
      (item) => textOf(item, "sk").startsWith("LIKE#") && item["liked"] === true,
    ).length;
    if (view.comments !== comments || view.likes !== likes)
      violated(
        `${id} counts ${view.likes} likes and ${view.comments} comments, there are ${likes} and ${comments}`,
      );
  }
  for (const id of shown.keys()) if (!known.has(id)) violated(`${name} was shown ${id}, which is not there`);
}
