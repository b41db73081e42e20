/** How posts are made and their pointers spread: settings, repeated events, crashes, many friends. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { POINTERS_A_NOTE } from "../../../functions/feed/spread-post.ts";
import { type Audience, audiences } from "../../../shared/events/catalogue.ts";
import { toMessage } from "../../../shared/events/message.ts";
import type { Relations } from "../../../shared/people/relations.ts";
import { type AccountId, derivedId, type PostId } from "../../../shared/platform/ids.ts";
import { feedPartition, keys } from "../../../shared/table/keys.ts";
import { type Item, queryAll, type Table } from "../../../shared/table/table.ts";
import { createFeedWorld, type FeedWorld, postIdOf } from "../../builders/feed-world.ts";

let world: FeedWorld;
let ada: AccountId;
let ben: AccountId;

beforeEach(async () => {
  world = await createFeedWorld();
  [ada, ben] = [await world.person("ada"), await world.person("ben")];
  world.newEvents();
});
afterEach(() => world.close());

const pointersOf = (person: AccountId): Promise<readonly Item[]> =>
  queryAll(world.table, { partition: feedPartition(person) });
const stored = (id: PostId): Promise<Item | undefined> => world.table.get(keys.post(id));

/** Friends by their ids alone, in the order of ids and in pages: more than a test could sign up. */
const manyFriends = (
  byPerson: ReadonlyMap<AccountId, readonly AccountId[]>,
  pageSize: number,
): Relations => ({
  ...world.relations,
  async *friendIdsOf(person) {
    const ids = byPerson.get(person) ?? [];
    for (let start = 0; start < ids.length; start += pageSize) yield ids.slice(start, start + pageSize);
  },
});

/** A table that fails every batch after the first few, and counts the puts that came through. */
const failingAfter = (batches: number): { readonly table: Table; readonly puts: () => number } => {
  let left = batches;
  let puts = 0;
  return {
    puts: () => puts,
    table: {
      ...world.table,
      async putMany(items) {
        for (const item of items) {
          if (left <= 0) throw new Error("out of order");
          await world.table.putMany([item]);
          left -= 1;
          puts += 1;
        }
      },
    },
  };
};

const people = (prefix: string, count: number): AccountId[] =>
  Array.from({ length: count }, (_, index) => derivedId("account", prefix, String(index))).toSorted();

describe("the audience of a post", () => {
  const combinations = audiences.flatMap((wish) =>
    audiences.flatMap((mine) =>
      audiences.map((theirs): [Audience, Audience, Audience] => [wish, mine, theirs]),
    ),
  );

  it("is the strictest of wish, payer's and payee's setting; none is made for the participants alone", async () => {
    for (const [wish, mine, theirs] of combinations) {
      await world.allow(ada, mine);
      await world.allow(ben, theirs);
      const id = await world.share({ payer: ada, payee: ben, audience: wish });
      const audience = (await stored(id))?.["audience"];
      const all = [wish, mine, theirs];
      if (all.includes("participants")) expect(audience).toBeUndefined();
      else expect(audience).toBe(all.includes("friends") ? "friends" : "public");
    }
    expect(await pointersOf(ada)).toHaveLength(8);
  });

  it("costs nothing where the payer shares nothing", async () => {
    const before = world.meter.total();
    await world.share({ payer: ada, payee: ben, audience: "participants" });
    expect(world.meter.total()).toEqual(before);
  });
});

describe("the event of a transfer", () => {
  it("makes one post and one pointer each, though it comes twice, at once or later", async () => {
    const fay = await world.person("fay");
    await world.befriend(ada, fay);
    await world.befriend(ben, fay);
    world.newEvents();
    const event = world.completed({ payer: ada, payee: ben, note: "dinner" });
    const body = toMessage(event);
    await Promise.all([world.consume(body), world.consume(body, body)]);
    const id = postIdOf(event.data.transferId);
    const first = await stored(id);
    await world.feed.call("putLike", { as: "fay", params: { id } });
    world.clock.advance(1000);
    await world.consume(body);
    expect(await stored(id)).toEqual({ ...first, likes: 1 });
    for (const person of [ada, ben, fay]) {
      expect(await pointersOf(person)).toEqual([keys.feedPointer(person, event.at, id)]);
    }
    expect(world.newEvents().map(({ type }) => type)).toEqual(["post.created", "post.liked"]);
  });

  it("leaves what an earlier run decided, though a setting was changed in between", async () => {
    const event = world.completed({ payer: ada, payee: ben });
    const { table } = failingAfter(0);
    const failed = await world.consumerOver({ table })(toMessage(event));
    expect(failed.batchItemFailures).toHaveLength(1);
    await world.allow(ben, "participants");
    expect(await world.consume(toMessage(event))).toEqual({ batchItemFailures: [] });
    // The parties see what they paid each other, whoever else may.
    for (const as of ["ada", "ben"]) {
      const { body } = await world.feed.call("getFeed", { as });
      expect(body.items).toMatchObject([{ id: postIdOf(event.data.transferId), audience: "participants" }]);
    }
  });

  it("goes back to the queue alone when it fails, and not with the others of its batch", async () => {
    const good = world.completed({ payer: ada, payee: ben });
    const bad = world.completed({ payer: ada, payee: derivedId("account", "nobody") });
    const { batchItemFailures } = await world.consume(toMessage(bad), toMessage(good));
    expect(batchItemFailures).toEqual([{ itemIdentifier: "message-0" }]);
    expect(await stored(postIdOf(good.data.transferId))).toBeDefined();
  });
});

describe("a fan-out", () => {
  it("that ends anywhere is whole after the event came again", async () => {
    const friends = new Map([
      [ada, people("a", 7)],
      [ben, people("b", 5)],
    ]);
    const relations = manyFriends(friends, 3);
    const everybody = [ada, ben, ...[...friends.values()].flat()];
    for (let crash = 0; crash <= everybody.length; crash += 1) {
      const event = world.completed({ payer: ada, payee: ben });
      const { table } = failingAfter(crash);
      const outcome = await world.consumerOver({ table, relations })(toMessage(event));
      expect(outcome.batchItemFailures).toHaveLength(crash < everybody.length ? 1 : 0);
      await world.consumerOver({ relations })(toMessage(event));
      const pointer = keys.feedPointer(ada, event.at, postIdOf(event.data.transferId)).sk;
      for (const person of everybody) {
        const own = (await pointersOf(person)).filter(({ sk }) => sk === pointer);
        expect(own).toHaveLength(1);
      }
      world.clock.advance(1000);
    }
  });

  it("to very many goes on where it stopped, and a friend of both gets one pointer", async () => {
    const pageSize = POINTERS_A_NOTE / 2;
    const both = people("both", 100);
    const ofAda = [...people("a", 2 * POINTERS_A_NOTE), ...both].toSorted();
    const ofBen = [...people("b", 600), ...both].toSorted();
    const relations = manyFriends(
      new Map([
        [ada, ofAda],
        [ben, ofBen],
      ]),
      pageSize,
    );
    const event = world.completed({ payer: ada, payee: ben });
    const first = failingAfter(POINTERS_A_NOTE + 300);
    await world.consumerOver({ table: first.table, relations })(toMessage(event));
    const second = failingAfter(Number.POSITIVE_INFINITY);
    await world.consumerOver({ table: second.table, relations })(toMessage(event));

    const everybody = new Set([ada, ben, ...ofAda, ...ofBen]);
    // The 1000 friends that were noted are not written again; the 298 after them are.
    expect(second.puts()).toBe(everybody.size - 2 - POINTERS_A_NOTE);
    for (const person of everybody) expect(await pointersOf(person)).toHaveLength(1);
    expect(world.newEvents().map(({ type }) => type)).toEqual(["post.created"]);
  });

  it("costs 3 read units and a write unit for the post, and a write unit for each reader", async () => {
    const relations = manyFriends(new Map([[ada, people("a", 60)]]), 50);
    const before = world.meter.total();
    await world.consumerOver({ relations })(toMessage(world.completed({ payer: ada, payee: ben })));
    const after = world.meter.total();
    expect(after.readUnits - before.readUnits).toBe(3);
    expect(after.writeUnits - before.writeUnits).toBe(1 + 62);
    expect(after.requests - before.requests).toBe(3 + 1 + 1 + 2 + 1);
  });
});
