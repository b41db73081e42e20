/** Lambda entry of the notifications' queue. */
import * as z from "zod";
import { consumeEvents } from "../../shared/events/consume.ts";
import { createDevices } from "../../shared/people/devices.ts";
import { createRelations } from "../../shared/people/relations.ts";
import { baseConfig, jsonVariable, readConfig } from "../../shared/platform/config.ts";
import { sqsQueues } from "../../shared/platform/queues.ts";
import { storage } from "../../shared/wiring/storage.ts";
import { createInboxes } from "./inbox.ts";
import { notificationsEvents } from "./notify.ts";

const config = readConfig(
  baseConfig.extend({
    QUEUE_URLS: jsonVariable(z.object({ push: z.string().min(1), email: z.string().min(1) })),
  }),
  process.env,
);
const base = storage(config);

export const handler = consumeEvents(
  notificationsEvents({
    ...base,
    devices: createDevices(base),
    relations: createRelations(base),
    inboxes: createInboxes(base),
    queues: sqsQueues(),
    queueUrls: config.QUEUE_URLS,
  }),
  base.platform,
);
