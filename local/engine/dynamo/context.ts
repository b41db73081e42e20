/** What every DynamoDB operation needs, handed in rather than imported. */
import type { JsonObject } from "../json.ts";
import type { Randomness } from "../randomness.ts";
import type { Store } from "../sqlite.ts";
import type { ItemStore } from "./item-store.ts";
import type { Tables } from "./tables.ts";

export type DynamoContext = {
  readonly store: Store;
  readonly tables: Tables;
  readonly items: ItemStore;
  readonly randomness: Randomness;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly region: string;
  readonly accountId: string;
};

export type DynamoOperation = (context: DynamoContext, request: JsonObject) => JsonObject;
