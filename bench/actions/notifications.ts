/** What telling people costs: the inbox, planning who is told what, push and e-mail. */
import { notificationsRoutes } from "../../functions/notifications/contract.ts";
import { createDeliveries } from "../../functions/notifications/deliveries.ts";
import { deliverEmail } from "../../functions/notifications/email-delivery.ts";
import { notificationsHandlers } from "../../functions/notifications/handlers.ts";
import { createInboxes } from "../../functions/notifications/inbox.ts";
import { notificationsEvents } from "../../functions/notifications/notify.ts";
import { deliverPush } from "../../functions/notifications/push-delivery.ts";
import type { DomainEvent } from "../../shared/events/catalogue.ts";
import { consumeEvents, consumeMessages } from "../../shared/events/consume.ts";
import { toMessage } from "../../shared/events/message.ts";
import { createDevices } from "../../shared/people/devices.ts";
import { createRelations } from "../../shared/people/relations.ts";
import { newId } from "../../shared/platform/ids.ts";
import type { OutgoingMessage, Queues } from "../../shared/platform/queues.ts";
import { secret } from "../../shared/platform/redacted.ts";
import { createWorld, lambdaContext, sqsEvent, usd, type World } from "../../test/builders/world.ts";
import type { ActionSet } from "./action-set.ts";
import { handled } from "./handled.ts";

const INBOX = 25;

/** Queues that are lists, and count the requests that would send. */
export function listedQueues() {
  const sent: OutgoingMessage[] = [];
  let requests = 0;
  const queues: Queues = {
    send: async (messages) => {
      sent.push(...messages);
      for (const batch of Map.groupBy(messages, ({ queueUrl }) => queueUrl).values())
        requests += Math.ceil(batch.length / 10);
    },
  };
  return {
    queues,
    to: (queueUrl: string) => sent.filter((message) => message.queueUrl === queueUrl).map(({ body }) => body),
    requests: () => requests,
  };
}

/** A person with a verified e-mail address. */
async function withEmail({ accounts, person }: World, name: string) {
  const profile = { name, email: `${name}@example.com`, emailVerified: true, locale: "en" };
  await accounts.ensure({ cognitoSubject: `sub-${name}` }, profile, "correlation");
  return person(name);
}

export const notificationsActions: ActionSet = async ({ route, worker }) => {
  const world = await createWorld();
  const inboxes = createInboxes(world);
  const devices = createDevices(world);
  const deliveries = createDeliveries(world);
  const { queues, to, requests } = listedQueues();
  const area = world.area(notificationsRoutes, notificationsHandlers({ ...world, inboxes }));
  const of = { world, name: "notifications", routes: notificationsRoutes, area } as const;
  const ada = await world.person("ada");
  const ben = await withEmail(world, "ben");
  await devices.put(ben, { deviceId: "phone-0001", platform: "ios", pushToken: secret("token") });

  const consumer = consumeEvents(
    notificationsEvents({
      ...world,
      inboxes,
      devices,
      relations: createRelations(world),
      queues,
      queueUrls: { push: "push", email: "email" },
    }),
    world.platform,
  );
  const tell = async (): Promise<number> => {
    const event: DomainEvent = {
      id: newId("event", world.clock, world.platform.random),
      type: "transfer.completed",
      at: world.clock.now(),
      correlationId: "correlation",
      data: {
        transferId: newId("transfer", world.clock, world.platform.random),
        payer: ada,
        payee: ben,
        amount: usd(12_50),
        audience: "participants",
      },
    };
    const before = requests();
    handled(await consumer(sqsEvent(toMessage(event)), lambdaContext));
    return requests() - before;
  };
  for (let index = 1; index < INBOX; index += 1) await tell();
  await worker(
    { world, name: "notifications-consumer", trigger: "queue" },
    { scene: "a payment between two people, one of them with a device and an address" },
    tell,
  );

  const push = consumeMessages(
    world.platform,
    deliverPush({
      ...world,
      devices,
      deliveries,
      applications: { ios: "app-ios" },
      sender: {
        createEndpoint: async () => "arn:aws:sns:us-east-1:000000000000:endpoint/APNS/app-ios/1",
        publish: async () => ({ outcome: "sent", messageId: "m" }),
        removeEndpoint: async () => {},
      },
    }),
  );
  const email = consumeMessages(
    world.platform,
    deliverEmail({ ...world, deliveries, sender: { send: async () => "m" } }),
  );
  const [first = "", second = ""] = to("push");
  const pushQueue = { world, name: "push-delivery", trigger: "queue" } as const;
  await worker(
    pushQueue,
    { variant: "first", scene: "a device's first message: makes its endpoint" },
    async () => handled(await push(sqsEvent(first), lambdaContext)),
  );
  await worker(pushQueue, { scene: "one message to one device" }, async () =>
    handled(await push(sqsEvent(second), lambdaContext)),
  );
  const [letter = ""] = to("email");
  await worker(
    { world, name: "email-delivery", trigger: "queue" },
    { scene: "one message to one person" },
    async () => handled(await email(sqsEvent(letter), lambdaContext)),
  );

  const inbox = await route(of, "listNotifications", { as: "ben" }, { scene: `a page of ${INBOX}` });
  const params = { id: String(inbox.body.items[0].id) };
  await route(of, "readNotification", { as: "ben", params }, { scene: "" });
  await route(of, "readAllNotifications", { as: "ben" }, { scene: "" });
  const both = { push: true, email: true };
  const body = { topics: { payments: both, social: both, rewards: both } };
  await route(of, "putPreferences", { as: "ben", body }, { scene: "" });
  await route(of, "getPreferences", { as: "ben" }, { scene: "" });
  world.close();
};
