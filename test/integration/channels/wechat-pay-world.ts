/** The WeChat Pay adapter against the WeChat Pay simulator over HTTP, on one clock that is moved by hand. */
import { createSign, randomBytes } from "node:crypto";
import * as z from "zod";
import type { SimulatorAction } from "../../../local/channels/simulator.ts";
import { simulator as module } from "../../../local/channels/wechat-pay/simulator.ts";
import type { CallbackResult, CallbackVerdict } from "../../../shared/channels/callback.ts";
import type { Channel, PaymentRef, PayoutRef, RefundRef } from "../../../shared/channels/channel.ts";
import type { Plan } from "../../../shared/channels/plan.ts";
import { toReference } from "../../../shared/channels/reference.ts";
import { createTransport, type Fetch, TRANSPORT_LIMITS } from "../../../shared/channels/transport.ts";
import { wechatPay } from "../../../shared/channels/wechat-pay/module.ts";
import { answerTo, createChannelHarness, fetchAt, type Sent } from "../../builders/channel-harness.ts";
import { openPart, statementLines } from "../../builders/statement-lines.ts";

export const START = Date.parse("2026-11-21T06:00:00Z");
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const CALLBACK_URL = "https://api.kith.example/v1/callbacks/wechat-pay";
export const MERCHANT = "1900000109";
export const APP_ID = "wxd678efh567hg6787";
export const PAYMENT_ID = "pay_01JDA7Q0000000000000000001";
export const REFUND_ID = "rfd_01JDA7Q0000000000000000002";
export const PAYOUT_ID = "wdr_01JDA7Q0000000000000000003";

export const cny = (value: number) => ({ value, currency: "CNY" });

export const wechatPaySettings = {
  enabled: true,
  livemode: false,
  mchId: MERCHANT,
  appId: APP_ID,
  payout: { sceneId: "1000", reportInfos: [{ type: "活动名称", content: "Kith" }] },
};

const PlatformKey = z.object({ serial: z.string(), privateKey: z.string(), pem: z.string() });
const Provider = z.object({ publicKey: PlatformKey, certificate: PlatformKey });

/** One set of keys for all worlds of a file: making them takes a while. */
export const pair = module.makeKeys();
/** The provider's own keys. */
export const platform = Provider.parse(pair.provider);

/** The signature headers of a body, as a key of the provider would make them. */
export function signedBy(
  key: { readonly serial: string; readonly privateKey: string },
  rawBody: Uint8Array,
  atMs: number,
): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const nonce = "ABCDEF0123456789ABCDEF0123456789";
  const message = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), rawBody, Buffer.from("\n")]);
  return {
    "wechatpay-timestamp": timestamp,
    "wechatpay-nonce": nonce,
    "wechatpay-serial": key.serial,
    "wechatpay-signature": createSign("RSA-SHA256").update(message).sign(key.privateKey, "base64"),
  };
}

type Overrides = {
  readonly settings?: object;
  readonly keys?: object;
  /** How far the channel's clock is ahead of the provider's. */
  readonly aheadMs?: number;
};

/** What becomes of an answer on its way to the adapter. */
type AlterAnswer = (text: string, headers: Headers) => string;

export async function createWechatPayWorld(stage: object = {}) {
  let answerAs: CallbackResult = "stored";
  const harness = createChannelHarness(START, () => answerTo(channel, answerAs));
  const { clock, ports, received: callbacks } = harness;
  /** `METHOD host/path` of every request that the adapter sent. */
  const requests: string[] = [];
  const bodies: string[] = [];
  const deadHosts = new Set<string>();
  let alterAnswer: AlterAnswer | undefined;
  const settings = { ...wechatPaySettings, ...stage };

  const open = ({ settings: other = {}, keys = {}, aheadMs = 0 }: Overrides = {}): Channel =>
    wechatPay.open({
      settings: wechatPay.settings.parse({ ...settings, ...other }),
      keys: wechatPay.keys.parse({ ...pair.keys, ...keys }),
      callbackUrl: CALLBACK_URL,
      tools: { now: () => clock.now() + aheadMs, bytes: randomBytes },
    });
  const channel = open();

  const makeSimulator = () => module.create({ ...pair, settings, callbackUrl: CALLBACK_URL, ports });
  const simulator = makeSimulator();
  await simulator.listen(0);

  const atSimulator = fetchAt(() => simulator);
  const toSimulator: Fetch = async (url, init) => {
    const { host, pathname } = new URL(url);
    requests.push(`${init.method} ${host}${pathname}`);
    bodies.push(typeof init.body === "string" ? init.body : "");
    if (deadHosts.has(host)) throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    const response = await atSimulator(url, init);
    if (alterAnswer === undefined) return response;
    const headers = new Headers(response.headers);
    headers.delete("content-length");
    const text = alterAnswer(await response.text(), headers);
    return new Response(text, { status: response.status, headers });
  };
  const makeTransport = () =>
    createTransport({ platform: harness.platform, fetch: toSimulator }, TRANSPORT_LIMITS);
  let transport = makeTransport();
  const run = <T>(plan: Plan<T>): Promise<T> => transport.run(plan);

  return {
    simulator,
    channel,
    open,
    run,
    ports,
    callbacks,
    requests,
    bodies,
    deadHosts,
    makeSimulator,
    toSimulator,
    lines: (...input: Parameters<typeof transport.lines>) => transport.lines(...input),
    /** All lines of a day, of every bill that it has. */
    statement: (day: string, by = channel) => statementLines({ channel: by, transport }, day),
    /** One of its bills. */
    openBill: (day: string, bill: "payouts" | "trades", by = channel) =>
      openPart({ channel: by, transport }, day, bill === "payouts" ? 0 : 1),
    now: clock.now,
    /** A process that has just begun: nothing is remembered. */
    forget() {
      transport = makeTransport();
    },
    alterAnswers(alter: AlterAnswer) {
      alterAnswer = alter;
    },
    answerCallbacksAs(result: CallbackResult) {
      answerAs = result;
    },
    advance: (ms: number) => clock.advance(ms, simulator),
    async act(action: SimulatorAction) {
      simulator.control.act(action);
      await simulator.control.idle();
    },
    /** A control that only this simulator has; answers its JSON. */
    async order(name: string, input: object = {}): Promise<unknown> {
      const response = await fetch(`${simulator.url()}/control/${name}`, {
        method: "POST",
        body: JSON.stringify(input),
      });
      if (!response.ok) throw new Error(`${name}: ${response.status}`);
      return response.json();
    },
    verify: (sent: Partial<Sent>, by = channel): Promise<CallbackVerdict> =>
      run(by.verifyCallback({ headers: {}, rawBody: Buffer.alloc(0), ...sent })),
    create: (
      {
        paymentId = PAYMENT_ID,
        value = 1230,
        payer = {} as Record<string, string>,
        description = "Top-up",
      } = {},
      by = channel,
    ) =>
      run(
        by.createPayment({
          ...{ paymentId, money: cny(value), description, payer },
          ...{ createdAtMs: START, expiresAtMs: START + 15 * MINUTE },
        }),
      ),
    refund: ({ refundId = REFUND_ID, value = 1230, payment = paymentRef(), reason = "asked" } = {}) =>
      run(channel.refund?.({ refundId, payment, money: cny(value), refundedBefore: 0, reason }) ?? missing()),
    payout: (
      {
        payoutId = PAYOUT_ID,
        value = 5000,
        ...recipient
      }: { payoutId?: string; value?: number } & Record<string, string | number> = {},
      by = channel,
    ) =>
      run(
        by.payout?.({
          ...{ payoutId, money: cny(value), remark: "Withdrawal", createdAtMs: clock.now() },
          recipient: { type: "wechat", openId: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", ...stringsOf(recipient) },
        }) ?? missing(),
      ),
    close: () => simulator.close(),
  };
}

export type WechatPayWorld = Awaited<ReturnType<typeof createWechatPayWorld>>;

const stringsOf = (members: Record<string, string | number>): Record<string, string> =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(value)]));

/** For an operation that the channel must have. */
export function missing(): never {
  throw new Error("the channel lacks this operation");
}

/** The value of an outcome that has to be `ok`. */
export function okValue<T>(outcome: { outcome: string; value?: T }): T {
  if (outcome.outcome !== "ok" || outcome.value === undefined) throw new Error(JSON.stringify(outcome));
  return outcome.value;
}

export const paymentRef = (paymentId = PAYMENT_ID, value = 1230): PaymentRef => ({
  ...{ paymentId, channelPaymentId: toReference(paymentId), money: cny(value) },
  ...{ createdAtMs: START, expiresAtMs: START + 15 * MINUTE },
});

export const refundRef = (refundId = REFUND_ID, value = 1230): RefundRef => ({
  ...{ refundId, channelRefundId: toReference(refundId), payment: paymentRef() },
  ...{ money: cny(value), createdAtMs: START },
});

export const payoutRef = (payoutId = PAYOUT_ID, value = 5000): PayoutRef => ({
  ...{ payoutId, channelPayoutId: toReference(payoutId), money: cny(value), createdAtMs: START },
  recipient: { type: "wechat", openId: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" },
});
