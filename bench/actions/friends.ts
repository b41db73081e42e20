/** What relations between people cost. */
import { friendsRoutes } from "../../functions/friends/contract.ts";
import { friendsHandlers } from "../../functions/friends/handlers.ts";
import { createRelations } from "../../shared/people/relations.ts";
import { createWorld } from "../../test/builders/world.ts";
import type { ActionSet } from "./action-set.ts";

const FRIENDS = 25;

export const friendsActions: ActionSet = async ({ route }) => {
  const world = await createWorld();
  const relations = createRelations(world);
  const area = world.area(friendsRoutes, friendsHandlers({ accounts: world.accounts, relations }));
  const of = { world, name: "friends", routes: friendsRoutes, area } as const;
  const ada = await world.person("ada");
  const ben = await world.person("ben");
  for (let friend = 0; friend < FRIENDS; friend += 1) {
    const id = await world.person(`friend-${friend}`);
    await relations.move(id, ada, "befriend", "correlation");
    if (friend % 2 === 0) await relations.move(ada, id, "befriend", "correlation");
  }
  const toBen = { as: "ada", params: { userId: ben } };
  const toAda = { as: "ben", params: { userId: ada } };

  await route(of, "listFriends", { as: "ada" }, { scene: "13 friends" });
  await route(of, "listFriendRequests", { as: "ada" }, { scene: "12 requests" });
  await route(of, "putFriend", toBen, { scene: "a request" });
  await route(of, "putFriend", toAda, { variant: "accept", scene: "the answer to a request" });
  await route(of, "deleteFriend", toBen, { scene: "an end of a friendship" });
  await route(of, "putBlock", toBen, { scene: "no relation before" });
  await route(of, "deleteBlock", toBen, { scene: "" });
  const handle = (await world.accounts.get(ben))?.handle ?? "";
  await route(of, "findPerson", { as: "ada", query: { handle } }, { scene: "by handle" });
  world.close();
};
