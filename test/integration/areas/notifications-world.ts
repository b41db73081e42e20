/** Notifications with the real handlers, consumer and delivery workers, over the embedded engine. */
import { notificationsRoutes } from "../../../functions/notifications/contract.ts";
import { createDeliveries } from "../../../functions/notifications/deliveries.ts";
import { deliverEmail } from "../../../functions/notifications/email-delivery.ts";
import type { Email } from "../../../functions/notifications/email-sender.ts";
import { notificationsHandlers } from "../../../functions/notifications/handlers.ts";
import { createInboxes } from "../../../functions/notifications/inbox.ts";
import { notificationsEvents } from "../../../functions/notifications/notify.ts";
import { deliverPush } from "../../../functions/notifications/push-delivery.ts";
import type { PushContent, PushSender } from "../../../functions/notifications/push-sender.ts";
import type { DomainEvent } from "../../../shared/events/catalogue.ts";
import { consumeEvents, consumeMessages } from "../../../shared/events/consume.ts";
import { toMessage } from "../../../shared/events/message.ts";
import { createDevices } from "../../../shared/people/devices.ts";
import { createRelations } from "../../../shared/people/relations.ts";
import { type AccountId, derivedId, newId } from "../../../shared/platform/ids.ts";
import type { OutgoingMessage } from "../../../shared/platform/queues.ts";
import { secret } from "../../../shared/platform/redacted.ts";
import { keys } from "../../../shared/table/keys.ts";
import { createWorld, lambdaContext, sqsEvent, usd, type World } from "../../builders/world.ts";

type Published = PushContent & { readonly to: string };

const postId = derivedId("post", "p");

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

/** Notifications in a small world, with what tests tell of and look at. */
export async function createNotificationsWorld() {
  const world = await createWorld();
  const setup = buildSetup(world);

  const header = (at = world.clock.now()) => ({
    id: newId("event", world.clock, world.platform.random),
    at,
    correlationId: "correlation",
  });
  return {
    ...setup,
    world,
    postId,
    header,
    /** How many of the events failed. */
    tell: async (...events: DomainEvent[]): Promise<number> => {
      const answer = await setup.consume(sqsEvent(...events.map(toMessage)), lambdaContext);
      return answer.batchItemFailures.length;
    },
    inboxOf: async (name: string, query: Record<string, string> = {}) =>
      (await setup.area.call("listNotifications", { as: name, query })).body,
    paid: (payer: AccountId, payee: AccountId, at?: number): DomainEvent => ({
      ...header(at),
      type: "transfer.completed",
      data: {
        transferId: newId("transfer", world.clock, world.platform.random),
        payer,
        payee,
        amount: usd(1250),
        audience: "public",
      },
    }),
    putPost: (author: AccountId, counterparty: AccountId) =>
      world.table.put({ put: { ...keys.post(postId), postId, author, counterparty, audience: "public" } }),
    liked: (author: AccountId): DomainEvent => ({
      ...header(),
      type: "post.liked",
      data: { postId, author },
    }),
  };
}

export type NotificationsWorld = Awaited<ReturnType<typeof createNotificationsWorld>>;
