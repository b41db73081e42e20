/** Lambda entry of the push queue. */
import * as z from "zod";
import { consumeMessages } from "../../shared/events/consume.ts";
import { createDevices } from "../../shared/people/devices.ts";
import { baseConfig, jsonVariable, readConfig } from "../../shared/platform/config.ts";
import { storage } from "../../shared/wiring/storage.ts";
import { createDeliveries } from "./deliveries.ts";
import { deliverPush } from "./push-delivery.ts";
import { snsPushSender } from "./sns-push-sender.ts";

const applications = z
  .object({ ios: z.string().min(1).optional(), android: z.string().min(1).optional() })
  .transform(({ ios, android }) => ({
    ...(ios === undefined ? {} : { ios }),
    ...(android === undefined ? {} : { android }),
  }));

const config = readConfig(baseConfig.extend({ PUSH_APPLICATIONS: jsonVariable(applications) }), process.env);
const base = storage(config);

export const handler = consumeMessages(
  base.platform,
  deliverPush({
    ...base,
    devices: createDevices(base),
    deliveries: createDeliveries(base),
    sender: snsPushSender(),
    applications: config.PUSH_APPLICATIONS,
  }),
);
