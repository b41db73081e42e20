/** The feed, posts, comments and likes through the real handlers and consumer, over the embedded engine. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { transfersRoutes } from "../../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../../functions/transfers/handlers.ts";
import type { AccountId, PostId } from "../../../shared/platform/ids.ts";
import { derivedId } from "../../../shared/platform/ids.ts";
import { createFeedWorld, type FeedWorld, postIdOf } from "../../builders/feed-world.ts";
import { messagesFor, usd } from "../../builders/world.ts";

let world: FeedWorld;
/** Ada pays Ben; Fay is Ada's friend, Gil is Ben's; Sam is nobody's. */
let ada: AccountId;
let ben: AccountId;
let fay: AccountId;
let gil: AccountId;
let sam: AccountId;

beforeEach(async () => {
  world = await createFeedWorld();
  [ada, ben, fay, gil, sam] = [
    await world.person("ada", { funds: usd(100_00) }),
    await world.person("ben"),
    await world.person("fay"),
    await world.person("gil"),
    await world.person("sam"),
  ];
  await world.befriend(ada, fay);
  await world.befriend(ben, gil);
  world.newEvents();
});
afterEach(() => world.close());

type Reader = "ada" | "ben" | "fay" | "gil" | "sam";
const everybody: readonly Reader[] = ["ada", "ben", "fay", "gil", "sam"];

const feedOf = async (as: Reader): Promise<string[]> =>
  (await world.feed.call("getFeed", { as })).body.items.map(({ id }: { id: string }) => id);
const post = (as: Reader, id: string) => world.feed.call("getPost", { as, params: { id } });
const readersOf = async (id: string): Promise<Reader[]> => {
  const replies = await Promise.all(everybody.map((as) => post(as, id)));
  for (const { status } of replies) expect([200, 404]).toContain(status);
  return everybody.filter((_, index) => replies[index]?.status === 200);
};
const share = (audience: "friends" | "public" = "friends", note = "dinner"): Promise<PostId> =>
  world.share({ payer: ada, payee: ben, audience, note });

describe("a shared payment", () => {
  it("shows up in the feeds of both parties and of a friend of either, without its amount", async () => {
    const transfers = world.area(transfersRoutes, transfersHandlers(world));
    const paid = await transfers.call("createTransfer", {
      as: "ada",
      body: { payee: { id: ben }, amount: usd(4321), note: "dinner", audience: "friends" },
    });
    expect(paid.status).toBe(201);
    const messages = messagesFor("feed", world.newEvents());
    expect(await world.consume(...messages)).toEqual({ batchItemFailures: [] });

    const id = postIdOf(paid.body.id);
    for (const as of ["ada", "ben", "fay", "gil"] as const) {
      const reply = await world.feed.call("getFeed", { as });
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual({
        items: [
          {
            id,
            kind: "payment",
            payer: { id: ada, handle: expect.stringContaining("ada"), displayName: "ada" },
            payee: { id: ben, handle: expect.stringContaining("ben"), displayName: "ben" },
            note: "dinner",
            audience: "friends",
            likes: 0,
            comments: 0,
            likedByMe: false,
            createdAt: paid.body.createdAt,
          },
        ],
      });
    }
    expect(await feedOf("sam")).toEqual([]);
    expect(await readersOf(id)).toEqual(["ada", "ben", "fay", "gil"]);
    const stored = JSON.stringify(await world.table.query({ partition: `POST#${id}` }));
    expect(stored).not.toContain("4321");
    expect(stored).not.toContain("amount");
  });

  it("announces itself once, with who paid whom", async () => {
    const id = await share();
    expect(world.newEvents()).toMatchObject([
      { type: "post.created", data: { postId: id, author: ada, counterparty: ben } },
    ]);
  });

  it("is for everybody who asks when it is public, and still in friends' feeds only", async () => {
    await world.allow(ada, "public");
    await world.allow(ben, "public");
    const id = await share("public");
    expect(await readersOf(id)).toEqual([...everybody]);
    expect(await feedOf("fay")).toEqual([id]);
    expect(await feedOf("sam")).toEqual([]);
  });

  it("answers a stranger like something that does not exist, on every route", async () => {
    const id = await share();
    const unknown = derivedId("post", "none");
    const commented = await world.feed.call("createComment", {
      as: "ada",
      params: { id },
      body: { text: "x" },
    });
    const routes = ["getPost", "listComments", "listLikes", "putLike", "deleteLike"] as const;
    for (const route of routes) {
      const [here, nowhere] = await Promise.all(
        [id, unknown].map((postId) => world.feed.call(route, { as: "sam", params: { id: postId } })),
      );
      expect(here?.status).toBe(404);
      expect(nowhere?.status).toBe(404);
      expect(here?.body.code).toBe(nowhere?.body.code);
    }
    const body = { text: "hello" };
    expect((await world.feed.call("createComment", { as: "sam", params: { id }, body })).status).toBe(404);
    const params = { id, commentId: commented.body.id };
    expect((await world.feed.call("deleteComment", { as: "sam", params })).status).toBe(404);
    expect((await post("ada", id)).body).toMatchObject({ likes: 0, comments: 1 });
  });
});

describe("what may be seen is decided when it is read", () => {
  it("narrows with either party's setting, and widens back to what was shared and no further", async () => {
    await world.allow(ada, "public");
    await world.allow(ben, "public");
    const friendsOnly = await share("friends");
    const forAll = await share("public");

    await world.allow(ben, "friends");
    expect(await readersOf(forAll)).toEqual(["ada", "ben", "fay", "gil"]);
    expect((await post("fay", forAll)).body.audience).toBe("friends");

    await world.allow(ada, "participants");
    expect(await readersOf(forAll)).toEqual(["ada", "ben"]);
    expect(await feedOf("fay")).toEqual([]);
    expect(await feedOf("ben")).toEqual([forAll, friendsOnly]);

    await world.allow(ada, "public");
    await world.allow(ben, "public");
    expect(await readersOf(forAll)).toEqual([...everybody]);
    expect(await readersOf(friendsOnly)).toEqual(["ada", "ben", "fay", "gil"]);
  });

  it("hides a post from a person whom a block parts from either party", async () => {
    const id = await share();
    await world.relations.move(ben, fay, "block", "correlation-1");
    await world.relations.move(gil, ada, "block", "correlation-1");
    expect(await readersOf(id)).toEqual(["ada", "ben"]);
    expect(await feedOf("fay")).toEqual([]);
    expect(await feedOf("gil")).toEqual([]);
  });

  it("ends with a friendship and comes with a new one", async () => {
    const id = await share();
    await world.relations.move(ada, fay, "leave", "correlation-1");
    await world.befriend(ben, sam);
    expect(await readersOf(id)).toEqual(["ada", "ben", "gil", "sam"]);
  });
});

describe("pages of the feed", () => {
  it("give every post once, newest first", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 7; count += 1) ids.unshift(await share());
    const seen: string[] = [];
    const sizes: number[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: "3", ...(cursor === undefined ? {} : { cursor }) };
      const { body } = await world.feed.call("getFeed", { as: "gil", query });
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      sizes.push(body.items.length);
      cursor = body.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(ids);
    expect(sizes).toEqual([3, 3, 1]);
  });

  it("go on behind posts that may not be seen any more", async () => {
    const old = await world.share({ payer: gil, payee: ben });
    for (let count = 0; count < 3; count += 1) await share();
    // Gil and Ben stay friends; everything that Ada is in is gone for Gil.
    await world.relations.move(ada, gil, "block", "correlation-1");
    const { body } = await world.feed.call("getFeed", { as: "gil", query: { limit: "1" } });
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([old]);
  });

  it("are empty with a cursor when very much may not be seen", async () => {
    const old = await world.share({ payer: gil, payee: ben });
    for (let count = 0; count < 6; count += 1) await share();
    await world.relations.move(ada, gil, "block", "correlation-1");
    const first = await world.feed.call("getFeed", { as: "gil", query: { limit: "1" } });
    expect(first.body).toEqual({ items: [], nextCursor: expect.any(String) });
    const query = { limit: "1", cursor: first.body.nextCursor };
    const second = await world.feed.call("getFeed", { as: "gil", query });
    expect(second.body.items.map(({ id }: { id: string }) => id)).toEqual([old]);
  });

  it("refuse a cursor of another person, of another list, and one that is made up", async () => {
    await share();
    const id = await share();
    await world.feed.call("putLike", { as: "ada", params: { id } });
    await world.feed.call("putLike", { as: "ben", params: { id } });
    const mine = await world.feed.call("getFeed", { as: "ada", query: { limit: "1" } });
    const likes = await world.feed.call("listLikes", { as: "ada", params: { id }, query: { limit: "1" } });
    const attempts = [
      world.feed.call("getFeed", { as: "ben", query: { cursor: mine.body.nextCursor } }),
      world.feed.call("getFeed", { as: "ada", query: { cursor: likes.body.nextCursor } }),
      world.feed.call("getFeed", { as: "ada", query: { cursor: "made-up" } }),
      world.feed.call("listComments", {
        as: "ada",
        params: { id },
        query: { cursor: likes.body.nextCursor },
      }),
      world.feed.call("listLikes", { as: "ada", params: { id }, query: { cursor: "made-up" } }),
    ];
    for (const reply of await Promise.all(attempts)) {
      expect(reply).toMatchObject({ status: 400, body: { code: "cursor-invalid" } });
    }
  });

  it("cost half a read unit for each thing that is shown, and never a write", async () => {
    await share();
    await share();
    await feedOf("gil");
    const before = world.meter.total();
    await feedOf("gil");
    const after = world.meter.total();
    // One for the caller, then halves: the pointers, two posts, two people, two relations, two likes.
    expect(after.readUnits - before.readUnits).toBe(1 + 9 * 0.5);
    expect(after.writeUnits).toBe(before.writeUnits);
    // The caller, and five for the page.
    expect(after.requests - before.requests).toBe(1 + 5);
  });
});
