/** The channels' settings and keys, as functions get them: a variable and a secret. */
import * as z from "zod";
import { baseConfig, jsonVariable } from "../platform/config.ts";
import type { Secrets } from "../platform/secrets.ts";

/** `enabled: false` offers the channel to nobody; payments begun on it are still followed to their end. */
const settingsSchema = z.object({ enabled: z.boolean(), livemode: z.boolean() });
export type ChannelSettings = z.output<typeof settingsSchema>;

export const channelConfig = baseConfig.extend({
  STRIPE_SECRET_ARN: z.string().min(1),
  CHANNELS: jsonVariable(z.object({ stripe: settingsSchema.optional() })),
});
export type ChannelConfigVariables = Pick<z.output<typeof channelConfig>, "STRIPE_SECRET_ARN" | "CHANNELS">;

const stripeSecretSchema = z.object({
  apiKey: z.string().min(1),
  publishableKey: z.string().min(1),
  /** Two while one is being rolled. */
  webhookSecrets: z.array(z.string().min(1)).min(1),
});
export type StripeKeys = z.output<typeof stripeSecretSchema>;

/**
 * Stripe's keys. @throws when the secret cannot be read or is not `{apiKey, publishableKey, webhookSecrets: [...]}`;
 * the error names what is wrong and never shows a value.
 */
export async function readStripeKeys(secrets: Secrets, arn: string): Promise<StripeKeys> {
  const text = (await secrets.read(arn)).reveal();
  const parsed = stripeSecretSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.code}`);
  throw new Error(`The Stripe secret is not as it should be. ${faults.join("; ")}`);
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
