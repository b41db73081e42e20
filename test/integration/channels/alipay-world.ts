/** The Alipay adapter against the Alipay simulator over HTTP, on one clock that is moved by hand. */
import { randomBytes } from "node:crypto";
import { makeCertificateKeys, makePlainKeys } from "../../../local/channels/alipay/keys.ts";
import { simulator as module } from "../../../local/channels/alipay/simulator.ts";
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
import { createTransport } from "../../../shared/channels/transport.ts";
import { answerTo, createChannelHarness, fetchAt } from "../../builders/channel-harness.ts";
import { openPart, statementLines } from "../../builders/statement-lines.ts";

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

/** `provider` is what the simulator signs with; the product keeps `keys`. */
export async function createAlipayWorld({ keys, provider } = certificateKeys) {
  let answerAs: CallbackResult = "stored";
  const harness = createChannelHarness(START, () => answerTo(channel, answerAs));
  const { clock, ports, received: callbacks } = harness;
  const requests: string[] = [];

  const open = (settings: object = {}, otherKeys: object = keys, clockOffMs = 0): Channel =>
    alipay.open({
      settings: alipay.settings.parse({ ...alipaySettings, ...settings }),
      keys: alipay.keys.parse(otherKeys),
      callbackUrl: CALLBACK_URL,
      tools: { now: () => clock.now() + clockOffMs, bytes: randomBytes },
    });
  const channel = open();

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

  const atSimulator = fetchAt(() => simulator);
  /** What `fetch` does here: public hosts are the simulator's. */
  const toSimulator = (url: string, init: RequestInit): Promise<Response> => {
    const { pathname, searchParams } = new URL(url);
    requests.push(searchParams.get("method") ?? pathname);
    return atSimulator(url, init);
  };
  let meddle: (text: string) => string = (text) => text;
  const createdTransport = () =>
    createTransport({
      platform: harness.platform,
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
    now: clock.now,
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
      clock.forgetTimers();
      simulator = await startSimulator(by);
    },
    advance: (ms: number) => clock.advance(ms, simulator),
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
          ...{ createdAtMs: clock.now(), expiresAtMs: clock.now() + EXPIRY_MS },
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
    /** All lines of a day, of every bill that it has. */
    lines: (day: string, by = channel) => statementLines({ channel: by, transport }, day),
    /** One of its bills. */
    openBill: (day: string, bill: "payouts" | "trades", by = channel) =>
      openPart({ channel: by, transport }, day, bill === "payouts" ? 0 : 1),
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
