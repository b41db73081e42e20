/** Payments: created, asked about, closed. */
import type { ClosedPayment, CreatedPayment, CreatePaymentInput, PaymentRef } from "../channel.ts";
import type { ChannelDeclined, ChannelOutcome, PaymentFact } from "../facts.ts";
import type { Plan } from "../plan.ts";
import { toReference } from "../reference.ts";
import { signedAction } from "./actions.ts";
import { PAYMENT_RANGE } from "./capabilities.ts";
import { textAt } from "./envelope.ts";
import { failureOf } from "./errors.ts";
import { bareFact, type FactContext, tradeFact, unknownTradeFact } from "./facts.ts";
import type { Gateway } from "./gateway.ts";
import { closeCall, type PayerType, payCall, queryCall } from "./requests.ts";

export type PaymentDeps = {
  readonly gateway: Gateway;
  readonly context: () => FactContext;
  readonly callbackUrl: string;
  readonly returnUrl: string | undefined;
};

const NOT_EXIST = "ACQ.TRADE_NOT_EXIST";

/** A trade that a close comes too late for: paid, or closed already. */
const settledCodes: ReadonlySet<string> = new Set([
  "ACQ.REASON_TRADE_STATUS_INVALID",
  "ACQ.REASON_ILLEGAL_STATUS",
  "ACQ.TRADE_STATUS_ERROR",
]);

const ok = <T>(value: T): ChannelOutcome<T> => ({ outcome: "ok", value });

/** What is refused before anything is sent, by the published limits. */
function refusalOf({ money, expiresAtMs }: CreatePaymentInput, nowMs: number): ChannelDeclined | undefined {
  const declined = (reason: ChannelDeclined["reason"], code: string): ChannelDeclined => ({
    ...{ outcome: "declined", reason, code },
  });
  const { min, max } = PAYMENT_RANGE.CNY;
  if (money.currency !== "CNY") return declined("currency-not-accepted", "currency");
  if (money.value < min || money.value > max) return declined("amount-not-accepted", "total_amount");
  return expiresAtMs <= nowMs ? declined("too-late", "time_expire") : undefined;
}

/**
 * A payment in an app or a browser is made by its payer: nothing is sent, and Alipay hears of it when the payer opens
 * the cashier. One by QR code is created at Alipay, which gives out the code.
 */
export function* createPayment(
  deps: PaymentDeps,
  input: CreatePaymentInput,
): Plan<ChannelOutcome<CreatedPayment>> {
  const { gateway } = deps;
  const refusal = refusalOf(input, deps.context().nowMs);
  if (refusal !== undefined) return refusal;
  const type = payerTypeOf(input.payer);
  const call = payCall(input, type, deps);
  const channelPaymentId = toReference(input.paymentId);
  const fact = bareFact({ channelPaymentId, money: input.money }, "requires_action", "TRADE_NOT_EXIST", {
    ...deps.context(),
    nowMs: input.createdAtMs,
  });
  if (type !== "precreate") return ok({ action: signedAction(gateway, call), fact });
  const answer = yield* gateway.ask(call, { repeatable: true });
  if (answer.kind === "failed") return answer.failure;
  if (answer.kind === "refused") return failureOf(answer);
  const qrCode = textAt(answer.node, "qr_code");
  if (qrCode === undefined || textAt(answer.node, "out_trade_no") !== channelPaymentId) {
    return { outcome: "unknown", detail: "precreate was answered for another order" };
  }
  return ok({ action: { type: "alipay_qr", qrCode }, fact });
}

const payerTypeOf = ({ type }: CreatePaymentInput["payer"]): PayerType =>
  type === "wap" || type === "page" || type === "precreate" ? type : "app";

export function* queryPayment(deps: PaymentDeps, payment: PaymentRef): Plan<ChannelOutcome<PaymentFact>> {
  const answer = yield* deps.gateway.ask(queryCall(payment), { repeatable: true });
  if (answer.kind === "failed") return answer.failure;
  if (answer.kind === "refused") {
    return answer.subCode === NOT_EXIST ? ok(unknownTradeFact(payment, deps.context())) : failureOf(answer);
  }
  const fact = tradeFact(answer.node, payment, deps.context());
  return fact === undefined
    ? { outcome: "unknown", detail: "the query was not answered as asked" }
    : ok(fact);
}

const resultOf = ({ status }: PaymentFact): ClosedPayment["result"] => {
  if (status === "succeeded") return "already-paid";
  return status === "cancelled" || status === "failed" ? "closed" : "in-progress";
};

/** A trade that Alipay does not know cannot be closed: the order string in its payer's hands stays good until it lapses. */
export function* closePayment(deps: PaymentDeps, payment: PaymentRef): Plan<ChannelOutcome<ClosedPayment>> {
  const answer = yield* deps.gateway.ask(closeCall(payment), { repeatable: true });
  if (answer.kind === "failed") return answer.failure;
  if (answer.kind === "done") {
    return textAt(answer.node, "out_trade_no") === payment.channelPaymentId
      ? ok({ result: "closed", fact: bareFact(payment, "cancelled", "TRADE_CLOSED", deps.context()) })
      : { outcome: "unknown", detail: "the close was answered for another order" };
  }
  if (answer.subCode === NOT_EXIST) {
    const fact = unknownTradeFact(payment, deps.context());
    return ok({ result: resultOf(fact), fact });
  }
  if (!settledCodes.has(answer.subCode)) return failureOf(answer);
  const asked = yield* queryPayment(deps, payment);
  return asked.outcome === "ok" ? ok({ result: resultOf(asked.value), fact: asked.value }) : asked;
}
