/**
 * Callbacks: notifications of payments and refunds, and messages to the application's gateway about transfers. Both
 * are forms, signed alike, and come to one address. No time is signed in a way that could tell a repetition from a
 * replay, as Alipay repeats for a day: what keeps a replay harmless is that an event is stored once and only points.
 * @see https://opendocs.alipay.com/open/203/105286 (notifications)
 */
import * as z from "zod";
import type {
  CallbackAnswer,
  CallbackEvent,
  CallbackReference,
  CallbackRejection,
  CallbackRequest,
  CallbackResult,
  CallbackVerdict,
} from "../callback.ts";
import { BEIJING, fromLocalTime } from "../local-time.ts";
import type { Plan } from "../plan.ts";
import { fromReference } from "../reference.ts";
import { readForm, textOfForm } from "./form.ts";
import type { Gateway, SignatureVerdict } from "./gateway.ts";
import { callbackText } from "./signature.ts";

type Fields = ReadonlyMap<string, string>;

export type CallbackDeps = {
  readonly gateway: Gateway;
  readonly appId: string;
  readonly sellerId: string;
  readonly now: () => number;
};

const TRADE_STATUS = "trade_status_sync";
const TRANSFER_CHANGED = "alipay.fund.trans.order.changed";

const rejected = (reason: CallbackRejection): CallbackVerdict => ({ ok: false, reason });

const rejections: Readonly<Record<Exclude<SignatureVerdict, "good">, CallbackRejection>> = {
  bad: "bad-signature",
  "unknown-key": "unknown-key",
  "keys-unavailable": "keys-unavailable",
};

/** A field that says something. */
const said = (fields: Fields, name: string): string | undefined => fields.get(name) || undefined;

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** A notification of a trade: about a refund as soon as it names one, about the payment before. */
function tradeEvent(fields: Fields): Pick<CallbackEvent, "kind" | "ref"> {
  const trade = said(fields, "out_trade_no");
  const request = said(fields, "out_biz_no");
  const transactionId = said(fields, "trade_no");
  const paymentId = fromReference("payment", trade);
  const ofPayment: CallbackReference = {
    ...(paymentId !== undefined && { paymentId }),
    ...(trade !== undefined && { channelPaymentId: trade }),
    ...(transactionId !== undefined && { transactionId }),
  };
  const ofRefund = ["gmt_refund", "refund_fee", "out_biz_no"].some(
    (name) => said(fields, name) !== undefined,
  );
  if (!ofRefund) return { kind: "payment", ref: ofPayment };
  const refundId = fromReference("refund", request);
  const ofItsRefund: CallbackReference = {
    ...(refundId !== undefined && { refundId }),
    ...(request !== undefined && { channelRefundId: request }),
  };
  return { kind: "refund", ref: { ...ofPayment, ...ofItsRefund } };
}

const TransferMessage = z.looseObject({ out_biz_no: z.string().min(1) });

function transferEvent(fields: Fields): Pick<CallbackEvent, "kind" | "ref"> | undefined {
  try {
    const { out_biz_no: number } = TransferMessage.parse(JSON.parse(fields.get("biz_content") ?? ""));
    const payoutId = fromReference("payout", number);
    return { kind: "payout", ref: { ...(payoutId !== undefined && { payoutId }), channelPayoutId: number } };
  } catch {
    return undefined;
  }
}

function eventOf(fields: Fields, nowMs: number): CallbackEvent | undefined {
  const eventId = said(fields, "notify_id");
  const message = said(fields, "msg_method");
  const type = message ?? said(fields, "notify_type");
  if (eventId === undefined || type === undefined) return undefined;
  const sentAt = said(fields, "utc_timestamp");
  const occurredAtMs =
    (sentAt !== undefined && /^\d{13}$/.test(sentAt) ? Number(sentAt) : undefined) ??
    fromLocalTime(said(fields, "notify_time") ?? "", BEIJING) ??
    nowMs;
  const about =
    message === TRANSFER_CHANGED
      ? transferEvent(fields)
      : message === undefined && type === TRADE_STATUS
        ? tradeEvent(fields)
        : ({ kind: "ignored", ref: {} } as const);
  return about && { eventId, type, occurredAtMs, ...about };
}

/** Whether a verified callback is meant for another application or account. */
const isForeign = (fields: Fields, { appId, sellerId }: CallbackDeps): boolean => {
  const seller = said(fields, "seller_id");
  return said(fields, "app_id") !== appId || (seller !== undefined && seller !== sellerId);
};

/**
 * The verdict on a callback. `sign_type` is not covered by the signature of most kinds: whoever sends it could ask
 * for a weaker algorithm, so every value but `RSA2` is refused.
 */
export function* verifyCallback(deps: CallbackDeps, { rawBody }: CallbackRequest): Plan<CallbackVerdict> {
  const form = readForm(rawBody);
  const fields = form && textOfForm(form);
  if (form === undefined || fields === undefined) return rejected("malformed");
  const signature = said(fields, "sign");
  if (signature === undefined) return rejected("missing-signature");
  if (fields.get("sign_type") !== "RSA2") return rejected("bad-signature");
  const texts = [callbackText(form, ["sign", "sign_type"]), callbackText(form, ["sign"])].map(bytes);
  const verdict = yield* deps.gateway.verify({ texts, signature, serial: said(fields, "alipay_cert_sn") });
  if (verdict !== "good") return rejected(rejections[verdict]);
  if (isForeign(fields, deps)) return rejected("wrong-merchant");
  const event = eventOf(fields, deps.now());
  return event === undefined ? rejected("malformed") : { ok: true, event };
}

/** Alipay takes the seven letters `success` and nothing else for an acknowledgement. */
export const callbackAnswer = (result: CallbackResult): CallbackAnswer => ({
  status: result === "rejected" ? 400 : 200,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: result === "rejected" ? "failure" : "success",
});
