/** The PayPal adapter and its simulator, over HTTP, on one clock moved by hand. */
import { randomBytes } from "node:crypto";
import { simulator as paypalSimulator } from "../../../local/channels/paypal/simulator.ts";
import type { SimulatorAction } from "../../../local/channels/simulator.ts";
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
import { createChannelHarness, fetchAt } from "../../builders/channel-harness.ts";

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
  let counter = 0;
  const sent: Sent[] = [];
  let answerCallback = () => new Response("", { status: 200 });
  const harness = createChannelHarness(START, () => answerCallback());
  const { clock, ports, received } = harness;
  const simulator = paypalSimulator.create({ ...made, settings, callbackUrl: CALLBACK_URL, ports });
  await simulator.listen(0);
  const atSimulator = fetchAt(() => simulator);
  const transport = createTransport({
    platform: harness.platform,
    fetch: (url, init) => {
      sent.push({
        method: init.method ?? "GET",
        url,
        headers: new Headers(init.headers),
        body: init.body?.toString(),
      });
      return atSimulator(url, init);
    },
  });
  const open = (changes: Partial<typeof settings> = {}, now = clock.now): Channel =>
    paypal.open({
      settings: paypal.settings.parse({ ...settings, ...changes }),
      keys: paypal.keys.parse(made.keys),
      callbackUrl: CALLBACK_URL,
      tools: { now, bytes: randomBytes },
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
    createdAtMs: clock.now(),
    expiresAtMs: clock.now() + 3_600_000,
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
    now: clock.now,
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
      createdAtMs: clock.now(),
      ...changes,
    }),
    advance: (ms: number) => clock.advance(ms, simulator),
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
