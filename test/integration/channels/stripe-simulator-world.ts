/** A Stripe simulator with a clock moved by hand, a webhook endpoint, and the official client on it. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import Stripe from "stripe";
import type { Simulator } from "../../../local/channels/simulator.ts";
import { simulator as stripeSimulator } from "../../../local/channels/stripe/simulator.ts";
import { createHandClock, createMemoryStore, type HandClock } from "../../builders/channel-harness.ts";

export const SECRET_KEY = "sk_test_simulated";
export const PUBLISHABLE_KEY = "pk_test_simulated";
export const WEBHOOK_SECRET = "whsec_simulated";
export const START_MS = Date.UTC(2026, 0, 15, 12);

/** A small deterministic random source. */
export function createRandom(seed: number): () => number {
  let value = seed;
  return () => {
    value = (value * 1_103_515_245 + 12_345) % 2_147_483_648;
    return value / 2_147_483_648;
  };
}

/** A webhook as it arrived. */
export interface ReceivedWebhook {
  readonly headers: Record<string, string | undefined>;
  readonly rawBody: Buffer;
  readonly event: Stripe.Event;
}

/** An endpoint that answers 200, or what `answers` says next: a status, or a broken connection. */
export async function startReceiver() {
  const received: ReceivedWebhook[] = [];
  const answers: (number | "drop")[] = [];
  const receive = async (message: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk);
    const rawBody = Buffer.concat(chunks);
    const headers = Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
    );
    received.push({ headers, rawBody, event: JSON.parse(rawBody.toString("utf8")) });
    const answer = answers.shift() ?? 200;
    if (answer === "drop") message.socket.destroy();
    else response.writeHead(answer, { location: "/elsewhere" }).end();
  };
  const server = createServer((message, response) => void receive(message, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no address");
  return {
    received,
    answers,
    url: `http://127.0.0.1:${address.port}/callbacks/stripe`,
    types: () => received.map(({ event }) => event.type),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

/** The official client, speaking to `url` instead of Stripe. */
export function officialClient(url: string, key = SECRET_KEY, maxNetworkRetries = 0): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe(key, { host: hostname, port, protocol: "http", maxNetworkRetries, telemetry: false });
}

export interface StripeWorld {
  readonly simulator: Simulator;
  readonly clock: HandClock;
  readonly receiver: Receiver;
  readonly store: ReturnType<typeof createMemoryStore>;
  readonly stripe: Stripe;
  readonly log: string[];
  /** Lets time pass and waits until every webhook that fell due was answered. */
  pass(ms?: number): Promise<void>;
  /** Closes the simulator and starts another one on the same store and clock, with this endpoint from now on. */
  restart(webhookUrl?: string): Promise<StripeWorld>;
  close(): Promise<void>;
}

interface Parts {
  readonly clock: HandClock;
  readonly receiver: Receiver;
  readonly store: ReturnType<typeof createMemoryStore>;
}

async function startOn(parts: Parts, webhookUrl = parts.receiver.url): Promise<StripeWorld> {
  const { clock, receiver, store } = parts;
  const log: string[] = [];
  const simulator = stripeSimulator.create({
    keys: { apiKey: SECRET_KEY, publishableKey: PUBLISHABLE_KEY, webhookSecrets: [WEBHOOK_SECRET] },
    provider: { accountId: "acct_simulated" },
    settings: {},
    callbackUrl: webhookUrl,
    ports: {
      now: clock.now,
      schedule: clock.schedule,
      random: createRandom(7),
      bytes: (count) => new Uint8Array(count),
      store,
      log: (line) => log.push(line),
      resolve: (url) => url,
    },
  });
  await simulator.listen(0);
  const close = async () => {
    await simulator.close();
    await receiver.close();
  };
  return {
    simulator,
    clock,
    receiver,
    store,
    log,
    stripe: officialClient(simulator.url()),
    pass: (ms = 0) => clock.advance(ms, simulator),
    async restart(url) {
      await simulator.close();
      return startOn(parts, url);
    },
    close,
  };
}

/** A fresh world; with an empty `webhookUrl` webhooks go nowhere. */
export async function startStripeWorld(webhookUrl?: string): Promise<StripeWorld> {
  const parts = {
    clock: createHandClock(START_MS),
    receiver: await startReceiver(),
    store: createMemoryStore(),
  };
  return startOn(parts, webhookUrl);
}

/** What a rejected call rejected with, as the official client's error. Fails when the call succeeds. */
export async function stripeErrorOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Stripe.errors.StripeError)) throw new Error(`Expected a Stripe error, got ${error}`);
  return error;
}
