/** What the parts of the simulator work with. */
import * as z from "zod";
import type { Kit } from "../kit/protocol.ts";
import type { Desk } from "./desk.ts";
import { paramError } from "./refusal.ts";
import type { State } from "./state.ts";
import { timestamp } from "./times.ts";

/** Of the stage's settings those that the provider has in its books as well. */
export const SettingsShape = z.object({
  mchId: z.string(),
  appId: z.string(),
  appIds: z.record(z.string(), z.string()).default({}),
  hosts: z.array(z.url()).min(1).default(["https://api.mch.weixin.qq.com", "https://api2.mch.weixin.qq.com"]),
  certificates: z.boolean().default(false),
  payout: z
    .object({
      sceneId: z.string(),
      appId: z.string().optional(),
      account: z.enum(["BASIC", "OPERATION"]).default("BASIC"),
    })
    .optional(),
});
export type Settings = z.infer<typeof SettingsShape>;

export type World = {
  readonly kit: Kit<State>;
  readonly settings: Settings;
  readonly desk: Desk;
};

/** Whether an app is bound to the merchant. */
export const isBound = ({ settings }: World, appId: string): boolean =>
  [settings.appId, ...Object.values(settings.appIds), settings.payout?.appId].includes(appId);

/** A body of a shape. @throws Refusal `PARAM_ERROR` */
export function parseBody<T>(shape: z.ZodType<T>, text: string): T {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw paramError("the body is no JSON");
  }
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw paramError(`${issue?.path.join(".") ?? "the body"}: ${issue?.message ?? "does not fit"}`);
}

/** An address for callbacks: HTTPS without a query, or this machine. */
export const NotifyUrl = z
  .url({ protocol: /^https?$/ })
  .max(255)
  .refine((url) => !url.includes("?"), { message: "must not have a query" })
  .refine((url) => url.startsWith("https:") || ["127.0.0.1", "localhost"].includes(new URL(url).hostname), {
    message: "must be https",
  });

/** An event on its way to the merchant; what is `plain` is encrypted when it is sent. */
export function notify(
  { kit }: World,
  event: {
    readonly type: string;
    readonly objectId: string;
    readonly url: string;
    readonly summary: string;
    readonly originalType: string;
    readonly plain: unknown;
  },
): void {
  const { type, objectId, url, summary, originalType, plain } = event;
  const eventId = `${kit.ids.hex(8)}-${kit.ids.hex(4)}-5${kit.ids.hex(3)}-8${kit.ids.hex(3)}-${kit.ids.hex(12)}`;
  const content = JSON.stringify({
    id: eventId,
    create_time: timestamp(kit.now()),
    resource_type: "encrypt-resource",
    event_type: type,
    summary,
    resource: { original_type: originalType, associated_data: originalType, plain },
  });
  kit.emit({ eventId, type, objectId, url, content });
}
