/** Lambda entry of the e-mail queue. */
import * as z from "zod";
import { consumeMessages } from "../../shared/events/consume.ts";
import { baseConfig, readConfig } from "../../shared/platform/config.ts";
import { storage } from "../../shared/wiring/storage.ts";
import { createDeliveries } from "./deliveries.ts";
import { deliverEmail } from "./email-delivery.ts";
import { sesEmailSender } from "./ses-email-sender.ts";

const config = readConfig(baseConfig.extend({ EMAIL_FROM: z.string().min(1) }), process.env);
const base = storage(config);

export const handler = consumeMessages(
  base.platform,
  deliverEmail({ ...base, deliveries: createDeliveries(base), sender: sesEmailSender(config.EMAIL_FROM) }),
);
