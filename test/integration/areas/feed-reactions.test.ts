/** Comments and likes through the real handlers, over the embedded engine. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AccountId, PostId } from "../../../shared/platform/ids.ts";
import { derivedId } from "../../../shared/platform/ids.ts";
import { createFeedWorld, type FeedWorld } from "../../builders/feed-world.ts";

let world: FeedWorld;
/** Ada pays Ben; Fay is Ada's friend and Gil is Ben's. */
let ada: AccountId;
let ben: AccountId;
let fay: AccountId;
let gil: AccountId;
let id: PostId;

beforeEach(async () => {
  world = await createFeedWorld();
  [ada, ben, fay, gil] = [
    await world.person("ada"),
    await world.person("ben"),
    await world.person("fay"),
    await world.person("gil"),
  ];
  await world.befriend(ada, fay);
  await world.befriend(ben, gil);
  id = await world.share({ payer: ada, payee: ben });
  world.newEvents();
});
afterEach(() => world.close());

const comment = (as: string, text: string, key?: string) =>
  world.feed.call("createComment", {
    as,
    params: { id },
    body: { text },
    ...(key === undefined ? {} : { key }),
  });
const remove = (as: string, commentId: string, postId: string = id) =>
  world.feed.call("deleteComment", { as, params: { id: postId, commentId } });
const like = (as: string) => world.feed.call("putLike", { as, params: { id } });
const unlike = (as: string) => world.feed.call("deleteLike", { as, params: { id } });
const post = async (as: string) => (await world.feed.call("getPost", { as, params: { id } })).body;
const textsFor = async (as: string): Promise<string[]> =>
  (await world.feed.call("listComments", { as, params: { id } })).body.items.map(
    ({ text }: { text: string }) => text,
  );
const likersFor = async (as: string): Promise<string[]> =>
  (await world.feed.call("listLikes", { as, params: { id } })).body.items
    .map(({ person }: { person: { displayName: string } }) => person.displayName)
    .toSorted();
const block = (a: AccountId, b: AccountId) => world.relations.move(a, b, "block", "correlation-1");

describe("commenting", () => {
  it("adds a comment that everybody who sees the post can read, and announces it", async () => {
    const made = await comment("fay", "lovely");
    expect(made).toMatchObject({
      status: 201,
      body: { postId: id, text: "lovely", author: { id: fay, displayName: "fay" } },
    });
    for (const as of ["ada", "ben", "fay", "gil"]) {
      const listed = await world.feed.call("listComments", { as, params: { id } });
      expect(listed.body).toEqual({ items: [made.body] });
    }
    expect((await post("ada")).comments).toBe(1);
    expect(world.newEvents()).toMatchObject([
      { type: "post.commented", data: { postId: id, commentId: made.body.id, author: fay } },
    ]);
  });

  it("lists comments oldest first over pages, whatever their ids are", async () => {
    const texts = ["one", "two", "three", "four", "five", "six"];
    for (const text of texts) {
      await comment("gil", text);
      world.clock.advance(7);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: "4", ...(cursor === undefined ? {} : { cursor }) };
      const { body } = await world.feed.call("listComments", { as: "ada", params: { id }, query });
      seen.push(...body.items.map(({ text }: { text: string }) => text));
      cursor = body.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(texts);
  });

  it("gives the first reply again when the same request comes again, later or at once", async () => {
    const first = await comment("fay", "lovely", "k1");
    world.clock.advance(60_000);
    const again = await comment("fay", "lovely", "k1");
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(first.headers["idempotent-replayed"]).toBeUndefined();
    expect(again.headers["idempotent-replayed"]).toBe("true");

    const replies = await Promise.all(Array.from({ length: 8 }, () => comment("gil", "at once", "k2")));
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(replies.filter(({ headers }) => headers["idempotent-replayed"] === undefined)).toHaveLength(1);
    expect(await textsFor("ada")).toEqual(["lovely", "at once"]);
    expect((await post("ada")).comments).toBe(2);
  });

  it("refuses a key that was used for another text or post", async () => {
    await comment("fay", "lovely", "k1");
    expect(await comment("fay", "other", "k1")).toMatchObject({
      status: 422,
      body: { code: "idempotency-key-reused" },
    });
    const other = await world.share({ payer: ada, payee: ben });
    const elsewhere = await world.feed.call("createComment", {
      as: "fay",
      params: { id: other },
      body: { text: "lovely" },
      key: "k1",
    });
    expect(elsewhere).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
    expect((await comment("gil", "mine", "k1")).status).toBe(201);
  });

  it("stands by its first reply when the post is hidden since", async () => {
    const first = await comment("fay", "lovely", "k1");
    await world.allow(ben, "participants");
    expect(await comment("fay", "lovely", "k1")).toMatchObject({ status: 201, body: first.body });
    expect((await comment("fay", "another", "k2")).status).toBe(404);
  });

  it.each(["", " ", "x".repeat(501), "nul\u0000"])("refuses %j as a text", async (text) => {
    expect(await comment("fay", text)).toMatchObject({ status: 400, body: { code: "invalid-request" } });
  });

  it("hides the words of a blocked person from the one who blocks, but not from the parties", async () => {
    await comment("fay", "from fay");
    world.clock.advance(1);
    await comment("gil", "from gil");
    await block(fay, gil);
    expect(await textsFor("fay")).toEqual(["from fay"]);
    expect(await textsFor("gil")).toEqual(["from gil"]);
    await block(ada, fay);
    expect(await textsFor("ada")).toEqual(["from fay", "from gil"]);
  });
});

describe("deleting a comment", () => {
  it.each(["fay", "ada", "ben"])("is for its author and both parties: %s", async (as) => {
    const made = await comment("fay", "lovely");
    expect((await remove(as, made.body.id)).status).toBe(204);
    expect(await textsFor("gil")).toEqual([]);
    expect((await post("gil")).comments).toBe(0);
  });

  it("is refused to anyone else, and for a comment that is not below the post", async () => {
    const made = await comment("fay", "lovely");
    const other = await world.share({ payer: ada, payee: ben });
    expect((await remove("gil", made.body.id)).status).toBe(404);
    expect((await remove("fay", made.body.id, other)).status).toBe(404);
    expect((await remove("fay", derivedId("comment", "none"))).status).toBe(404);
    expect(await textsFor("ada")).toEqual(["lovely"]);
  });

  it("counts once however often and by however many it is done", async () => {
    await comment("gil", "stays");
    const made = await comment("fay", "goes");
    const replies = await Promise.all(["fay", "ada", "ben", "fay"].map((as) => remove(as, made.body.id)));
    expect(replies.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    expect((await remove("fay", made.body.id)).status).toBe(204);
    expect((await post("ada")).comments).toBe(1);
    expect(await textsFor("ada")).toEqual(["stays"]);
  });

  it("leaves no text behind, and a repeated request does not bring it back", async () => {
    const made = await comment("fay", "regretted", "k1");
    await remove("fay", made.body.id);
    expect(await comment("fay", "regretted", "k1")).toMatchObject({ status: 201, body: made.body });
    expect(await textsFor("ada")).toEqual([]);
    expect((await post("ada")).comments).toBe(0);
    for await (const items of world.table.scan()) expect(JSON.stringify(items)).not.toContain("regretted");
  });

  it("works for its author where the post is hidden from them since", async () => {
    const made = await comment("fay", "lovely");
    await block(ada, fay);
    expect((await remove("fay", made.body.id)).status).toBe(204);
    expect((await post("ada")).comments).toBe(0);
  });
});

describe("liking", () => {
  it("counts each person once and says so to them", async () => {
    expect((await like("fay")).status).toBe(204);
    expect((await like("fay")).status).toBe(204);
    expect(await post("fay")).toMatchObject({ likes: 1, likedByMe: true });
    expect(await post("ada")).toMatchObject({ likes: 1, likedByMe: false });
    const { body } = await world.feed.call("getFeed", { as: "fay" });
    expect(body.items).toMatchObject([{ id, likes: 1, likedByMe: true }]);
    expect(await likersFor("gil")).toEqual(["fay"]);
  });

  it("is announced the first time only, though it is taken back and given again", async () => {
    await like("fay");
    expect(world.newEvents()).toMatchObject([{ type: "post.liked", data: { postId: id, author: fay } }]);
    expect((await unlike("fay")).status).toBe(204);
    expect(await post("fay")).toMatchObject({ likes: 0, likedByMe: false });
    expect(await likersFor("ada")).toEqual([]);
    world.clock.advance(60_000);
    await like("fay");
    expect(await post("fay")).toMatchObject({ likes: 1, likedByMe: true });
    expect(world.newEvents()).toEqual([]);
  });

  it("counts right when twenty people like at once, some of them twice", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `liker${index}`);
    for (const name of names) await world.befriend(ada, await world.person(name));
    world.newEvents();
    const replies = await Promise.all([...names, ...names.slice(0, 5)].map(like));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([204]));
    expect((await post("ada")).likes).toBe(20);
    expect(await likersFor("ada")).toEqual(names.toSorted());
    expect(world.newEvents()).toHaveLength(20);
  });

  it("counts right when one person likes and takes it back at once, in whatever order", async () => {
    await Promise.all([like("fay"), unlike("fay"), like("fay"), unlike("fay"), like("gil")]);
    const shown = await post("fay");
    expect(shown.likes).toBe(1 + (shown.likedByMe ? 1 : 0));
    expect(await likersFor("ada")).toHaveLength(shown.likes);
  });

  it("can be taken back when there is none, and from a post that is hidden since", async () => {
    expect((await unlike("fay")).status).toBe(204);
    await like("fay");
    await block(ada, fay);
    expect((await unlike("fay")).status).toBe(204);
    expect((await post("ada")).likes).toBe(0);
    expect((await unlike("fay")).status).toBe(404);
  });

  it("lists those who like over pages, without those whom a block parts from the reader", async () => {
    for (const as of ["ada", "ben", "fay", "gil"]) await like(as);
    await unlike("ben");
    await block(gil, fay);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: "1", ...(cursor === undefined ? {} : { cursor }) };
      const { body } = await world.feed.call("listLikes", { as: "gil", params: { id }, query });
      seen.push(...body.items.map(({ person }: { person: { displayName: string } }) => person.displayName));
      cursor = body.nextCursor;
    } while (cursor !== undefined);
    expect(seen.toSorted()).toEqual(["ada", "gil"]);
    expect(await likersFor("ada")).toEqual(["ada", "fay", "gil"]);
  });
});

describe("the price", () => {
  const cost = async (action: () => Promise<{ readonly status: number }>) => {
    const before = world.meter.total();
    expect((await action()).status).toBeLessThan(300);
    const after = world.meter.total();
    return { write: after.writeUnits - before.writeUnits, read: after.readUnits - before.readUnits };
  };

  it("of each action is what its docstring says, and a read unit for a caller who is known", async () => {
    await Promise.all(["ada", "fay"].map(post));
    expect(await cost(() => comment("fay", "lovely"))).toEqual({ write: 6, read: 4.5 });
    expect(await cost(() => like("fay"))).toEqual({ write: 4, read: 3.5 });
    expect(await cost(() => like("ada"))).toEqual({ write: 4, read: 2.5 });
    expect(await cost(() => unlike("fay"))).toEqual({ write: 4, read: 1 });
    const params = { id };
    expect(await cost(() => world.feed.call("getPost", { as: "fay", params }))).toEqual({
      write: 0,
      read: 4,
    });
    expect(await cost(() => world.feed.call("getPost", { as: "ada", params }))).toEqual({
      write: 0,
      read: 3,
    });
    const made = await comment("fay", "goes");
    expect(await cost(() => remove("fay", made.body.id))).toEqual({ write: 4, read: 2 });
    const other = await comment("fay", "goes too");
    expect(await cost(() => remove("ada", other.body.id))).toEqual({ write: 4, read: 2.5 });
  });
});
