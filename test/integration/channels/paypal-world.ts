/** The PayPal adapter and its simulator, over HTTP, on one clock moved by hand. */
import { randomBytes } from "node:crypto";
import { simulator as paypalSimulator } from "../../../local/channels/paypal/simulator.ts";
import type { SimulatorAction, SimulatorPorts } from "../../../local/channels/simulator.ts";
import type { CallbackRequest } from "../../../shared/channels/callback.ts";
import type {
  Channel,
  CreatePaymentInput,
  PaymentRef,
  PayoutInput,
} from "../../../shared/channels/channel.ts";
import type { ChannelMoney, ChannelOutcome, PaymentFact } from "../../../shared/channels/facts.ts";
import { paypal } from "../../../shared/channels/paypal/module.ts";
import type { Plan } from "../../../shared/channels/plan.ts";
import { createTransport } from "../../../shared/channels/transport.ts";
import { derivedId } from "../../../shared/platform/ids.ts";
import { silentLog } from "../../../shared/platform/log.ts";
import { silentMetrics } from "../../../shared/platform/metrics.ts";
import { handTimers } from "../../builders/hand-timers.ts";

export const START = Date.UTC(2026, 10, 22, 9, 30);
export const CALLBACK_URL = "https://api.kith.example/v1/callbacks/paypal";

export const settings = {
  enabled: true,
  livemode: false,
  merchantId: "MERCHANT00001",
  webhookId: "8PT597110X687430L",
  returnUrl: "https://kith.example/return",
  cancelUrl: "https://kith.example/cancel",
  brandName: "Kith",
};

/** Keys are made once: an RSA key takes a moment. */
export const made = paypalSimulator.makeKeys();

/** A request that left the adapter. */
export type Sent = {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | undefined;
};

/** The value of an outcome that has to be `ok`. */
export function okValue<T>(outcome: ChannelOutcome<T>): T {
  if (outcome.outcome !== "ok") throw new Error(JSON.stringify(outcome));
  return outcome.value;
}

export async function createWorld(overrides: Partial<typeof settings> = {}) {
  let now = START;
  let counter = 0;
  const timers = handTimers(() => now);
  const received: CallbackRequest[] = [];
  const sent: Sent[] = [];
  let answerCallback = () => new Response("", { status: 200 });
  const ports: SimulatorPorts = {
    now: () => now,
    schedule: timers.schedule,
    random: Math.random,
    bytes: randomBytes,
    store: { load: () => undefined, save: () => {} },
    log: () => {},
    resolve: (url) => url,
    fetch: async (_url, init) => {
      const headers = Object.fromEntries(new Headers(init?.headers));
      received.push({ headers, rawBody: Buffer.from(String(init?.body)) });
      return answerCallback();
    },
  };
  const simulator = paypalSimulator.create({ ...made, settings, callbackUrl: CALLBACK_URL, ports });
  await simulator.listen(0);
  const transport = createTransport({
    platform: {
      clock: { now: () => now },
      timer: { sleep: async () => {} },
      random: { bytes: randomBytes, fraction: () => 0 },
      log: silentLog,
      metrics: silentMetrics,
    },
    fetch: (url, init) => {
      const target = new URL(url);
      if (!simulator.hosts.includes(target.hostname)) throw new Error(`no such host: ${target.hostname}`);
      sent.push({
        method: init.method ?? "GET",
        url,
        headers: new Headers(init.headers),
        body: init.body?.toString(),
      });
      return fetch(`${simulator.url()}${target.pathname}${target.search}`, init);
    },
  });
  const open = (changes: Partial<typeof settings> = {}, clock = () => now): Channel =>
    paypal.open({
      settings: paypal.settings.parse({ ...settings, ...changes }),
      keys: paypal.keys.parse(made.keys),
      callbackUrl: CALLBACK_URL,
      tools: { now: clock, bytes: randomBytes },
    });
  const channel = open(overrides);
  const run = <T>(plan: Plan<T>): Promise<T> => transport.run(plan);
  const nextId = () => {
    counter += 1;
    return String(counter);
  };

  const aPayment = (changes: Partial<CreatePaymentInput> = {}): CreatePaymentInput => ({
    paymentId: derivedId("payment", nextId()),
    money: { value: 1230, currency: "USD" },
    description: "Lunch",
    createdAtMs: now,
    expiresAtMs: now + 3_600_000,
    payer: {},
    ...changes,
  });
  const refOf = (input: CreatePaymentInput, fact: PaymentFact): PaymentRef => ({
    paymentId: input.paymentId,
    channelPaymentId: fact.channelPaymentId,
    money: input.money,
    createdAtMs: input.createdAtMs,
    expiresAtMs: input.expiresAtMs,
    ...(fact.transactionId !== undefined && { transactionId: fact.transactionId }),
  });
  const act = async (action: SimulatorAction) => {
    simulator.control.act(action);
    await simulator.control.idle();
  };
  const create = async (changes: Partial<CreatePaymentInput> = {}) => {
    const input = aPayment(changes);
    const { fact, action } = okValue(await run(channel.createPayment(input)));
    return { input, action, fact, ref: refOf(input, fact) };
  };
  const capture = (ref: PaymentRef) => {
    if (channel.capturePayment === undefined) throw new Error("PayPal captures");
    return run(channel.capturePayment(ref));
  };
  return {
    simulator,
    channel,
    run,
    received,
    sent,
    open,
    aPayment,
    refOf,
    act,
    create,
    capture,
    now: () => now,
    callbacksAnswer: (status: number) => {
      answerCallback = () => new Response("", { status });
    },
    /** A payment that was approved and captured. */
    paid: async (money: ChannelMoney = { value: 1230, currency: "USD" }) => {
      const created = await create({ money });
      await act({ kind: "payment", id: created.fact.channelPaymentId, action: "approve" });
      const fact = okValue(await capture(created.ref));
      await simulator.control.idle();
      return { ...created, fact, ref: refOf(created.input, fact) };
    },
    aPayout: (email: string, changes: Partial<PayoutInput> = {}): PayoutInput => ({
      payoutId: derivedId("payout", nextId()),
      recipient: { type: "paypal_email", email },
      money: { value: 2000, currency: "USD" },
      remark: "Thanks",
      createdAtMs: now,
      ...changes,
    }),
    /** Moves the clock to each timer in turn, and waits for what it sends. */
    advance: async (ms: number) => {
      const until = now + ms;
      for (let timer = timers.next(until); timer !== undefined; timer = timers.next(until)) {
        now = Math.max(now, timer.at);
        timer.run();
        await simulator.control.idle();
      }
      now = until;
    },
    /** The last callback of a type. */
    lastCallback: (type: string): CallbackRequest => {
      const found = received.findLast(({ rawBody }) =>
        Buffer.from(rawBody).includes(`"event_type":"${type}"`),
      );
      if (found === undefined) throw new Error(`no callback ${type}`);
      return found;
    },
    close: () => simulator.close(),
  };
}

export type World = Awaited<ReturnType<typeof createWorld>>;
