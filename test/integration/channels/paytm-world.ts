/** The Paytm adapter against the Paytm simulator over HTTP, on one clock that is moved by hand. */
import { randomBytes } from "node:crypto";
import { simulator as module } from "../../../local/channels/paytm/simulator.ts";
import type { CallbackResult, CallbackVerdict } from "../../../shared/channels/callback.ts";
import type { Channel, PaymentRef, RefundRef } from "../../../shared/channels/channel.ts";
import { paytm } from "../../../shared/channels/paytm/module.ts";
import type { Plan } from "../../../shared/channels/plan.ts";
import { toReference } from "../../../shared/channels/reference.ts";
import { createTransport, TRANSPORT_LIMITS } from "../../../shared/channels/transport.ts";
import { answerTo, createChannelHarness, fetchAt } from "../../builders/channel-harness.ts";

export const START = Date.parse("2026-11-21T06:00:00Z");
export const CALLBACK_URL = "https://api.kith.example/v1/callbacks/paytm";
export const MERCHANT = "KITHTEST1234567890";
export const PAYMENT_ID = "pay_01JDA7Q0000000000000000001";
export const REFUND_ID = "rfd_01JDA7Q0000000000000000002";
export const STATEMENT_URL = "https://statements.kith.example/paytm/{day}.csv";

export const inr = (value: number) => ({ value, currency: "INR" });

export const paytmSettings = {
  enabled: true,
  livemode: false,
  merchantId: MERCHANT,
  host: "securestage.paytmpayments.com",
  websiteName: "WEBSTAGING",
  statementUrl: STATEMENT_URL,
};

type Overrides = { readonly settings?: object; readonly keys?: object };

export async function createPaytmWorld() {
  let answerAs: CallbackResult = "stored";
  const harness = createChannelHarness(START, () => answerTo(channel, answerAs));
  const { clock, ports, received: callbacks } = harness;
  const { keys, provider } = module.makeKeys();

  const open = ({ settings = {}, keys: otherKeys = {} }: Overrides = {}): Channel =>
    paytm.open({
      settings: paytm.settings.parse({ ...paytmSettings, ...settings }),
      keys: paytm.keys.parse({ ...keys, ...otherKeys }),
      callbackUrl: CALLBACK_URL,
      tools: { now: clock.now, bytes: randomBytes },
    });
  const channel = open();

  const create = (settings: object = paytmSettings) =>
    module.create({ keys, provider, settings: { ...settings }, callbackUrl: CALLBACK_URL, ports });
  const simulator = create();
  await simulator.listen(0);

  const toSimulator = fetchAt(() => simulator);
  const transport = createTransport({ platform: harness.platform, fetch: toSimulator }, TRANSPORT_LIMITS);

  const run = <T>(plan: Plan<T>): Promise<T> => transport.run(plan);

  return {
    simulator,
    channel,
    transport,
    open,
    run,
    keys,
    ports,
    callbacks,
    toSimulator,
    now: clock.now,
    answerCallbacksAs: (result: CallbackResult) => {
      answerAs = result;
    },
    advance: (ms: number) => clock.advance(ms, simulator),
    verify: (
      sent: { headers?: Record<string, string>; rawBody: Uint8Array },
      by = channel,
    ): Promise<CallbackVerdict> => run(by.verifyCallback({ headers: {}, ...sent })),
    /** Creates a payment of 12.30 rupees. */
    create: (paymentId = PAYMENT_ID, value = 1230, by = channel) =>
      run(
        by.createPayment({
          ...{ paymentId, money: inr(value), description: "Top-up" },
          ...{ createdAtMs: clock.now(), expiresAtMs: clock.now() + 900_000, payer: {} },
        }),
      ),
    async act(id: string, action: "approve" | "decline" | "abandon" | "pend" | "settle") {
      simulator.control.act({ kind: "payment", id: toReference(id), action });
      await simulator.control.idle();
    },
    async actOnRefund(id: string, action: "succeed" | "fail" | "stall") {
      simulator.control.act({ kind: "refund", id: toReference(id), action });
      await simulator.control.idle();
    },
    close: () => simulator.close(),
  };
}

export type PaytmWorld = Awaited<ReturnType<typeof createPaytmWorld>>;

export const paymentRef = (paymentId = PAYMENT_ID, value = 1230): PaymentRef => ({
  ...{ paymentId, channelPaymentId: toReference(paymentId), money: inr(value) },
  ...{ createdAtMs: START, expiresAtMs: START + 900_000 },
});

export const refundRef = (refundId = REFUND_ID, value = 1230): RefundRef => ({
  ...{ refundId, channelRefundId: toReference(refundId), payment: paymentRef() },
  ...{ money: inr(value), createdAtMs: START },
});
