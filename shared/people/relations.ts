/**
 * Relations on the table. Both sides of a pair are written in one transaction, each under the condition that it is
 * what the move was decided on, so two people who act at once are put in order and both sides always agree.
 */
import * as z from "zod";
import { accountIdSchema } from "../http/schemas.ts";
import { fullJitterMs } from "../platform/backoff.ts";
import type { EpochMs } from "../platform/clock.ts";
import { type AccountId, newId } from "../platform/ids.ts";
import type { Platform } from "../platform/platform.ts";
import { err, ok, type Result } from "../result.ts";
import { keys, ownerPartitions, relationPartition, timeKey } from "../table/keys.ts";
import { type ListPage, type PageRequest, readPage } from "../table/page.ts";
import { type Item, NOT_EXISTS, type Table, type WriteOperation } from "../table/table.ts";
import {
  eventOfMove,
  isBlockedEitherWay,
  nextStatus,
  otherSide,
  type RelationMove,
  type RelationStatus,
  relationStatuses,
} from "./relation.ts";

/** One side: what `other` is to its owner, and since when. */
export type Relation = {
  readonly other: AccountId;
  readonly status: RelationStatus;
  readonly since: EpochMs;
};

export type RelationsPage = { readonly items: readonly Relation[]; readonly nextCursor?: string };

/** The lists that a person has: friends, and requests that wait for their answer. */
export type RelationList = "friends" | "asked";

export type Relations = {
  /** What b is to a, from a's side, strongly consistent: one read unit. `none` for a person and themselves. */
  readonly between: (a: AccountId, b: AccountId) => Promise<RelationStatus>;
  /**
   * What each of the others is to a. Eventually consistent, so a block of this second may be missed: for showing
   * lists, half a read unit each.
   */
  readonly betweenMany: (
    a: AccountId,
    others: readonly AccountId[],
  ) => Promise<ReadonlyMap<AccountId, RelationStatus>>;
  /** Whether a blocks b or b blocks a: then neither exists for the other. */
  readonly blockedEitherWay: (a: AccountId, b: AccountId) => Promise<boolean>;
  /** Page by page, in the order of ids; a read unit for about fifty friends. Eventually consistent. */
  readonly friendIdsOf: (id: AccountId) => AsyncIterable<readonly AccountId[]>;
  /** Newest first. `boundTo` as in `readPage`. */
  readonly list: (
    owner: AccountId,
    list: RelationList,
    page: PageRequest,
    boundTo: readonly string[],
  ) => Promise<Result<RelationsPage, { readonly code: "cursor-invalid" }>>;
  /**
   * The owner's move. A move that changes nothing writes nothing. A change writes two items in one transaction:
   * at most 8 write units, with the index of lists at most 8 more. The owner's item carries the event, once.
   * `busy` after losing many races, with nothing written.
   */
  readonly move: (
    owner: AccountId,
    other: AccountId,
    move: RelationMove,
    correlationId: string,
  ) => Promise<Result<RelationStatus, { readonly code: "invisible" | "busy" }>>;
};

const MOVE_ATTEMPTS = 8;

const schema = z.object({
  other: accountIdSchema,
  status: z.enum(relationStatuses),
  since: z.int(),
});

/** @throws ZodError when the item is not a side of a relation. */
export const fromRelationItem = (item: Item): Relation => schema.parse(item);

const listOf = (status: RelationStatus): RelationList | undefined =>
  status === "friends" || status === "asked" ? status : undefined;

const toRelationItem = (owner: AccountId, { other, status, since }: Relation): Item => {
  const list = listOf(status);
  return {
    ...keys.relation(owner, other),
    other,
    status,
    since,
    ...(list === undefined
      ? {}
      : { ownerPk: ownerPartitions.relations(owner, list), ownerSk: `${timeKey(since)}#${other}` }),
  };
};

/** Writes one side; a side that says nothing is not kept. */
function writeSide(owner: AccountId, before: RelationStatus, after: Relation, event: Item): WriteOperation {
  const expected =
    before === "none"
      ? { condition: NOT_EXISTS }
      : {
          condition: "#status = :before",
          names: { "#status": "status" },
          values: { ":before": before },
        };
  return after.status === "none"
    ? { delete: keys.relation(owner, after.other), ...expected }
    : { put: { ...toRelationItem(owner, after), ...event }, ...expected };
}

export type RelationsDeps = {
  readonly table: Table;
  readonly platform: Pick<Platform, "clock" | "random" | "timer">;
};

export function createRelations({ table, platform }: RelationsDeps): Relations {
  const between = async (a: AccountId, b: AccountId): Promise<RelationStatus> => {
    if (a === b) return "none";
    const item = await table.get(keys.relation(a, b));
    return item === undefined ? "none" : fromRelationItem(item).status;
  };

  /** From and to: who acts, and who is told. */
  const eventMembers = (
    owner: AccountId,
    other: AccountId,
    type: ReturnType<typeof eventOfMove>,
    at: EpochMs,
    correlationId: string,
  ): Item =>
    type === undefined
      ? {}
      : {
          from: owner,
          to: other,
          event: { id: newId("event", platform.clock, platform.random), type, at, correlationId },
        };

  return {
    between,
    blockedEitherWay: async (a, b) => isBlockedEitherWay(await between(a, b)),

    async betweenMany(a, others) {
      const wanted = [...new Set(others)].filter((other) => other !== a);
      const items = await table.getMany(wanted.map((other) => keys.relation(a, other)));
      const statuses = new Map<AccountId, RelationStatus>(others.map((other) => [other, "none"]));
      for (const item of items) {
        if (item === undefined) continue;
        const { other, status } = fromRelationItem(item);
        statuses.set(other, status);
      }
      return statuses;
    },

    async *friendIdsOf(id) {
      let after: Item | undefined;
      do {
        const page = await table.query({
          partition: relationPartition(id),
          ...(after === undefined ? {} : { after }),
        });
        const friends = page.items.map(fromRelationItem).filter(({ status }) => status === "friends");
        if (friends.length > 0) yield friends.map(({ other }) => other);
        after = page.lastKey;
      } while (after !== undefined);
    },

    async list(owner, list, page, boundTo) {
      const read: Result<ListPage, { readonly code: "cursor-invalid" }> = await readPage(
        table,
        { index: "byOwner", partition: ownerPartitions.relations(owner, list), newestFirst: true },
        page,
        boundTo,
      );
      return read.ok ? ok({ ...read.value, items: read.value.items.map(fromRelationItem) }) : read;
    },

    async move(owner, other, move, correlationId) {
      if (owner === other) throw new Error("a person has no relation to themselves");
      for (let tries = 1; tries <= MOVE_ATTEMPTS; tries += 1) {
        const before = await between(owner, other);
        const after = nextStatus[move][before];
        if (after === "invisible") return err({ code: "invisible" });
        if (after === before) return ok(after);
        const since = platform.clock.now();
        const event = eventMembers(owner, other, eventOfMove(before, after), since, correlationId);
        const written = await table.transact([
          writeSide(owner, before, { other, status: after, since }, event),
          writeSide(other, otherSide[before], { other: owner, status: otherSide[after], since }, {}),
        ]);
        if (written.ok) return ok(after);
        await platform.timer.sleep(fullJitterMs(tries, platform.random));
      }
      return err({ code: "busy" });
    },
  };
}
