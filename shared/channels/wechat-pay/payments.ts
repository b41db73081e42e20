/** Payments: create, query, close. */
import * as z from "zod";
import type { ClosedPayment, CreatedPayment, CreatePaymentInput, PaymentRef } from "../channel.ts";
import type { ChannelDeclined, ChannelOutcome, ClientAction, PaymentFact } from "../facts.ts";
import type { Plan } from "../plan.ts";
import { appAction, jsapiAction } from "./actions.ts";
import { type Called, call } from "./call.ts";
import type { WechatPayContext } from "./context.ts";
import { failureOf, hasCode } from "./errors.ts";
import { impliedPayment, readPayment } from "./facts.ts";
import { type Payer, PayerSchema } from "./payer.ts";
import { closePaymentRequest, createPaymentRequest, queryPaymentRequest } from "./requests.ts";
import { appIdOf } from "./settings.ts";

const declined = (reason: ChannelDeclined["reason"], code: string): ChannelDeclined => ({
  outcome: "declined",
  reason,
  code,
});

const Prepay = z.object({ prepay_id: z.string().min(1) });
const Code = z.object({ code_url: z.string().min(1) });
const H5 = z.object({ h5_url: z.url({ protocol: /^https?$/ }) });

/** What the answer to a create lets the payer do; `undefined` when it does not hold it. */
function actionOf(context: WechatPayContext, { type }: Payer, body: unknown): ClientAction | undefined {
  if (type === "native") {
    const codeUrl = Code.safeParse(body).data?.code_url;
    return codeUrl === undefined ? undefined : { type: "wechat_native", codeUrl };
  }
  if (type === "h5") {
    const h5Url = H5.safeParse(body).data?.h5_url;
    // Where real money moves nobody is sent to an address in the clear; a simulator on this machine has no other.
    const isFit = h5Url?.startsWith("https:") === true || !context.settings.livemode;
    return h5Url === undefined || !isFit ? undefined : { type: "wechat_h5", h5Url };
  }
  const prepayId = Prepay.safeParse(body).data?.prepay_id;
  if (prepayId === undefined) return undefined;
  const prepaid = { appId: appIdOf(context.settings, type), prepayId };
  return type === "app" ? appAction(context, prepaid) : jsapiAction(context, prepaid);
}

export function* createPayment(
  context: WechatPayContext,
  input: CreatePaymentInput,
): Plan<ChannelOutcome<CreatedPayment>> {
  const payer = PayerSchema.safeParse(input.payer).data;
  if (payer === undefined) return declined("rejected", "PAYER");
  if (input.money.currency !== "CNY") return declined("currency-not-accepted", "CURRENCY");
  const called = yield* call(context, "create-payment", createPaymentRequest(context, input, payer));
  if (called.kind === "failure") return called.failure;
  // A paid order comes out as unknown, which is right: a query tells the rest.
  if (called.kind === "error") return failureOf(called.error, "changes");
  const action = actionOf(context, payer, called.body);
  if (action === undefined) return { outcome: "unknown", detail: "the answer to a create cannot be read" };
  const fact = impliedPayment(
    input,
    { status: "requires_action", rawStatus: "NOTPAY" },
    { settings: context.settings, atMs: called.atMs },
  );
  return { outcome: "ok", value: { action, fact } };
}

export function* queryPayment(
  context: WechatPayContext,
  payment: PaymentRef,
): Plan<ChannelOutcome<PaymentFact>> {
  const { settings } = context;
  const called = yield* call(context, "query-payment", queryPaymentRequest(settings, payment));
  if (called.kind === "failure") return called.failure;
  if (called.kind === "error") return failureOf(called.error, "reads");
  const read = readPayment(called.body, payment, { settings, atMs: called.atMs });
  return "fact" in read ? { outcome: "ok", value: read.fact } : { outcome: "unknown", detail: read.problem };
}

const resultsByStatus: Readonly<Record<PaymentFact["status"], ClosedPayment["result"]>> = {
  succeeded: "already-paid",
  cancelled: "closed",
  failed: "closed",
  processing: "in-progress",
  requires_action: "in-progress",
  requires_capture: "in-progress",
};

/** Refusals of a close that only say that the order is somewhere else by now. */
const wantsQuery = (called: Called): boolean =>
  called.kind === "error" && hasCode(called.error, "ORDER_PAID", "ORDER_CLOSED", "USER_PAYING");

export function* closePayment(
  context: WechatPayContext,
  payment: PaymentRef,
): Plan<ChannelOutcome<ClosedPayment>> {
  const { settings } = context;
  const called = yield* call(context, "close-payment", closePaymentRequest(settings, payment));
  if (called.kind === "failure") return called.failure;
  if (called.kind === "result") {
    const closed = { status: "cancelled", rawStatus: "CLOSED" } as const;
    const fact = impliedPayment(payment, closed, { settings, atMs: called.atMs });
    return { outcome: "ok", value: { result: "closed", fact } };
  }
  if (!wantsQuery(called)) return failureOf(called.error, "changes");
  const queried = yield* queryPayment(context, payment);
  return queried.outcome === "ok"
    ? { outcome: "ok", value: { result: resultsByStatus[queried.value.status], fact: queried.value } }
    : queried;
}
