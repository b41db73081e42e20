/** Friends, requests and blocks through the real handlers, over the embedded engine. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { friendsRoutes } from "../../../functions/friends/contract.ts";
import { friendsHandlers } from "../../../functions/friends/handlers.ts";
import { otherSide, relationMoves } from "../../../shared/people/relation.ts";
import { createRelations, type Relations } from "../../../shared/people/relations.ts";
import { type AccountId, newId } from "../../../shared/platform/ids.ts";
import { createWorld, type World } from "../../builders/world.ts";

let world: World;
let relations: Relations;
let area: ReturnType<typeof buildArea>;
let ada: AccountId;
let ben: AccountId;

const buildArea = (of: World) => of.area(friendsRoutes, friendsHandlers({ ...of, relations }));

beforeEach(async () => {
  world = await createWorld();
  relations = createRelations(world);
  area = buildArea(world);
  ada = await world.person("ada");
  ben = await world.person("ben");
  world.newEvents();
});
afterEach(() => world.close());

const put = (as: string, userId: string) => area.call("putFriend", { as, params: { userId } });
const drop = (as: string, userId: string) => area.call("deleteFriend", { as, params: { userId } });
const block = (as: string, userId: string) => area.call("putBlock", { as, params: { userId } });
const unblock = (as: string, userId: string) => area.call("deleteBlock", { as, params: { userId } });
const names = async (route: "listFriends" | "listFriendRequests", as: string): Promise<string[]> =>
  (await area.call(route, { as })).body.items.map(
    (item: { person: { displayName: string } }) => item.person.displayName,
  );
const idsOf = async (id: AccountId): Promise<AccountId[]> => {
  const ids: AccountId[] = [];
  for await (const page of relations.friendIdsOf(id)) ids.push(...page);
  return ids;
};

describe("becoming friends", () => {
  it("takes a request and its acceptance, each announced once to the other person", async () => {
    const asked = await put("ada", ben);
    expect(asked).toMatchObject({ status: 200, body: { status: "requested", person: { id: ben } } });
    expect(await names("listFriendRequests", "ben")).toEqual(["ada"]);
    expect(await names("listFriendRequests", "ada")).toEqual([]);
    expect(world.newEvents()).toMatchObject([{ type: "friend.requested", data: { from: ada, to: ben } }]);

    const accepted = await put("ben", ada);
    expect(accepted.body).toMatchObject({ status: "friends", person: { id: ada, displayName: "ada" } });
    expect(world.newEvents()).toMatchObject([{ type: "friend.accepted", data: { from: ben, to: ada } }]);
    expect(await names("listFriends", "ada")).toEqual(["ben"]);
    expect(await names("listFriends", "ben")).toEqual(["ada"]);
    expect(await names("listFriendRequests", "ben")).toEqual([]);
    expect(await relations.between(ada, ben)).toBe("friends");
    expect(await idsOf(ada)).toEqual([ben]);
  });

  it("changes and announces nothing when it is asked again", async () => {
    await put("ada", ben);
    world.newEvents();
    const before = world.meter.total().writeUnits;
    expect((await put("ada", ben)).body.status).toBe("requested");
    expect(world.meter.total().writeUnits).toBe(before);
    expect(world.newEvents()).toEqual([]);
  });

  it("happens when two requests cross", async () => {
    const replies = await Promise.all([put("ada", ben), put("ben", ada)]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect(await relations.between(ada, ben)).toBe("friends");
    expect(await relations.between(ben, ada)).toBe("friends");
    expect(world.newEvents().map(({ type }) => type)).toEqual(["friend.requested", "friend.accepted"]);
  });

  it("announces once however often the same acceptance is sent at once", async () => {
    await put("ada", ben);
    world.newEvents();
    const replies = await Promise.all(Array.from({ length: 8 }, () => put("ben", ada)));
    expect(replies.map(({ body }) => body.status)).toEqual(Array(8).fill("friends"));
    expect(world.newEvents()).toHaveLength(1);
  });

  it("is refused with oneself and with nobody", async () => {
    expect(await put("ada", ada)).toMatchObject({ status: 409, body: { code: "conflict" } });
    const nobody = newId("account", world.clock, world.platform.random);
    expect((await put("ada", nobody)).status).toBe(404);
    expect((await put("ada", "usr_short")).status).toBe(404);
  });
});

describe("ending it", () => {
  it.each([
    ["takes a request back", "ada", () => ben],
    ["declines a request", "ben", () => ada],
  ])("%s, without telling the other", async (_, who, other) => {
    await put("ada", ben);
    world.newEvents();
    expect((await drop(who, other())).status).toBe(204);
    expect(await names("listFriendRequests", "ben")).toEqual([]);
    expect(await relations.between(ben, ada)).toBe("none");
    expect(world.newEvents()).toEqual([]);
  });

  it("ends a friendship for both", async () => {
    await put("ada", ben);
    await put("ben", ada);
    await drop("ben", ada);
    expect(await names("listFriends", "ada")).toEqual([]);
    expect(await idsOf(ada)).toEqual([]);
    expect(await idsOf(ben)).toEqual([]);
  });

  it("answers the same when there was nothing", async () => {
    expect((await drop("ada", ben)).status).toBe(204);
    expect((await drop("ada", ada)).status).toBe(204);
  });
});

describe("a block", () => {
  it("ends the friendship and hides each from the other", async () => {
    await put("ada", ben);
    await put("ben", ada);
    world.newEvents();
    expect((await block("ada", ben)).status).toBe(204);
    expect(await names("listFriends", "ben")).toEqual([]);
    for (const [as, other] of [
      ["ada", ben],
      ["ben", ada],
    ] as const) {
      expect((await put(as, other)).status).toBe(404);
      expect((await drop(as, other)).status).toBe(204);
    }
    expect(await relations.blockedEitherWay(ada, ben)).toBe(true);
    expect(await relations.blockedEitherWay(ben, ada)).toBe(true);
    expect(world.newEvents()).toEqual([]);
  });

  it("looks to the blocked person as if the other did not exist", async () => {
    const { handle } = (await area.call("findPerson", { as: "ben", query: { handle: await handleOf(ada) } }))
      .body.items[0];
    await block("ada", ben);
    const missing = newId("account", world.clock, world.platform.random);
    const [blocked, absent] = [await put("ben", ada), await put("ben", missing)];
    expect({ ...blocked.body, instance: "" }).toEqual({ ...absent.body, instance: "" });
    expect((await area.call("findPerson", { as: "ben", query: { handle } })).body.items).toEqual([]);
    expect(
      (await area.call("findPerson", { as: "ada", query: { handle: await handleOf(ben) } })).body.items,
    ).toEqual([]);
  });

  it("is ended by whoever made it, and the friendship does not come back", async () => {
    await put("ada", ben);
    await block("ada", ben);
    await block("ben", ada);
    await unblock("ada", ben);
    expect((await put("ada", ben)).status).toBe(404);
    await unblock("ben", ada);
    expect(await relations.between(ada, ben)).toBe("none");
    expect((await put("ada", ben)).status).toBe(200);
  });

  it("wins over an acceptance at the same moment, in one order or the other", async () => {
    await put("ada", ben);
    await Promise.all([block("ada", ben), put("ben", ada)]);
    expect(await relations.between(ada, ben)).toBe("blocking");
    expect(await relations.between(ben, ada)).toBe("blocked");
  });

  it("is refused for oneself and for nobody", async () => {
    expect((await block("ada", ada)).status).toBe(409);
    expect((await block("ada", newId("account", world.clock, world.platform.random))).status).toBe(404);
    expect((await unblock("ada", ada)).status).toBe(204);
  });
});

const handleOf = async (id: AccountId): Promise<string> => (await world.accounts.get(id))?.handle ?? "";

describe("finding a person", () => {
  it("takes the exact handle and shows no more than a name", async () => {
    const handle = await handleOf(ben);
    const found = await area.call("findPerson", { as: "ada", query: { handle } });
    expect(found.body.items).toEqual([{ id: ben, handle, displayName: "ben" }]);
    const part = await area.call("findPerson", { as: "ada", query: { handle: handle.slice(0, -1) } });
    expect(part.body.items).toEqual([]);
  });
});

describe("lists", () => {
  const befriendMany = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      const name = `friend${index}`;
      const id = await world.person(name);
      world.clock.advance(1000);
      await put("ada", id);
      await put(name, ada);
    }
  };

  it("come in pages, newest first, each person once", async () => {
    await befriendMany(5);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await area.call("listFriends", {
        as: "ada",
        query: { limit: "2", ...(cursor === undefined ? {} : { cursor }) },
      });
      expect(page.body.items.length).toBeLessThanOrEqual(2);
      for (const { person } of page.body.items) seen.push(person.displayName);
      cursor = page.body.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(["friend4", "friend3", "friend2", "friend1", "friend0"]);
  });

  it("refuse a cursor of another person or another list", async () => {
    await befriendMany(2);
    const { nextCursor } = (await area.call("listFriends", { as: "ada", query: { limit: "1" } })).body;
    const calls = await Promise.all([
      area.call("listFriends", { as: "ben", query: { cursor: nextCursor } }),
      area.call("listFriendRequests", { as: "ada", query: { cursor: nextCursor } }),
      area.call("listFriends", { as: "ada", query: { cursor: "AAAA" } }),
    ]);
    expect(calls.map(({ status, body }) => [status, body.code])).toEqual(
      Array(3).fill([400, "cursor-invalid"]),
    );
  });
});

describe("what other areas ask", () => {
  it("tells what several people are to one", async () => {
    const cleo = await world.person("cleo");
    const dan = await world.person("dan");
    await put("ada", ben);
    await put("ben", ada);
    await block("cleo", ada);
    const found = await relations.betweenMany(ada, [ben, cleo, dan, ada, ben]);
    expect([...found]).toEqual([
      [ben, "friends"],
      [cleo, "blocked"],
      [dan, "none"],
      [ada, "none"],
    ]);
    expect(await relations.between(ada, ada)).toBe("none");
  });

  it("agrees from both sides after any moves of both people at once", async () => {
    const move = fc.record({ byFirst: fc.boolean(), move: fc.constantFrom(...relationMoves) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(move, { minLength: 1, maxLength: 4 }), { maxLength: 6 }),
        async (rounds) => {
          const first = newId("account", world.clock, world.platform.random);
          const second = newId("account", world.clock, world.platform.random);
          for (const round of rounds) {
            await Promise.all(
              round.map(({ byFirst, move: made }) =>
                byFirst
                  ? relations.move(first, second, made, "test-run")
                  : relations.move(second, first, made, "test-run"),
              ),
            );
            const seen = await relations.between(first, second);
            expect(await relations.between(second, first)).toBe(otherSide[seen]);
            expect(await idsOf(first)).toEqual(seen === "friends" ? [second] : []);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
