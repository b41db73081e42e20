/**
 * The payments area in a small world, with the real Stripe channel speaking HTTP to the Stripe simulator, whose
 * webhooks come in through the callbacks area.
 */
import type { Simulator } from "../../local/channels/simulator.ts";
import { simulator as stripeSimulator } from "../../local/channels/stripe/simulator.ts";
import { signatureHeader } from "../../local/channels/stripe/webhooks.ts";
import { channelModules } from "../../shared/channels/registry.ts";
import { createTransport, type Fetch, TRANSPORT_LIMITS } from "../../shared/channels/transport.ts";
import type { Channels } from "../../shared/payments/open-channels.ts";
import { crashingTransport } from "./crashes.ts";
import { handTimers } from "./hand-timers.ts";
import { createPaymentsBase, type PaymentsBase } from "./payments-base.ts";
import { type Called, seededRandom } from "./world.ts";

export { CLEARING_SHARDS } from "./payments-base.ts";

const CALLBACK_URL = "https://kith.example/v1/callbacks/stripe";
export const WEBHOOK_SECRET = "whsec_current";
export const OLD_WEBHOOK_SECRET = "whsec_previous";

export type PaymentsWorld = PaymentsBase & {
  readonly simulator: Simulator;
  /** Changes the simulator's answers on their way to the channel. */
  answers: ((call: string, body: Record<string, unknown>) => Record<string, unknown>) | undefined;
  /** The channel's settings; a test may change them. */
  readonly settings: { enabled: boolean; livemode: boolean };
  /** Lets time pass: the simulator's timers run and its webhooks arrive. */
  readonly pass: (ms?: number) => Promise<void>;
  /** Time passes in steps of a minute with the sweep and the consumer at work, as long as asked. */
  readonly live: (ms: number, stepMs?: number) => Promise<void>;
  /** POST of a body that is signed as Stripe does, unless told otherwise. */
  readonly callback: (body: string, signed?: SignOptions) => Promise<Called>;
  readonly close: () => Promise<void>;
};

export type SignOptions = { readonly secret?: string; readonly atMs?: number; readonly header?: string };

export async function createPaymentsWorld(): Promise<PaymentsWorld> {
  const settings = { enabled: true, livemode: false };
  const result: Pick<PaymentsWorld, "answers"> = { answers: undefined };
  let fetchStripe: Fetch = () => Promise.reject(new Error("Stripe is not there yet"));
  const base = await createPaymentsBase(({ platform, crashes }): Channels => {
    const channel = channelModules.stripe.open({
      settings: { ...settings },
      keys: {
        apiKey: "sk_test_world",
        publishableKey: "pk_test_world",
        webhookSecrets: [WEBHOOK_SECRET, OLD_WEBHOOK_SECRET],
      },
      callbackUrl: CALLBACK_URL,
      tools: { now: platform.clock.now, bytes: platform.random.bytes },
    });
    const transport = createTransport(
      { platform, fetch: (url, init) => fetchStripe(url, init) },
      // A lost answer is what a test wants to see the end of.
      { ...TRANSPORT_LIMITS, repeats: 0 },
    );
    const opened = {
      channel,
      transport: crashingTransport(transport, crashes),
      payer: channelModules.stripe.payer,
      recipients: channelModules.stripe.recipients,
    };
    return { open: async (name) => (name === "stripe" ? { ...opened, ...settings } : undefined) };
  });
  const { clock } = base.world;
  const timers = handTimers(clock.now);
  const post = (body: string, headers: Readonly<Record<string, string>>) =>
    base.callbacks.call("receiveCallback", { params: { channel: "stripe" }, rawBody: body, headers });

  const random = seededRandom(2);
  const simulator = stripeSimulator.create({
    keys: {
      apiKey: "sk_test_world",
      publishableKey: "pk_test_world",
      webhookSecrets: [WEBHOOK_SECRET],
    },
    provider: { accountId: "acct_world" },
    settings: {},
    callbackUrl: CALLBACK_URL,
    ports: {
      now: clock.now,
      schedule: timers.schedule,
      random: random.fraction,
      bytes: random.bytes,
      store: { load: () => undefined, save: () => {}, volatile: true },
      log: () => {},
      resolve: (url) => url,
      fetch: async (_url, init) => {
        const headers = Object.fromEntries(new Headers(init?.headers));
        return new Response("", { status: (await post(String(init?.body), headers)).status });
      },
    },
  });
  await simulator.listen(0);
  fetchStripe = async (address, init) => {
    const url = address.replace("https://api.stripe.com", simulator.url());
    const answer = await fetch(url, init);
    if (result.answers === undefined) return answer;
    const call = `${init.method ?? "GET"} ${new URL(url).pathname}`;
    const body = result.answers(call, (await answer.json()) as Record<string, unknown>);
    return Response.json(body, { status: answer.status });
  };

  const pass = async (ms = 0): Promise<void> => {
    const until = clock.now() + ms;
    for (let due = timers.next(until); due !== undefined; due = timers.next(until)) {
      clock.advance(Math.max(0, due.at - clock.now()));
      due.run();
      await simulator.control.idle();
    }
    clock.advance(until - clock.now());
  };

  return Object.assign(result, base, {
    simulator,
    settings,
    pass,
    async live(ms: number, stepMs = 60_000) {
      const until = clock.now() + ms;
      while (clock.now() < until) {
        await pass(Math.min(stepMs, until - clock.now()));
        await base.consume();
        await base.sweep();
      }
      await base.consume();
    },
    callback: (body: string, { secret = WEBHOOK_SECRET, atMs = clock.now(), header }: SignOptions = {}) =>
      post(body, {
        "stripe-signature": header ?? signatureHeader(secret, Math.floor(atMs / 1000), body),
      }),
    async close() {
      await simulator.close();
      base.world.close();
    },
  });
}
