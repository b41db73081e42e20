/** The inbox and what comes into it, through the real handlers and consumer, over the embedded engine. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeAccess } from "../../../shared/accounts/change-access.ts";
import { freeze } from "../../../shared/ledger/access.ts";
import { HOUR } from "../../../shared/platform/clock.ts";
import { derivedId } from "../../../shared/platform/ids.ts";
import { lambdaContext, messagesFor, sqsEvent, usd } from "../../builders/world.ts";
import { createNotificationsWorld, type NotificationsWorld } from "./notifications-world.ts";

let n: NotificationsWorld;
beforeEach(async () => {
  n = await createNotificationsWorld();
});
afterEach(() => n.world.close());

describe("the inbox", () => {
  it("holds one message for an event and recipient, however often the event comes", async () => {
    const [ada, bob] = [await n.world.person("ada"), await n.world.person("bob")];
    const event = n.paid(ada, bob);
    expect(await n.tell(event, event)).toBe(0);
    await Promise.all([n.tell(event), n.tell(event)]);
    const { items } = await n.inboxOf("bob");
    expect(items).toMatchObject([
      {
        type: "transfer.received",
        title: "ada paid you 12.50 USD",
        read: false,
        createdAt: "2026-11-22T12:00:00.000Z",
      },
    ]);
    expect(items[0].data.transferId).toMatch(/^trf_/);
    expect((await n.inboxOf("ada")).items).toMatchObject([{ type: "transfer.sent" }]);
  });

  it("is read page by page, newest first, and only by its owner", async () => {
    const [ada, bob] = [await n.world.person("ada"), await n.world.person("bob")];
    for (let index = 0; index < 5; index += 1) {
      await n.tell(n.paid(ada, bob));
      n.world.clock.advance(1000);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await n.inboxOf("bob", { limit: "2", ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map((item: { createdAt: string }) => item.createdAt));
      cursor = page.nextCursor;
      if (cursor !== undefined) {
        const foreign = await n.area.call("listNotifications", { as: "ada", query: { cursor } });
        expect(foreign.body.code).toBe("cursor-invalid");
      }
    } while (cursor !== undefined);
    expect(seen).toHaveLength(5);
    expect(seen).toEqual(seen.toSorted().toReversed());
  });

  it("lets its owner mark one as read, for good; to anyone else it is not there", async () => {
    const [ada, bob] = [await n.world.person("ada"), await n.world.person("bob")];
    const event = n.paid(ada, bob);
    await n.tell(event);
    const { id } = (await n.inboxOf("bob")).items[0];
    const read = (name: string, of: string) =>
      n.area.call("readNotification", { as: name, params: { id: of } });
    expect((await read("ada", id)).status).toBe(404);
    expect((await n.inboxOf("bob")).items[0].read).toBe(false);
    expect((await read("bob", id)).status).toBe(204);
    expect((await read("bob", id)).status).toBe(204);
    await n.tell(event);
    expect((await n.inboxOf("bob")).items[0].read).toBe(true);
    expect((await read("bob", derivedId("notification", "none"))).status).toBe(404);
  });

  it("is all read after read-all, but for what arrives later, even of something that happened before", async () => {
    const [ada, bob] = [await n.world.person("ada"), await n.world.person("bob")];
    const late = n.paid(ada, bob);
    n.world.clock.advance(HOUR);
    await n.tell(n.paid(ada, bob), n.paid(ada, bob));
    expect((await n.area.call("readAllNotifications", { as: "bob" })).status).toBe(204);
    const readMarks = async () => (await n.inboxOf("bob")).items.map((item: { read: boolean }) => item.read);
    expect(await readMarks()).toEqual([true, true]);
    n.world.clock.advance(1);
    await n.tell(late);
    expect(await readMarks()).toEqual([true, true, false]);
  });
});

describe("what happens between people", () => {
  it("is told to the post's parties, not to the one who did it, and to nobody through a block", async () => {
    const [ada, bob, cleo] = [
      await n.world.person("ada"),
      await n.world.person("bob"),
      await n.world.person("cleo"),
    ];
    await n.putPost(ada, bob);
    await n.tell(n.liked(ada));
    expect((await n.inboxOf("ada")).items).toEqual([]);
    expect((await n.inboxOf("bob")).items).toMatchObject([
      { type: "post.liked", data: { postId: n.postId } },
    ]);
    await n.relations.move(bob, cleo, "block", "correlation");
    await n.tell(n.liked(cleo));
    expect((await n.inboxOf("bob")).items).toHaveLength(1);
    expect((await n.inboxOf("ada")).items).toMatchObject([{ title: "cleo likes your payment" }]);
  });

  it("is told to nobody when the post is gone", async () => {
    const ada = await n.world.person("ada");
    expect(await n.tell(n.liked(ada))).toBe(0);
    expect(n.queued).toEqual([]);
  });

  it("goes to the person asked, as the table announces it", async () => {
    const [ada, bob] = [await n.world.person("ada"), await n.world.person("bob")];
    await n.phone(bob);
    n.world.newEvents();
    await n.relations.move(ada, bob, "befriend", "correlation");
    await n.relations.move(bob, ada, "befriend", "correlation");
    const messages = messagesFor("notifications", n.world.newEvents());
    await n.consume(sqsEvent(...messages), lambdaContext);
    expect((await n.inboxOf("bob")).items).toMatchObject([
      { type: "friend.requested", data: { accountId: ada } },
    ]);
    expect((await n.inboxOf("ada")).items).toMatchObject([
      { type: "friend.accepted", data: { accountId: bob } },
    ]);
    expect(n.sent("push")).toHaveLength(1);
  });
});

describe("payment requests", () => {
  const event = async (type: "request.created" | "request.reminded" | "request.declined") => {
    const [requester, payer] = [await n.world.person("ada"), await n.world.person("bob")];
    const requestId = derivedId("paymentRequest", type);
    return { ...n.header(), type, data: { requestId, requester, payer, amount: usd(800) } };
  };

  it("are told to the payer, their being declined to the requester", async () => {
    const created = await event("request.created");
    await n.tell(created, created, await event("request.reminded"), await event("request.declined"));
    const told = async (name: string) =>
      (await n.inboxOf(name)).items.map(({ type, title }: { type: string; title: string }) => [type, title]);
    expect((await told("bob")).toSorted()).toEqual([
      ["request.created", "ada asks you for 8.00 USD"],
      ["request.reminded", "ada still waits for 8.00 USD"],
    ]);
    expect(await told("ada")).toEqual([["request.declined", "bob declined"]]);
  });

  it("are told to nobody through a block, either way; money that moved is", async () => {
    const created = await event("request.created");
    const { requester, payer } = created.data;
    await n.relations.move(payer, requester, "block", "correlation");
    await n.tell(created, await event("request.declined"));
    expect((await n.inboxOf("bob")).items).toEqual([]);
    expect((await n.inboxOf("ada")).items).toEqual([]);
    await n.tell(n.paid(requester, payer));
    expect((await n.inboxOf("bob")).items).toMatchObject([{ type: "transfer.received" }]);
  });
});

describe("preferences", () => {
  const off = { push: false, email: false };
  const allOff = { payments: off, social: off, rewards: off };

  it("are what was put, apart from the read mark", async () => {
    await n.world.person("bob");
    const get = async () => (await n.area.call("getPreferences", { as: "bob" })).body;
    expect((await get()).topics.payments).toEqual({ push: true, email: true });
    const quietHours = { from: "22:00", to: "07:00", timeZone: "Europe/Madrid" };
    const body = { topics: allOff, quietHours };
    await n.area.call("readAllNotifications", { as: "bob" });
    expect((await n.area.call("putPreferences", { as: "bob", body })).body).toEqual(body);
    await n.area.call("readAllNotifications", { as: "bob" });
    expect(await get()).toEqual(body);
    await n.area.call("putPreferences", { as: "bob", body: { topics: allOff } });
    expect(await get()).toEqual({ topics: allOff });
  });

  it("are refused with a place or hours that are none", async () => {
    await n.world.person("bob");
    for (const quietHours of [
      { from: "22:00", to: "07:00", timeZone: "Europe/Atlantis" },
      { from: "22:00", to: "22:00", timeZone: "UTC" },
      { from: "24:00", to: "22:00", timeZone: "UTC" },
    ]) {
      const reply = await n.area.call("putPreferences", {
        as: "bob",
        body: { topics: allOff, quietHours },
      });
      expect(reply.status).toBe(400);
    }
  });

  it("keep everything out of the queues but security; the inbox has it all", async () => {
    const [ada, bob] = [await n.world.person("ada"), await n.world.person("bob")];
    await n.phone(bob);
    await n.area.call("putPreferences", { as: "bob", body: { topics: allOff } });
    await n.tell(n.paid(ada, bob));
    expect(n.queued).toEqual([]);
    expect((await n.inboxOf("bob")).items).toHaveLength(1);

    await changeAccess(n.world, bob, {
      change: (access) => freeze(access, "lost-device"),
      memo: "freeze:lost-device",
      event: { type: "account.frozen", correlationId: "correlation" },
    });
    const messages = messagesFor("notifications", n.world.newEvents());
    await n.consume(sqsEvent(...messages), lambdaContext);
    expect(n.sent("push").map((body) => JSON.parse(body).title)).toEqual(["Your account is frozen"]);
  });
});
