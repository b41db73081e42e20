/** Reading the feed and what people do below posts; now and then somebody tries a post they have only heard of. */
import { type Flow, isMember, type Person, type Society } from "../society/society.ts";

/** A post that the actor has seen, or that someone else has. */
function somePost(actor: Person, { dice, people }: Society): string | undefined {
  const known = dice.chance(0.7) ? actor.posts : people.flatMap(({ posts }) => posts);
  return known.length === 0 ? undefined : dice.pick(known);
}

/** @param limit of one page; only the first is read. */
export async function read(actor: Person, limit: number, call: Society["call"]): Promise<void> {
  const reply = await call(actor, "feed", "getFeed", { query: { limit: String(limit) } });
  for (const post of reply?.status === 200 ? reply.body.items : []) {
    if (!actor.posts.includes(post.id)) actor.posts.push(post.id);
  }
}

export const readFeed: Flow = {
  name: "read-feed",
  weight: 2,
  async run(actor, { dice, call }) {
    await read(actor, dice.between(1, 20), call);
  },
};

export const react: Flow = {
  name: "react",
  weight: 8,
  async run(chosen, society) {
    const { dice, call, people } = society;
    // Who has seen something has something to say.
    const readers = people.filter(isMember).filter(({ posts }) => posts.length > 0);
    const actor = readers.length > 0 && dice.chance(0.8) ? dice.pick(readers) : chosen;
    if (actor.posts.length === 0) await read(actor, 20, call);
    const id = somePost(actor, society);
    if (id === undefined) return;
    switch (dice.pick(["comment", "comment", "like", "like", "unlike", "read"])) {
      case "comment": {
        const key = `comment-${actor.name}-${dice.between(1, 1_000_000)}`;
        const asked = { params: { id }, body: { text: "Nice!" } };
        const reply = await call(actor, "feed", "createComment", asked, key);
        if (reply?.status !== 201) return;
        if (dice.chance(0.3)) await call(actor, "feed", "createComment", asked, key);
        if (dice.chance(0.3)) {
          await call(actor, "feed", "deleteComment", { params: { id, commentId: reply.body.id } });
        }
        return;
      }
      case "like":
        await call(actor, "feed", "putLike", { params: { id } });
        return;
      case "unlike":
        await call(actor, "feed", "deleteLike", { params: { id } });
        return;
      default:
        await call(actor, "feed", dice.pick(["getPost", "listComments", "listLikes"]), { params: { id } });
    }
  },
};
