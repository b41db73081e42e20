/** What the feed costs, and spreading a shared payment into it. */
import { feedRoutes } from "../../functions/feed/contract.ts";
import { toMessage } from "../../shared/events/message.ts";
import { createFeedWorld } from "../../test/builders/feed-world.ts";
import type { ActionSet } from "./action-set.ts";
import { handled } from "./handled.ts";

const FRIENDS = 10;
const POSTS = 25;

export const feedActions: ActionSet = async ({ route, worker }) => {
  const world = await createFeedWorld();
  const of = { world, name: "feed", routes: feedRoutes, area: world.feed } as const;
  const [ada, ben] = [await world.person("ada"), await world.person("ben")];
  for (const [name, party] of [
    ["ada", ada],
    ["ben", ben],
  ] as const) {
    await world.allow(party, "public");
    for (let friend = 0; friend < FRIENDS; friend += 1)
      await world.befriend(party, await world.person(`friend-${friend}-of-${name}`));
  }
  const friend = "friend-0-of-ada";
  let post = "";
  for (let posts = 0; posts < POSTS; posts += 1)
    post = await world.share({ payer: ada, payee: ben, note: "dinner" });
  const params = { id: post };

  await route(of, "getFeed", { as: friend }, { scene: `a page of ${POSTS} posts, of two people` });
  await route(of, "getPost", { as: friend, params }, { scene: "a friend of a party" });
  const body = { text: "Well earned." };
  const comment = await route(of, "createComment", { as: friend, params, body }, { scene: "" });
  await route(of, "listComments", { as: "ada", params }, { scene: "one comment" });
  await route(of, "putLike", { as: friend, params }, { scene: "" });
  await route(of, "listLikes", { as: "ada", params }, { scene: "one like" });
  await route(of, "deleteLike", { as: friend, params }, { scene: "" });
  await route(
    of,
    "deleteComment",
    { as: friend, params: { ...params, commentId: String(comment.body.id) } },
    { scene: "" },
  );

  const consumer = { world, name: "feed-consumer", trigger: "queue" } as const;
  const shared = toMessage(world.completed({ payer: ada, payee: ben, note: "lunch" }));
  await worker(consumer, { scene: `a shared payment, each party with ${FRIENDS} friends` }, async () =>
    handled(await world.consume(shared)),
  );
  const kept = toMessage(world.completed({ payer: ada, payee: ben, audience: "participants" }));
  await worker(consumer, { variant: "not shared", scene: "a payment that only its parties see" }, async () =>
    handled(await world.consume(kept)),
  );
  world.close();
};
