/** What the use cases of the feed are built from. */
import type { Accounts } from "../../shared/accounts/store.ts";
import type { Relations } from "../../shared/people/relations.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { Table } from "../../shared/table/table.ts";

export type FeedDeps = {
  readonly table: Table;
  readonly accounts: Accounts;
  readonly relations: Relations;
  readonly platform: Pick<Platform, "clock" | "random" | "timer">;
};
