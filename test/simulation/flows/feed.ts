/** Reading the feed and what people do below posts; now and then somebody tries a post they have only heard of. */
import type { Flow, Person, Society } from "../society/society.ts";

/** A post that the actor has seen, or that someone else has. */
function somePost(actor: Person, { dice, people }: Society): string | undefined {
  const known = dice.chance(0.7) ? actor.posts : people.flatMap(({ posts }) => posts);
  return known.length === 0 ? undefined : dice.pick(known);
}

async function read(actor: Person, limit: number, call: Society["call"]): Promise<void> {
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
  weight: 6,
  async run(actor, society) {
    const { dice, call } = society;
    await read(actor, 20, call);
    const id = somePost(actor, society);
    if (id === undefined) return;
    switch (dice.pick(["comment", "comment", "like", "like", "unlike", "read"])) {
      case "comment": {
        const reply = await call(actor, "feed", "createComment", { params: { id }, body: { text: "Nice!" } });
        if (reply?.status === 201 && dice.chance(0.3)) {
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
