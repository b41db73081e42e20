/** Notifications through the real handlers, consumer and delivery workers, over the embedded engine. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { notificationsRoutes } from "../../../functions/notifications/contract.ts";
import { createDeliveries, TAKEN_MS } from "../../../functions/notifications/deliveries.ts";
import { deliverEmail } from "../../../functions/notifications/email-delivery.ts";
import type { Email } from "../../../functions/notifications/email-sender.ts";
import { notificationsHandlers } from "../../../functions/notifications/handlers.ts";
import { createInboxes } from "../../../functions/notifications/inbox.ts";
import { notificationsEvents } from "../../../functions/notifications/notify.ts";
import { deliverPush } from "../../../functions/notifications/push-delivery.ts";
import type { PushContent, PushSender } from "../../../functions/notifications/push-sender.ts";
import { changeAccess } from "../../../shared/accounts/change-access.ts";
import type { DomainEvent } from "../../../shared/events/catalogue.ts";
import { consumeEvents, consumeMessages } from "../../../shared/events/consume.ts";
import { toMessage } from "../../../shared/events/message.ts";
import { freeze } from "../../../shared/ledger/access.ts";
import { createDevices } from "../../../shared/people/devices.ts";
import { createRelations } from "../../../shared/people/relations.ts";
import { HOUR } from "../../../shared/platform/clock.ts";
import { type AccountId, derivedId, newId } from "../../../shared/platform/ids.ts";
import type { OutgoingMessage } from "../../../shared/platform/queues.ts";
import { secret } from "../../../shared/platform/redacted.ts";
import { keys } from "../../../shared/table/keys.ts";
import { createWorld, lambdaContext, messagesFor, sqsEvent, usd, type World } from "../../builders/world.ts";

type Published = PushContent & { readonly to: string };

let world: World;
let setup: ReturnType<typeof buildSetup>;
beforeEach(async () => {
  world = await createWorld();
  setup = buildSetup(world);
});
afterEach(() => world.close());

/** The area with queues that are lists, and a push service that remembers and fails as it is told. */
function buildSetup(of: World) {
  const queued: OutgoingMessage[] = [];
  const published: Published[] = [];
  const mailed: Email[] = [];
  const removed: string[] = [];
  const trouble = { disabled: new Set<string>(), gone: new Set<string>(), failing: false };
  let endpoints = 0;
  const sender: PushSender = {
    createEndpoint: async (application, token) => {
      endpoints += 1;
      return `${application}/${token.reveal()}/${endpoints}`;
    },
    publish: async (to, content) => {
      if (trouble.failing) throw new Error("the push service is away");
      if (trouble.disabled.has(to)) return { outcome: "endpoint-disabled", endpointArn: to };
      if (trouble.gone.has(to)) return { outcome: "endpoint-gone" };
      published.push({ ...content, to });
      return { outcome: "sent", messageId: `m-${published.length}` };
    },
    removeEndpoint: async (endpointArn) => {
      removed.push(endpointArn);
    },
  };
  const inboxes = createInboxes(of);
  const devices = createDevices(of);
  const deliveries = createDeliveries(of);
  const relations = createRelations(of);
  const consume = consumeEvents(
    notificationsEvents({
      ...of,
      inboxes,
      devices,
      relations,
      queues: { send: async (messages) => void queued.push(...messages) },
      queueUrls: { push: "push", email: "email" },
    }),
    of.platform,
  );
  const mail = { send: async (email: Email) => String(mailed.push(email)) };
  const worker = {
    push: (applications: Record<string, string> = { ios: "app-ios", android: "app-android" }) =>
      consumeMessages(of.platform, deliverPush({ ...of, devices, deliveries, sender, applications })),
    email: () => consumeMessages(of.platform, deliverEmail({ ...of, deliveries, sender: mail })),
  };
  return {
    ...{ queued, published, mailed, removed, trouble, devices, relations, consume, worker },
    area: of.area(notificationsRoutes, notificationsHandlers({ ...of, inboxes })),
    sent: (queue: "push" | "email") =>
      queued.filter((message) => message.queueUrl === queue).map((message) => message.body),
    phone: (owner: AccountId, deviceId = "phone-0001", token = `token-${owner}`) =>
      devices.put(owner, { deviceId, platform: "ios", pushToken: secret(token) }),
  };
}

const tell = async (...events: DomainEvent[]): Promise<number> => {
  const answer = await setup.consume(sqsEvent(...events.map(toMessage)), lambdaContext);
  return answer.batchItemFailures.length;
};

const inboxOf = async (name: string, query: Record<string, string> = {}) =>
  (await setup.area.call("listNotifications", { as: name, query })).body;

const header = (at = world.clock.now()) => ({
  id: newId("event", world.clock, world.platform.random),
  at,
  correlationId: "correlation",
});

const paid = (payer: AccountId, payee: AccountId, at?: number): DomainEvent => ({
  ...header(at),
  type: "transfer.completed",
  data: {
    transferId: newId("transfer", world.clock, world.platform.random),
    payer,
    payee,
    amount: usd(1250),
    audience: "public",
  },
});

const postId = derivedId("post", "p");
const putPost = (author: AccountId, counterparty: AccountId) =>
  world.table.put({ put: { ...keys.post(postId), postId, author, counterparty, audience: "public" } });
const liked = (author: AccountId): DomainEvent => ({
  ...header(),
  type: "post.liked",
  data: { postId, author },
});

describe("the inbox", () => {
  it("holds one message for an event and recipient, however often the event comes", async () => {
    const [ada, bob] = [await world.person("ada"), await world.person("bob")];
    const event = paid(ada, bob);
    expect(await tell(event, event)).toBe(0);
    await Promise.all([tell(event), tell(event)]);
    const { items } = await inboxOf("bob");
    expect(items).toMatchObject([
      {
        type: "transfer.received",
        title: "ada paid you 12.50 USD",
        read: false,
        createdAt: "2026-11-22T12:00:00.000Z",
      },
    ]);
    expect(items[0].data.transferId).toMatch(/^trf_/);
    expect((await inboxOf("ada")).items).toMatchObject([{ type: "transfer.sent" }]);
  });

  it("is read page by page, newest first, and only by its owner", async () => {
    const [ada, bob] = [await world.person("ada"), await world.person("bob")];
    for (let index = 0; index < 5; index += 1) {
      await tell(paid(ada, bob));
      world.clock.advance(1000);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await inboxOf("bob", { limit: "2", ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map((item: { createdAt: string }) => item.createdAt));
      cursor = page.nextCursor;
      if (cursor !== undefined) {
        const foreign = await setup.area.call("listNotifications", { as: "ada", query: { cursor } });
        expect(foreign.body.code).toBe("cursor-invalid");
      }
    } while (cursor !== undefined);
    expect(seen).toHaveLength(5);
    expect(seen).toEqual(seen.toSorted().toReversed());
  });

  it("lets its owner mark one as read, for good; to anyone else it is not there", async () => {
    const [ada, bob] = [await world.person("ada"), await world.person("bob")];
    const event = paid(ada, bob);
    await tell(event);
    const { id } = (await inboxOf("bob")).items[0];
    const read = (name: string, of: string) =>
      setup.area.call("readNotification", { as: name, params: { id: of } });
    expect((await read("ada", id)).status).toBe(404);
    expect((await inboxOf("bob")).items[0].read).toBe(false);
    expect((await read("bob", id)).status).toBe(204);
    expect((await read("bob", id)).status).toBe(204);
    await tell(event);
    expect((await inboxOf("bob")).items[0].read).toBe(true);
    expect((await read("bob", derivedId("notification", "none"))).status).toBe(404);
  });

  it("is all read after read-all, but for what arrives later, even of something that happened before", async () => {
    const [ada, bob] = [await world.person("ada"), await world.person("bob")];
    const late = paid(ada, bob);
    world.clock.advance(HOUR);
    await tell(paid(ada, bob), paid(ada, bob));
    expect((await setup.area.call("readAllNotifications", { as: "bob" })).status).toBe(204);
    const readMarks = async () => (await inboxOf("bob")).items.map((item: { read: boolean }) => item.read);
    expect(await readMarks()).toEqual([true, true]);
    world.clock.advance(1);
    await tell(late);
    expect(await readMarks()).toEqual([true, true, false]);
  });
});

describe("what happens between people", () => {
  it("is told to the post's parties, not to the one who did it, and to nobody through a block", async () => {
    const [ada, bob, cleo] = [
      await world.person("ada"),
      await world.person("bob"),
      await world.person("cleo"),
    ];
    await putPost(ada, bob);
    await tell(liked(ada));
    expect((await inboxOf("ada")).items).toEqual([]);
    expect((await inboxOf("bob")).items).toMatchObject([{ type: "post.liked", data: { postId } }]);
    await setup.relations.move(bob, cleo, "block", "correlation");
    await tell(liked(cleo));
    expect((await inboxOf("bob")).items).toHaveLength(1);
    expect((await inboxOf("ada")).items).toMatchObject([{ title: "cleo likes your payment" }]);
  });

  it("is told to nobody when the post is gone", async () => {
    const ada = await world.person("ada");
    expect(await tell(liked(ada))).toBe(0);
    expect(setup.queued).toEqual([]);
  });

  it("goes to the person asked, as the table announces it", async () => {
    const [ada, bob] = [await world.person("ada"), await world.person("bob")];
    await setup.phone(bob);
    world.newEvents();
    await setup.relations.move(ada, bob, "befriend", "correlation");
    await setup.relations.move(bob, ada, "befriend", "correlation");
    const messages = messagesFor("notifications", world.newEvents());
    await setup.consume(sqsEvent(...messages), lambdaContext);
    expect((await inboxOf("bob")).items).toMatchObject([
      { type: "friend.requested", data: { accountId: ada } },
    ]);
    expect((await inboxOf("ada")).items).toMatchObject([
      { type: "friend.accepted", data: { accountId: bob } },
    ]);
    expect(setup.sent("push")).toHaveLength(1);
  });
});

describe("payment requests", () => {
  const event = async (type: "request.created" | "request.reminded" | "request.declined") => {
    const [requester, payer] = [await world.person("ada"), await world.person("bob")];
    const requestId = derivedId("paymentRequest", type);
    return { ...header(), type, data: { requestId, requester, payer, amount: usd(800) } };
  };

  it("are told to the payer, their being declined to the requester", async () => {
    const created = await event("request.created");
    await tell(created, created, await event("request.reminded"), await event("request.declined"));
    const told = async (name: string) =>
      (await inboxOf(name)).items.map(({ type, title }: { type: string; title: string }) => [type, title]);
    expect((await told("bob")).toSorted()).toEqual([
      ["request.created", "ada asks you for 8.00 USD"],
      ["request.reminded", "ada still waits for 8.00 USD"],
    ]);
    expect(await told("ada")).toEqual([["request.declined", "bob declined"]]);
  });

  it("are told to nobody through a block, either way; money that moved is", async () => {
    const created = await event("request.created");
    const { requester, payer } = created.data;
    await setup.relations.move(payer, requester, "block", "correlation");
    await tell(created, await event("request.declined"));
    expect((await inboxOf("bob")).items).toEqual([]);
    expect((await inboxOf("ada")).items).toEqual([]);
    await tell(paid(requester, payer));
    expect((await inboxOf("bob")).items).toMatchObject([{ type: "transfer.received" }]);
  });
});

describe("preferences", () => {
  const off = { push: false, email: false };
  const allOff = { payments: off, social: off, rewards: off };

  it("are what was put, apart from the read mark", async () => {
    await world.person("bob");
    const get = async () => (await setup.area.call("getPreferences", { as: "bob" })).body;
    expect((await get()).topics.payments).toEqual({ push: true, email: true });
    const quietHours = { from: "22:00", to: "07:00", timeZone: "Europe/Madrid" };
    const body = { topics: allOff, quietHours };
    await setup.area.call("readAllNotifications", { as: "bob" });
    expect((await setup.area.call("putPreferences", { as: "bob", body })).body).toEqual(body);
    await setup.area.call("readAllNotifications", { as: "bob" });
    expect(await get()).toEqual(body);
    await setup.area.call("putPreferences", { as: "bob", body: { topics: allOff } });
    expect(await get()).toEqual({ topics: allOff });
  });

  it("are refused with a place or hours that are none", async () => {
    await world.person("bob");
    for (const quietHours of [
      { from: "22:00", to: "07:00", timeZone: "Europe/Atlantis" },
      { from: "22:00", to: "22:00", timeZone: "UTC" },
      { from: "24:00", to: "22:00", timeZone: "UTC" },
    ]) {
      const reply = await setup.area.call("putPreferences", {
        as: "bob",
        body: { topics: allOff, quietHours },
      });
      expect(reply.status).toBe(400);
    }
  });

  it("keep everything out of the queues but security; the inbox has it all", async () => {
    const [ada, bob] = [await world.person("ada"), await world.person("bob")];
    await setup.phone(bob);
    await setup.area.call("putPreferences", { as: "bob", body: { topics: allOff } });
    await tell(paid(ada, bob));
    expect(setup.queued).toEqual([]);
    expect((await inboxOf("bob")).items).toHaveLength(1);

    await changeAccess(world, bob, {
      change: (access) => freeze(access, "lost-device"),
      memo: "freeze:lost-device",
      event: { type: "account.frozen", correlationId: "correlation" },
    });
    const messages = messagesFor("notifications", world.newEvents());
    await setup.consume(sqsEvent(...messages), lambdaContext);
    expect(setup.sent("push").map((body) => JSON.parse(body).title)).toEqual(["Your account is frozen"]);
  });
});

describe("push delivery", () => {
  const push = (...bodies: string[]) => setup.worker.push()(sqsEvent(...bodies), lambdaContext);
  const planned = async () => {
    const [ada, bob] = [await world.person("ada"), await world.person("bob")];
    await setup.phone(bob);
    await tell(paid(ada, bob));
    return { bob, bodies: setup.sent("push") };
  };

  it("is made once however often the message comes, on an endpoint that is kept", async () => {
    const { bob, bodies } = await planned();
    await push(...bodies);
    await push(...bodies, ...bodies);
    expect(setup.published).toMatchObject([{ title: "ada paid you 12.50 USD" }]);
    const [device] = await setup.devices.listOf(bob);
    expect(device?.endpointArn).toBe(setup.published[0]?.to);
    await tell(paid(await world.person("cleo"), bob));
    await push(...setup.sent("push"));
    expect(new Set(setup.published.map(({ to }) => to)).size).toBe(1);
    expect(setup.published).toHaveLength(2);
  });

  it("forgets a device only when its endpoint is disabled", async () => {
    const { bob, bodies } = await planned();
    setup.trouble.failing = true;
    expect((await push(...bodies)).batchItemFailures).toHaveLength(1);
    const [kept] = await setup.devices.listOf(bob);
    expect(kept).toBeDefined();

    setup.trouble.failing = false;
    setup.trouble.disabled.add(kept?.endpointArn ?? "");
    expect((await push(...bodies)).batchItemFailures).toEqual([]);
    expect(await setup.devices.listOf(bob)).toEqual([]);
    expect(setup.removed).toEqual([kept?.endpointArn]);
    expect((await push(...bodies)).batchItemFailures).toEqual([]);
    expect(setup.published).toEqual([]);
  });

  it("makes another endpoint for one that is gone", async () => {
    const { bob, bodies } = await planned();
    const [device] = await setup.devices.listOf(bob);
    if (device === undefined) throw new Error("the device is registered");
    await setup.devices.rememberEndpoint(device, "stale");
    setup.trouble.gone.add("stale");
    expect((await push(...bodies)).batchItemFailures).toEqual([]);
    expect(setup.published).toHaveLength(1);
    expect((await setup.devices.listOf(bob))[0]?.endpointArn).toBe(setup.published[0]?.to);
  });

  it("is made again by another worker when one died while sending", async () => {
    const { bob, bodies } = await planned();
    const { deliveryId } = JSON.parse(bodies[0] ?? "{}");
    const deliveries = createDeliveries(world);
    const delivery = { deliveryId, accountId: bob, way: "push" } as const;
    expect(await deliveries.take(delivery, world.clock.now())).toBe("taken");
    expect((await push(...bodies)).batchItemFailures).toHaveLength(1);
    expect(setup.published).toEqual([]);
    world.clock.advance(TAKEN_MS + 1);
    expect((await push(...bodies)).batchItemFailures).toEqual([]);
    expect(setup.published).toHaveLength(1);
  });

  it("is given up without an application for the platform, and a foreign message is a failure", async () => {
    const { bodies } = await planned();
    const worker = setup.worker.push({ android: "app-android" });
    const answer = await worker(sqsEvent(...bodies, "{}"), lambdaContext);
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: "message-1" }]);
    expect(setup.published).toEqual([]);
  });
});

describe("e-mail delivery", () => {
  it("goes once to the verified address, which is in no queue", async () => {
    await world.person("ada");
    const { id: bob } = await world.accounts.ensure(
      { cognitoSubject: "sub-bob" },
      { name: "Bob", email: "bob@example.com", emailVerified: true, locale: "es" },
      "correlation",
    );
    const ada = await world.accounts.idBySubject("sub-ada");
    if (ada === undefined) throw new Error("ada is there");
    await tell(paid(ada, bob));
    const bodies = setup.sent("email");
    expect(bodies).toHaveLength(1);
    expect(bodies.join()).not.toContain("bob@example.com");
    const together = await setup.worker.email()(sqsEvent(...bodies, ...bodies), lambdaContext);
    expect(together.batchItemFailures).toHaveLength(1);
    const later = await setup.worker.email()(sqsEvent(...bodies), lambdaContext);
    expect(later.batchItemFailures).toEqual([]);
    expect(setup.mailed.map(({ to, subject }) => ({ to, subject }))).toEqual([
      { to: "bob@example.com", subject: "ada te pagó 12.50 USD" },
    ]);
  });
});
