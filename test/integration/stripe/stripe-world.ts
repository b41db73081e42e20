/** A Stripe simulator with a clock moved by hand, a webhook endpoint, and the official client on it. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import Stripe from "stripe";
import { createStripeSimulator, type StripeSimulator } from "../../../local/stripe/simulator.ts";
import type { StatePort } from "../../../local/stripe/state.ts";

export const SECRET_KEY = "sk_test_simulated";
export const PUBLISHABLE_KEY = "pk_test_simulated";
export const WEBHOOK_SECRET = "whsec_simulated";
export const START_MS = Date.UTC(2026, 0, 15, 12);

/** A clock and its timers. Nothing runs but by `advance`. */
export function createHandClock(startMs = START_MS) {
  let nowMs = startMs;
  const timers: { atMs: number; run: () => void }[] = [];
  return {
    now: () => nowMs,
    schedule(ms: number, run: () => void) {
      timers.push({ atMs: nowMs + ms, run });
    },
    /** Moves the time and runs what falls due, in order of time. */
    advance(ms: number) {
      const untilMs = nowMs + ms;
      for (;;) {
        const next = timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (!next) break;
        timers.splice(timers.indexOf(next), 1);
        nowMs = Math.max(nowMs, next.atMs);
        next.run();
      }
      nowMs = untilMs;
    },
  };
}
export type HandClock = ReturnType<typeof createHandClock>;

/** A store in memory. */
export function createMemoryStore(): StatePort & { text: string | undefined } {
  return {
    text: undefined,
    load() {
      return this.text;
    },
    save(json) {
      this.text = json;
    },
  };
}

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
  readonly simulator: StripeSimulator;
  readonly clock: HandClock;
  readonly receiver: Receiver;
  readonly store: ReturnType<typeof createMemoryStore>;
  readonly stripe: Stripe;
  readonly log: string[];
  /** Lets time pass and waits until every webhook that fell due was answered. */
  pass(ms?: number): Promise<void>;
  /** Closes the simulator and starts another one on the same store, clock and endpoint. */
  restart(): Promise<StripeWorld>;
  close(): Promise<void>;
}

interface Parts {
  readonly clock: HandClock;
  readonly receiver: Receiver;
  readonly store: ReturnType<typeof createMemoryStore>;
}

async function startOn({ clock, receiver, store }: Parts): Promise<StripeWorld> {
  const log: string[] = [];
  const simulator = createStripeSimulator({
    secretKey: SECRET_KEY,
    publishableKey: PUBLISHABLE_KEY,
    webhookSecret: WEBHOOK_SECRET,
    webhookUrl: receiver.url,
    accountId: "acct_simulated",
    merchantName: "Tea & Co",
    now: clock.now,
    schedule: clock.schedule,
    random: createRandom(7),
    store,
    log: (line) => log.push(line),
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
    stripe: officialClient(simulator.url),
    async pass(ms = 0) {
      clock.advance(ms);
      await simulator.control.idle();
    },
    async restart() {
      await simulator.close();
      return startOn({ clock, receiver, store });
    },
    close,
  };
}

/** A fresh world. */
export async function startStripeWorld(): Promise<StripeWorld> {
  return startOn({ clock: createHandClock(), receiver: await startReceiver(), store: createMemoryStore() });
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
