/** Channels from the stage's settings and the secret: opened once, reopened on rotation, refused when they misfit. */
import { describe, expect, it } from "vitest";
import { paymentChannels } from "../../../../functions/payments/channels.ts";
import { secret } from "../../../../shared/platform/redacted.ts";
import type { Secrets } from "../../../../shared/platform/secrets.ts";

const keys = (rest: Record<string, unknown> = {}) => ({
  apiKey: "sk_test_a",
  publishableKey: "pk_test_a",
  webhookSecrets: ["whsec_a"],
  ...rest,
});

function setUp(value: unknown, livemode = false) {
  const held = { text: JSON.stringify(value) };
  const secrets: Secrets = { read: async () => secret(held.text) };
  const config = { STRIPE_SECRET_ARN: "arn:test", CHANNELS: { stripe: { enabled: true, livemode } } };
  return { held, channels: paymentChannels(config, secrets) };
}

describe("payment channels", () => {
  it("knows the channels of the stage only", async () => {
    const { channels } = setUp(keys());
    expect(await channels.open("stripe")).toMatchObject({ enabled: true, livemode: false });
    expect(await channels.open("paypal")).toBeUndefined();
    const none = paymentChannels(
      { STRIPE_SECRET_ARN: "arn:test", CHANNELS: {} },
      { read: async () => secret("") },
    );
    expect(await none.open("stripe")).toBeUndefined();
  });

  it("keeps a channel open until its keys are rotated", async () => {
    const { held, channels } = setUp(keys());
    const first = (await channels.open("stripe"))?.channel;
    expect((await channels.open("stripe"))?.channel).toBe(first);
    held.text = JSON.stringify(keys({ apiKey: "rk_test_b" }));
    expect((await channels.open("stripe"))?.channel).not.toBe(first);
  });

  it("refuses keys of the other mode and secrets of another shape, and shows no value", async () => {
    await expect(setUp(keys(), true).channels.open("stripe")).rejects.toThrow("live mode");
    const wrong = setUp(keys({ apiKey: 7, webhookSecrets: [] })).channels.open("stripe");
    await expect(wrong).rejects.toThrow(/apiKey.*webhookSecrets/);
    const text = setUp(keys());
    text.held.text = "sk_test_not_json";
    await expect(text.channels.open("stripe")).rejects.toThrow(/^(?!.*sk_test_not_json)/);
  });
});
