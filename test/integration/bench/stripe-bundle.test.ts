/** The Stripe channel as it is bundled, which has another build of Stripe's library than tests that run the sources. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { bundleOptions, repositoryRoot } from "../../../infra/constructs/bundle.ts";
import type { Channel } from "../../../shared/channels/channel.ts";
import type { openChannel } from "../../../shared/channels/registry.ts";
import { PUBLISHABLE_KEY, SECRET_KEY, type StripeWorld, startStripeWorld } from "../stripe/stripe-world.ts";

const directory = mkdtempSync(join(tmpdir(), "kith-stripe-"));
let bundled: { readonly openChannel: typeof openChannel };
let world: StripeWorld;
let channel: Channel;

beforeAll(async () => {
  const outfile = join(directory, "channel.mjs");
  const [code] = buildSync({
    ...bundleOptions,
    sourcemap: false,
    absWorkingDir: repositoryRoot,
    stdin: {
      contents: 'export { openChannel } from "./shared/channels/registry.ts";',
      resolveDir: repositoryRoot,
    },
    outfile,
  }).outputFiles;
  if (code === undefined) throw new Error("there is no bundle");
  writeFileSync(outfile, code.contents);
  bundled = await import(pathToFileURL(outfile).href);
  world = await startStripeWorld();
});
afterAll(async () => {
  await world.close();
  rmSync(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  channel = await bundled.openChannel({
    channel: "stripe",
    apiKey: SECRET_KEY,
    publishableKey: PUBLISHABLE_KEY,
    livemode: false,
    timeoutMs: 5000,
    maxNetworkRetries: 0,
    fetch: (input, init) => fetch(String(input).replace("https://api.stripe.com", world.simulator.url), init),
  });
});

const payment = (paymentId: string) => ({
  paymentId,
  idempotencyKey: `${paymentId}:create`,
  money: { value: 1230, currency: "USD" } as const,
  description: "Tea",
  metadata: {},
});

it("makes a payment and looks it up", async () => {
  const made = await channel.createPayment(payment("pay_1"));
  if (made.outcome !== "ok") throw new Error(`expected ok, got ${JSON.stringify(made)}`);
  const found = await channel.queryPayment({ channelPaymentId: made.value.channelPaymentId });
  expect(found).toMatchObject({ outcome: "ok", value: { channelPaymentId: made.value.channelPaymentId } });
});

it("tells a refusal from an unknown outcome", async () => {
  const refused = await channel.queryPayment({ channelPaymentId: "pi_missing" });
  expect(refused.outcome).toBe("declined");
  world.simulator.control.failNext({ times: 1, fault: { kind: "drop-after-effect" } });
  expect((await channel.createPayment(payment("pay_2"))).outcome).toBe("unknown");
});
