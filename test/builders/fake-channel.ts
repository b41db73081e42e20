/**
 * A payment channel in memory, for tests of the payments core: a small provider that does what a test tells it, behind
 * the same port as the real ones. It makes one payment or refund of one id, however often it is asked.
 */
import { createHmac } from "node:crypto";
import * as z from "zod";
import type { CallbackReference } from "../../shared/channels/callback.ts";
import type { ChannelCapabilities } from "../../shared/channels/capabilities.ts";
import type { Channel, ClosedPayment, PaymentRef, RefundRef } from "../../shared/channels/channel.ts";
import type {
  ChannelDisputeStatus,
  ChannelFailure,
  ChannelMoney,
  ChannelOutcome,
  ChannelPaymentStatus,
  ChannelRefundStatus,
  DisputeFact,
  PaymentFact,
  RefundFact,
} from "../../shared/channels/facts.ts";
import { type Plan, settled } from "../../shared/channels/plan.ts";
import { toReference } from "../../shared/channels/reference.ts";
import type { Transport } from "../../shared/channels/transport.ts";
import { DAY, HOUR, SECOND } from "../../shared/platform/clock.ts";
import { createFakePayouts, type PayoutOperation } from "./fake-payouts.ts";

export { fakeRecipients } from "./fake-payouts.ts";

export const FAKE = "fakepay";
const SECRET = "fake-secret";

type FakePayment = {
  readonly id: string;
  readonly paymentId: string;
  readonly money: ChannelMoney;
  status: ChannelPaymentStatus;
  received: number;
  transactionId: string | undefined;
  attemptFailed: { code: string; message: string } | undefined;
  changedAt: number;
  captures: number;
};
type FakeRefund = {
  readonly id: string;
  readonly refundId: string;
  readonly money: ChannelMoney;
  status: ChannelRefundStatus;
  changedAt: number;
};
type FakeDispute = {
  readonly id: string;
  readonly channelPaymentId: string;
  money: ChannelMoney;
  status: ChannelDisputeStatus;
  changedAt: number;
};

export type Operation =
  | "create"
  | "query"
  | "capture"
  | "close"
  | "refund"
  | "query-refund"
  | "query-dispute"
  | PayoutOperation;

/** What goes wrong with a call: before the provider did anything, or after. */
export type Fault = {
  readonly operation: Operation;
  readonly times: number;
  readonly failure: ChannelFailure;
  readonly when?: "before" | "after";
};

const unknown: ChannelFailure = { outcome: "unknown", detail: "no answer" };
export const lost = (operation: Operation, when: "before" | "after" = "before", times = 1): Fault => ({
  operation,
  times,
  failure: unknown,
  when,
});

export const fakeCapabilities: ChannelCapabilities = {
  currencies: { USD: { min: 50, max: 1_000_000, step: 1 }, EUR: { min: 50, max: 1_000_000, step: 1 } },
  capture: "automatic",
  expiry: { kind: "none" },
  close: "yes",
  idempotencyWindowMs: 24 * HOUR,
  refunds: {
    supported: true,
    partial: true,
    maxCount: 20,
    windowMs: 90 * DAY,
    minIntervalMs: 0,
    mayFailAfterSuccess: true,
  },
  payouts: { supported: false, reason: "not in this test" },
  disputes: true,
  statement: { kind: "pages", utcOffsetMinutes: 0, readyAfterMs: 0 },
};

export const fakeSignature = (body: string): string =>
  createHmac("sha256", SECRET).update(body).digest("hex");

/** A callback's body. */
export const fakeCallback = (
  eventId: string,
  kind: "payment" | "refund" | "payout" | "dispute" | "ignored",
  ref: CallbackReference,
  occurredAtMs: number,
): string => JSON.stringify({ eventId, kind, ref, occurredAtMs });

const bodySchema = z.object({
  eventId: z.string(),
  kind: z.enum(["payment", "refund", "payout", "dispute", "ignored"]),
  occurredAtMs: z.number(),
  ref: z.record(z.string(), z.string()),
});

/** What the payer's module wants to know: at most an `openid`. */
export const fakePayer = z.strictObject({ openid: z.string().min(3).optional() }).transform((hints) => {
  const known: Record<string, string> = hints.openid === undefined ? {} : { openid: hints.openid };
  return known;
});

export type FakeProvider = ReturnType<typeof createFakeProvider>;

export function createFakeProvider(now: () => number, capabilities: ChannelCapabilities = fakeCapabilities) {
  const payments = new Map<string, FakePayment>();
  const refunds = new Map<string, FakeRefund>();
  const disputes = new Map<string, FakeDispute>();
  const payers: Readonly<Record<string, string>>[] = [];
  const calls: Operation[] = [];
  let faults: (Fault & { left: number })[] = [];
  const settings = {
    livemode: false,
    /** What a new refund is at first. */
    refundStatus: "succeeded" as ChannelRefundStatus,
    /** What a close comes to. */
    closing: "closed" as ClosedPayment["result"],
    nameRefunds: true,
  };

  const seconds = (at: number): number => Math.floor(at / SECOND) * SECOND;

  const paymentFact = (payment: FakePayment): PaymentFact => ({
    channel: FAKE,
    kind: "payment",
    channelPaymentId: payment.id,
    ...(payment.transactionId === undefined ? {} : { transactionId: payment.transactionId }),
    paymentId: payment.paymentId,
    status: payment.status,
    ...(payment.attemptFailed === undefined ? {} : { attemptFailed: payment.attemptFailed }),
    amount: {
      value: payment.status === "succeeded" ? payment.received : payment.money.value,
      currency: payment.money.currency,
    },
    livemode: settings.livemode,
    occurredAtMs: seconds(payment.changedAt),
    rawStatus: payment.status.toUpperCase(),
  });
  const refundFact = (refund: FakeRefund): RefundFact => ({
    channel: FAKE,
    kind: "refund",
    channelRefundId: refund.id,
    refundId: refund.refundId,
    status: refund.status,
    ...(refund.status === "failed"
      ? { failure: { code: "returned", message: "The bank sent it back." } }
      : {}),
    amount: refund.money,
    livemode: settings.livemode,
    occurredAtMs: seconds(refund.changedAt),
    rawStatus: refund.status.toUpperCase(),
  });
  const disputeFact = (dispute: FakeDispute): DisputeFact => ({
    channel: FAKE,
    kind: "dispute",
    channelDisputeId: dispute.id,
    channelPaymentId: dispute.channelPaymentId,
    status: dispute.status,
    reason: "fraudulent",
    amount: dispute.money,
    livemode: settings.livemode,
    occurredAtMs: seconds(dispute.changedAt),
    rawStatus: dispute.status.toUpperCase(),
  });

  /** Does a call as the next fault of its kind says. */
  function call<T>(operation: Operation, effect: () => ChannelOutcome<T>): ChannelOutcome<T> {
    calls.push(operation);
    const fault = faults.find((one) => one.operation === operation && one.left > 0);
    if (fault === undefined) return effect();
    fault.left -= 1;
    if (fault.when === "after") effect();
    return fault.failure;
  }
  const ok = <T>(value: T): ChannelOutcome<T> => ({ outcome: "ok", value });
  const declined = <T>(reason: "not-found" | "wrong-state"): ChannelOutcome<T> => ({
    outcome: "declined",
    reason,
    code: reason.toUpperCase(),
  });
  const withPayment = <T>({ channelPaymentId }: PaymentRef, use: (payment: FakePayment) => T) => {
    const payment = payments.get(channelPaymentId);
    return payment === undefined ? declined<T>("not-found") : ok(use(payment));
  };
  const withRefund = ({ channelRefundId }: RefundRef): ChannelOutcome<RefundFact> => {
    const refund = refunds.get(channelRefundId);
    return refund === undefined ? declined("not-found") : ok(refundFact(refund));
  };

  const made = (paymentId: string, money: ChannelMoney): FakePayment => {
    const known = [...payments.values()].find((one) => one.paymentId === paymentId);
    if (known !== undefined) return known;
    return add(paymentId, money);
  };
  const add = (paymentId: string, money: ChannelMoney): FakePayment => {
    const payment: FakePayment = {
      id: `fp_${payments.size + 1}`,
      paymentId,
      money,
      status: "requires_action",
      received: money.value,
      transactionId: undefined,
      attemptFailed: undefined,
      changedAt: now(),
      captures: 0,
    };
    payments.set(payment.id, payment);
    return payment;
  };

  function* doing<T>(operation: Operation, effect: () => ChannelOutcome<T>): Plan<ChannelOutcome<T>> {
    return yield* settled(call(operation, effect));
  }

  const payouts = createFakePayouts(FAKE, now, call);
  const channel: Channel = {
    ...payouts.operations,
    name: FAKE,
    capabilities,
    createPayment: ({ paymentId, money, payer }) =>
      doing("create", () => {
        payers.push(payer);
        const payment = made(paymentId, money);
        return ok({
          // As one of the real channels gives out, so that the API's contract knows it.
          action: {
            type: "paypal_approval",
            orderId: `secret-of-${payment.id}`,
            approvalUrl: `https://fake.example/${payment.id}`,
          },
          fact: paymentFact(payment),
        });
      }),
    queryPayment: (ref) => doing("query", () => withPayment(ref, paymentFact)),
    capturePayment: (ref) =>
      doing("capture", () =>
        withPayment(ref, (payment) => {
          if (payment.status === "requires_capture") move(payment.id, "succeeded");
          payment.captures += 1;
          return paymentFact(payment);
        }),
      ),
    closePayment: (ref) =>
      doing("close", () =>
        withPayment(ref, (payment): ClosedPayment => {
          if (payment.status === "succeeded") return { result: "already-paid", fact: paymentFact(payment) };
          if (settings.closing === "closed") move(payment.id, "cancelled");
          return { result: settings.closing, fact: paymentFact(payment) };
        }),
      ),
    refund: ({ refundId, money }) =>
      doing("refund", () => {
        const id = `re_${toReference(refundId)}`;
        const refund = refunds.get(id) ?? {
          id,
          refundId,
          money,
          status: settings.refundStatus,
          changedAt: now(),
        };
        refunds.set(id, refund);
        return ok(refundFact(refund));
      }),
    queryRefund: (ref) => doing("query-refund", () => withRefund(ref)),
    queryDispute: (id) =>
      doing("query-dispute", () => {
        const dispute = disputes.get(id);
        return dispute === undefined ? declined<DisputeFact>("not-found") : ok(disputeFact(dispute));
      }),
    verifyCallback: ({ headers, rawBody }) => {
      const body = Buffer.from(rawBody).toString("utf8");
      if (headers["x-fake-signature"] === "probe") return settled({ ok: false, reason: "probe" });
      if (headers["x-fake-signature"] !== fakeSignature(body))
        return settled({ ok: false, reason: "bad-signature" });
      const { eventId, kind, ref, occurredAtMs } = bodySchema.parse(JSON.parse(body));
      return settled({ ok: true, event: { eventId, type: `fake.${kind}`, kind, ref, occurredAtMs } });
    },
    callbackAnswer: (result) => ({
      status: result === "rejected" ? 403 : 200,
      headers: { "content-type": "text/plain" },
      body: result === "rejected" ? "FAIL" : "OK",
    }),
    openStatement: () => settled({ outcome: "ok", value: { kind: "empty" } }),
  };

  const of = (id: string): FakePayment => {
    const payment = payments.get(id);
    if (payment === undefined) throw new Error(`the provider has no ${id}`);
    return payment;
  };
  /** @param id of the payment at the provider */
  function move(id: string, status: ChannelPaymentStatus, received = of(id).money.value): void {
    const payment = of(id);
    payment.status = status;
    payment.changedAt = now();
    if (status === "succeeded") {
      payment.received = received;
      payment.transactionId = `tx_${id}`;
      payment.attemptFailed = undefined;
    }
  }

  return {
    channel,
    settings,
    payouts,
    calls,
    payers,
    move,
    payments: (): readonly FakePayment[] => [...payments.values()],
    refunds: (): readonly FakeRefund[] => [...refunds.values()],
    /** A second payment at the provider under the same name. */
    add: (paymentId: string, money: ChannelMoney): string => add(paymentId, money).id,
    refuse(id: string, code = "card_declined"): void {
      Object.assign(of(id), { attemptFailed: { code, message: "No." }, changedAt: now() });
    },
    moveRefund(id: string, status: ChannelRefundStatus): void {
      const refund = refunds.get(id);
      if (refund === undefined) throw new Error(`the provider has no ${id}`);
      refund.status = status;
      refund.changedAt = now();
    },
    dispute(channelPaymentId: string, value: number, status: ChannelDisputeStatus = "open"): string {
      const id = `dp_${disputes.size + 1}`;
      const { currency } = of(channelPaymentId).money;
      disputes.set(id, { id, channelPaymentId, money: { value, currency }, status, changedAt: now() });
      return id;
    },
    decide(id: string, status: ChannelDisputeStatus): void {
      const dispute = disputes.get(id);
      if (dispute === undefined) throw new Error(`the provider has no ${id}`);
      dispute.status = status;
      dispute.changedAt = now();
    },
    fail: (fault: Fault): void => void faults.push({ ...fault, left: fault.times }),
    heal: (): void => {
      faults = [];
    },
  };
}

/** Runs plans that need nothing sent. @param around each of them */
export const plainTransport = (around: <T>(run: () => Promise<T>) => Promise<T>): Transport => ({
  run: <T>(plan: Plan<T>) =>
    around(async () => {
      const step = plan.next(undefined);
      if (step.done !== true) throw new Error("a fake plan asked for something");
      return step.value;
    }),
  lines: () => {
    throw new Error("the fake channel has no statement files");
  },
});
