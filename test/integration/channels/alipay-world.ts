/** The Alipay adapter against the Alipay simulator over HTTP, on one clock that is moved by hand. */
import { randomBytes } from "node:crypto";
import { makeCertificateKeys, makePlainKeys } from "../../../local/channels/alipay/keys.ts";
import { simulator as module } from "../../../local/channels/alipay/simulator.ts";
import type { SimulatorPorts } from "../../../local/channels/simulator.ts";
import { alipay } from "../../../shared/channels/alipay/module.ts";
import type { CallbackResult } from "../../../shared/channels/callback.ts";
import type {
  Channel,
  CreatedPayment,
  PaymentRef,
  PayoutInput,
  PayoutRecipient,
  RefundInput,
  RefundRef,
} from "../../../shared/channels/channel.ts";
import type { ChannelOutcome } from "../../../shared/channels/facts.ts";
import type { Plan } from "../../../shared/channels/plan.ts";
import { toReference } from "../../../shared/channels/reference.ts";
import type { StatementLine } from "../../../shared/channels/statement.ts";
import { createTransport } from "../../../shared/channels/transport.ts";
import { silentLog } from "../../../shared/platform/log.ts";
import { silentMetrics } from "../../../shared/platform/metrics.ts";

/** Noon in Beijing. */
export const START = Date.parse("2026-11-21T04:00:00Z");
export const CALLBACK_URL = "https://api.kith.example/v1/callbacks/alipay";
export const APP_ID = "2021000000000001";
export const SELLER_ID = "2088000000000001";
export const PAYMENT_ID = "pay_01JDA7Q0000000000000000001";
export const REFUND_ID = "rfd_01JDA7Q0000000000000000002";
export const PAYOUT_ID = "wdr_01JDA7Q0000000000000000003";
export const EXPIRY_MS = 900_000;

export const cny = (value: number) => ({ value, currency: "CNY" });

export const alipaySettings = {
  ...{ enabled: true, livemode: false, appId: APP_ID, sellerId: SELLER_ID },
  returnUrl: "https://app.kith.example/paid",
};

/** Made once: RSA keys are slow to make. */
export const certificateKeys = makeCertificateKeys();
export const plainKeys = makePlainKeys();

export type Sent = { readonly headers: Record<string, string>; readonly rawBody: Buffer };

/** `provider` is what the simulator signs with; the product keeps `keys`. */
export async function createAlipayWorld({ keys, provider } = certificateKeys) {
  let now = START;
  let timers: { readonly atMs: number; readonly run: () => void }[] = [];
  let saved: string | undefined;
  let answerAs: CallbackResult = "stored";
  const callbacks: Sent[] = [];
  const requests: string[] = [];

  const open = (settings: object = {}, otherKeys: object = keys, clockOffMs = 0): Channel =>
    alipay.open({
      settings: alipay.settings.parse({ ...alipaySettings, ...settings }),
      keys: alipay.keys.parse(otherKeys),
      callbackUrl: CALLBACK_URL,
      tools: { now: () => now + clockOffMs, bytes: randomBytes },
    });
  const channel = open();

  const ports: SimulatorPorts = {
    now: () => now,
    schedule: (ms, run) => void timers.push({ atMs: now + ms, run }),
    random: Math.random,
    bytes: randomBytes,
    store: {
      load: () => saved,
      save: (text) => {
        saved = text;
      },
    },
    log: () => {},
    resolve: (url) => url,
    fetch: async (_url, init) => {
      const headers = Object.fromEntries(new Headers(init?.headers));
      callbacks.push({ headers, rawBody: Buffer.from(String(init?.body)) });
      const { status, body, headers: answered } = channel.callbackAnswer(answerAs);
      return new Response(body, { status, headers: { ...answered } });
    },
  };
  const startSimulator = async (by = provider) => {
    const created = module.create({
      ...{
        keys: { ...keys },
        provider: { ...by },
        settings: alipaySettings,
        callbackUrl: CALLBACK_URL,
        ports,
      },
    });
    await created.listen(0);
    return created;
  };
  let simulator = await startSimulator();

  /** What `fetch` does here: public hosts are the simulator's. */
  const toSimulator = (url: string, init: RequestInit): Promise<Response> => {
    const { host, pathname, search, protocol } = new URL(url);
    if (!simulator.hosts.includes(host) || protocol !== "https:") throw new Error(`${url} is nobody's here`);
    requests.push(new URLSearchParams(search).get("method") ?? pathname);
    return fetch(`${simulator.url()}${pathname}${search}`, init);
  };
  let meddle: (text: string) => string = (text) => text;
  const platform = {
    clock: { now: () => now },
    timer: { sleep: async () => {} },
    random: { fraction: () => 0, bytes: randomBytes },
    log: silentLog,
    metrics: silentMetrics,
  };
  const createdTransport = () =>
    createTransport({
      platform,
      fetch: async (url, init) => {
        const response = await toSimulator(url, init);
        const body = Buffer.from(await response.arrayBuffer());
        const text = body.toString("latin1");
        const changed = meddle(text);
        return new Response(changed === text ? body : Buffer.from(changed, "latin1"), response);
      },
    });
  let transport = createdTransport();
  const run = <T>(plan: Plan<T>): Promise<T> => transport.run(plan);

  return {
    simulator: () => simulator,
    channel,
    open,
    run,
    callbacks,
    requests,
    toSimulator,
    now: () => now,
    /** Changes answers on their way. */
    meddleWith: (change: (text: string) => string) => {
      meddle = change;
    },
    answerCallbacksAs: (result: CallbackResult) => {
      answerAs = result;
    },
    /** A fresh process: it remembers nothing. */
    forget: () => {
      transport = createdTransport();
    },
    /** The same state, taken up by a simulator with other keys of the provider's. */
    async restart(by = provider) {
      await simulator.close();
      timers = [];
      simulator = await startSimulator(by);
    },
    async advance(ms: number) {
      now += ms;
      const due = timers.filter(({ atMs }) => atMs <= now);
      timers = timers.filter(({ atMs }) => atMs > now);
      for (const timer of due) timer.run();
      await simulator.control.idle();
    },
    verify: (rawBody: Uint8Array, by = channel, headers: Record<string, string> = {}) =>
      run(by.verifyCallback({ headers, rawBody })),
    create: (
      payer: Record<string, string> = { type: "app" },
      paymentId = PAYMENT_ID,
      value = 1230,
      by = channel,
    ) =>
      run(
        by.createPayment({
          ...{ paymentId, money: cny(value), description: "充值 & top-up, 50%", payer },
          ...{ createdAtMs: now, expiresAtMs: now + EXPIRY_MS },
        }),
      ),
    /** The payer's app or browser opens what it was given. Answers where the cashier is. */
    async openCashier(created: ChannelOutcome<CreatedPayment>): Promise<string> {
      if (created.outcome !== "ok") throw new Error(`not created: ${created.outcome}`);
      const { type, orderString, url, qrCode } = created.value.action;
      const address =
        type === "alipay_order_string" ? `https://openapi.alipay.com/pay?${orderString}` : (url ?? qrCode);
      const response = await toSimulator(String(address), { redirect: "manual" });
      const location = response.headers.get("location");
      if (location === null) throw new Error(await response.text());
      return location;
    },
    async pay(id = PAYMENT_ID) {
      simulator.control.act({ kind: "payment", id: toReference(id), action: "approve" });
      await simulator.control.idle();
    },
    /** A payment that was paid. */
    async paid(paymentId = PAYMENT_ID, value = 1230) {
      await this.openCashier(await this.create({ type: "app" }, paymentId, value));
      await this.pay(paymentId);
    },
    refund: (value = 1230, refundId = REFUND_ID) =>
      run(required(channel.refund)(refundInput(value, refundId))),
    payout: (recipient: PayoutRecipient = payee, value = 5000, payoutId = PAYOUT_ID) =>
      run(required(channel.payout)(payoutInput(recipient, value, payoutId))),
    async lines(day: string): Promise<readonly StatementLine[]> {
      const source = await run(channel.openStatement(day));
      if (source.outcome !== "ok" || source.value.kind !== "file") throw new Error(JSON.stringify(source));
      return Array.fromAsync(transport.lines(source.value.request, source.value.reader));
    },
    close: () => simulator.close(),
  };
}

export type AlipayWorld = Awaited<ReturnType<typeof createAlipayWorld>>;

export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("this channel has no such operation");
  return value;
}

export const payee: PayoutRecipient = { type: "alipay_login", loginId: "wang@example.com", name: "王小明" };

export const paymentRef = (paymentId = PAYMENT_ID, value = 1230): PaymentRef => ({
  ...{ paymentId, channelPaymentId: toReference(paymentId), money: cny(value) },
  ...{ createdAtMs: START, expiresAtMs: START + EXPIRY_MS },
});

export const refundInput = (value = 1230, refundId = REFUND_ID): RefundInput => ({
  ...{ refundId, payment: paymentRef(), money: cny(value), refundedBefore: 0, reason: "asked for" },
});

export const refundRef = (value = 1230, refundId = REFUND_ID): RefundRef => ({
  ...{ refundId, channelRefundId: toReference(refundId), payment: paymentRef() },
  ...{ money: cny(value), createdAtMs: START },
});

export const payoutInput = (recipient = payee, value = 5000, payoutId = PAYOUT_ID): PayoutInput => ({
  ...{ payoutId, recipient, money: cny(value), remark: "提现", createdAtMs: START },
});
