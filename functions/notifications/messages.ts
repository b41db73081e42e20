/** What the queues `push` and `email` carry: one message for one device, or for one person's mailbox. */
import * as z from "zod";
import { accountIdSchema } from "../../shared/http/schemas.ts";
import { languages } from "./templates.ts";

export const pushMessage = z.object({
  /** One for a notification and a device: a delivery that is on record is not made again. */
  deliveryId: z.string(),
  accountId: accountIdSchema,
  deviceId: z.string(),
  title: z.string(),
  body: z.string(),
  data: z.record(z.string(), z.string()),
  /** The phone shows messages of one key once: a message that comes twice replaces itself. At most 64 bytes. */
  collapseKey: z.string(),
});
export type PushMessage = z.output<typeof pushMessage>;

/** The address is not in it: it is read when the mail is sent, and is in no queue and no dead letter. */
export const emailMessage = z.object({
  deliveryId: z.string(),
  accountId: accountIdSchema,
  language: z.enum(languages),
  title: z.string(),
  body: z.string(),
});
export type EmailMessage = z.output<typeof emailMessage>;
