/** The channels' settings and the places of their keys, as functions get them. */
import * as z from "zod";
import { baseConfig, jsonVariable } from "../platform/config.ts";

/** `enabled: false` offers the channel to nobody; payments begun on it are still followed to their end. */
const settingsSchema = z.looseObject({ enabled: z.boolean(), livemode: z.boolean() });

export const channelConfig = baseConfig.extend({
  /** By channel; each channel's own schema is applied where it is opened. */
  CHANNELS: jsonVariable(z.record(z.string(), settingsSchema)),
  /** Channel → ARN of its secret. */
  CHANNEL_SECRETS: jsonVariable(z.record(z.string(), z.string().min(1))),
  /** Where callbacks come in; a channel's name and nothing else is added. */
  CALLBACKS_URL: z.url().refine((url) => !url.endsWith("/"), "must not end in a slash"),
});
export type ChannelVariables = Pick<
  z.output<typeof channelConfig>,
  "CHANNELS" | "CHANNEL_SECRETS" | "CALLBACKS_URL"
>;
