/** What the use cases about relations are built from. */
import type { Accounts } from "../../shared/accounts/store.ts";
import type { Relations } from "../../shared/people/relations.ts";

export type FriendsDeps = {
  readonly accounts: Accounts;
  readonly relations: Relations;
};
