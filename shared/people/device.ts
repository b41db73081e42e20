/** A person's device as it is registered for push messages, and what is kept of it afterwards. Pure. */
import { hash } from "node:crypto";
import * as z from "zod";
import { accountIdSchema } from "../http/schemas.ts";
import { DAY, type EpochMs, toEpochSeconds } from "../platform/clock.ts";
import type { AccountId } from "../platform/ids.ts";
import { type Secret, secret } from "../platform/redacted.ts";
import { keys } from "../table/keys.ts";
import { tableSchema } from "../table/schema.ts";
import type { Item } from "../table/table.ts";

export const pushPlatforms = ["ios", "android"] as const;
export type PushPlatform = (typeof pushPlatforms)[number];

type Registered = {
  readonly accountId: AccountId;
  /** Chosen by the app, the same over restarts. */
  readonly deviceId: string;
  readonly platform: PushPlatform;
  /** Tells push tokens apart without showing them. */
  readonly tokenDigest: string;
};

export type Device = Registered & {
  readonly former: false;
  /**
   * What Apple or Google gave the app; it changes now and then. Whoever has it can send to the phone, and it names
   * the phone for life: never in a log.
   */
  readonly pushToken: Secret<string>;
  /** The push service's name for this token, kept once it is known. A new token needs a new one. */
  readonly endpointArn?: string;
  /** When the app last registered, to a day. */
  readonly registeredAt: EpochMs;
};

/**
 * What is kept for a while of a device that the app gave up or that went to another person. Nothing is sent to it; it
 * tells that two people used one phone.
 */
export type FormerDevice = Registered & { readonly former: true };

export type KnownDevice = Device | FormerDevice;

/** A former device is deleted after so long. */
export const FORMER_DAYS = 180;

export const pushTokenDigest = (platform: PushPlatform, pushToken: string): string =>
  hash("sha256", `${platform}:${pushToken}`, "base64url");

const registered = {
  accountId: accountIdSchema,
  deviceId: z.string(),
  platform: z.enum(pushPlatforms),
  tokenDigest: z.string(),
};

const schema = z.discriminatedUnion("former", [
  z.object({ ...registered, former: z.literal(true) }),
  z.object({
    ...registered,
    former: z.literal(false),
    pushToken: z.string().transform((token) => secret(token)),
    endpointArn: z.string().optional(),
    registeredAt: z.int(),
  }),
]);

/** @throws ZodError when the item is no device. */
export const fromDeviceItem = (item: Item): KnownDevice => {
  const parsed = schema.parse(item);
  if (parsed.former) return parsed;
  const { endpointArn, ...rest } = parsed;
  return { ...rest, ...(endpointArn === undefined ? {} : { endpointArn }) };
};

export const toDeviceItem = ({ pushToken, ...rest }: Device): Item => ({
  ...keys.device(rest.accountId, rest.deviceId),
  ...rest,
  pushToken: pushToken.reveal(),
});

export const toFormerItem = ({ accountId, deviceId, platform, tokenDigest }: Device, now: EpochMs): Item => ({
  ...keys.device(accountId, deviceId),
  accountId,
  deviceId,
  platform,
  tokenDigest,
  former: true,
  [tableSchema.ttl]: toEpochSeconds(now + FORMER_DAYS * DAY),
});
