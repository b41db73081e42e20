/** The area's routes with their use cases. */
import type { Handlers } from "../../shared/http/serve.ts";
import { blockPerson } from "./block-person.ts";
import type { friendsRoutes } from "./contract.ts";
import { deleteFriend } from "./delete-friend.ts";
import type { FriendsDeps } from "./deps.ts";
import { findPerson } from "./find-person.ts";
import { listFriendRequests, listFriends } from "./list-relations.ts";
import { putFriend } from "./put-friend.ts";
import { unblockPerson } from "./unblock-person.ts";

export const friendsHandlers = (deps: FriendsDeps): Handlers<typeof friendsRoutes> => ({
  listFriends: listFriends(deps),
  listFriendRequests: listFriendRequests(deps),
  putFriend: putFriend(deps),
  deleteFriend: deleteFriend(deps),
  putBlock: blockPerson(deps),
  deleteBlock: unblockPerson(deps),
  findPerson: findPerson(deps),
});
