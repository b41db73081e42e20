/** The product's Stripe channel and the simulated Stripe, over HTTP on this machine, on a clock moved by hand. */
import { simulator as stripeSimulator } from "../../../local/channels/stripe/simulator.ts";
import type { CallbackEvent } from "../../../shared/channels/callback.ts";
import type { Channel } from "../../../shared/channels/channel.ts";
import type { ChannelOutcome } from "../../../shared/channels/facts.ts";
import type { Plan } from "../../../shared/channels/plan.ts";
import { registered } from "../../../shared/channels/registered.ts";
import type { StatementLine, StatementSource } from "../../../shared/channels/statement.ts";
import { stripe } from "../../../shared/channels/stripe/module.ts";
import { createTransport, TRANSPORT_LIMITS } from "../../../shared/channels/transport.ts";
import { silentLog } from "../../../shared/platform/log.ts";
import { createHandClock, createMemoryStore, silentPlatform } from "../../builders/channel-harness.ts";
import { createRandom, officialClient, START_MS, startReceiver } from "./stripe-simulator-world.ts";

export const CALLBACK_URL = "https://kith.test/callbacks/stripe";
export const PAYMENT_ID = "pay_01KEZZZZZZ0000000000000001";
export const REFUND_ID = "rfd_01KEZZZZZZ0000000000000002";
export const PAYOUT_ID = "wdr_01KEZZZZZZ0000000000000003";

export type Keys = {
  readonly apiKey: string;
  readonly publishableKey: string;
  readonly webhookSecrets: readonly string[];
};

export function okValue<T>(outcome: ChannelOutcome<T>): T {
  if (outcome.outcome !== "ok") throw new Error(`Expected ok, got ${JSON.stringify(outcome)}`);
  return outcome.value;
}

export async function startChannelWorld() {
  const clock = createHandClock(START_MS);
  const receiver = await startReceiver();
  const store = createMemoryStore();
  const { keys, provider } = stripeSimulator.makeKeys();
  const secrets = stripe.keys.parse(keys);
  const random = createRandom(11);
  const logged: string[] = [];
  const simulator = stripeSimulator.create({
    keys,
    provider,
    settings: { enabled: true, livemode: false },
    callbackUrl: CALLBACK_URL,
    ports: {
      now: clock.now,
      schedule: clock.schedule,
      random,
      bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(random() * 256)),
      store,
      log: () => {},
      resolve: (url) => (url === CALLBACK_URL ? receiver.url : url),
    },
  });
  await simulator.listen(0);

  /** A transport that finds Stripe on this machine, and repeats so many times. */
  const transportOf = (repeats: number) =>
    createTransport(
      {
        platform: {
          ...silentPlatform(clock),
          log: { ...silentLog, info: (code, fields) => logged.push(JSON.stringify([code, fields])) },
        },
        fetch: (url, init) => fetch(url.replace("https://api.stripe.com", simulator.url()), init),
      },
      { ...TRANSPORT_LIMITS, repeats },
    );
  const transport = transportOf(0);

  const open = (
    overrides: Partial<Keys> = {},
  ): Required<Pick<Channel, "refund" | "queryRefund" | "payout" | "queryPayout" | "queryDispute">> &
    Channel => {
    const channel = registered(stripe).open({
      settings: { enabled: true, livemode: false },
      keys: { ...secrets, ...overrides },
      callbackUrl: CALLBACK_URL,
      tools: { now: clock.now, bytes: (count) => new Uint8Array(count) },
    });
    const { refund, queryRefund, payout, queryPayout, queryDispute } = channel;
    if (!refund || !queryRefund || !payout || !queryPayout || !queryDispute)
      throw new Error("The channel is not whole.");
    return { ...channel, refund, queryRefund, payout, queryPayout, queryDispute };
  };
  const channel = open();

  /** Lets time pass until every webhook that falls due was answered, and verifies what has arrived. */
  async function received(passMs = 0): Promise<CallbackEvent[]> {
    await clock.advance(passMs, simulator);
    const events: CallbackEvent[] = [];
    for (const { headers, rawBody } of receiver.received) {
      const verdict = await transport.run(channel.verifyCallback({ headers, rawBody }));
      if (!verdict.ok) throw new Error(verdict.reason);
      events.push(verdict.event);
    }
    return events;
  }

  async function linesOf(source: StatementSource): Promise<StatementLine[]> {
    if (source.kind !== "pages") throw new Error(`The statement is ${source.kind}.`);
    const lines: StatementLine[] = [];
    let next: string | undefined;
    do {
      const page = await transport.run(source.page(next));
      if (page.outcome !== "page") throw new Error(JSON.stringify(page));
      lines.push(...page.lines);
      next = page.next;
    } while (next !== undefined);
    return lines;
  }

  return {
    clock,
    receiver,
    simulator,
    control: simulator.control,
    logged,
    keys: secrets,
    channel,
    open,
    received,
    advance: (ms: number) => clock.advance(ms, simulator),
    run: <T>(plan: Plan<T>): Promise<T> => transport.run(plan),
    /** The same with one repetition by the transport. */
    runRepeating: <T>(plan: Plan<T>): Promise<T> => transportOf(1).run(plan),
    /** The day's statement as lines. */
    statement: async (day: string): Promise<StatementLine[]> =>
      linesOf(okValue(await transport.run(channel.openStatement(day)))),
    /** Stripe's own library on the simulator. */
    peer: (key = secrets.apiKey) => officialClient(simulator.url(), key),
    close: async () => {
      await simulator.close();
      await receiver.close();
    },
  };
}
export type ChannelWorld = Awaited<ReturnType<typeof startChannelWorld>>;
