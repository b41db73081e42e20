/**
 * Callbacks: the signature over the exact bytes, the signed time, then what is encrypted inside. What comes out is a
 * pointer to the payment, refund or payout that is to be asked about.
 */
import * as z from "zod";
import type {
  CallbackAnswer,
  CallbackEvent,
  CallbackRejection,
  CallbackRequest,
  CallbackResult,
  CallbackVerdict,
} from "../callback.ts";
import type { Plan } from "../plan.ts";
import { fromReference } from "../reference.ts";
import { decryptResource, EncryptedResource } from "./cipher.ts";
import type { WechatPayContext } from "./context.ts";
import { findKey } from "./platform-keys.ts";
import { isOurApp, type WechatPaySettings } from "./settings.ts";
import { isFresh, isSignedBy, readSignature, signedAtMs } from "./signature.ts";

const Envelope = z.object({
  id: z.string().min(1).max(64),
  create_time: z.iso.datetime({ offset: true }),
  event_type: z.string().min(1).max(64),
  resource: z.unknown(),
});
type Envelope = z.infer<typeof Envelope>;

const Id = z.string().min(1).max(64);

/** Whose event it is: payments and refunds spell the merchant in one way, transfers in the other. */
const PaymentResource = z.object({
  mchid: z.string(),
  appid: z.string(),
  out_trade_no: Id,
  transaction_id: Id.optional(),
});
const RefundResource = z.object({
  mchid: z.string(),
  out_trade_no: Id,
  out_refund_no: Id,
  transaction_id: Id.optional(),
});
const TransferResource = z.object({ mch_id: z.string(), out_bill_no: Id });

const rejected = (reason: CallbackRejection): CallbackVerdict => ({ ok: false, reason });

/** A reference without the members that are not known. */
type Loose = { readonly [K in keyof CallbackEvent["ref"]]: CallbackEvent["ref"][K] | undefined };
const known = (ref: Loose): CallbackEvent["ref"] =>
  Object.fromEntries(Object.entries(ref).filter(([, value]) => value !== undefined));

type Pointed = Pick<CallbackEvent, "kind" | "ref"> | "malformed" | "wrong-merchant";

function pointPayment(resource: unknown, settings: WechatPaySettings): Pointed {
  const payment = PaymentResource.safeParse(resource).data;
  if (payment === undefined) return "malformed";
  const { mchid, appid, out_trade_no: channelPaymentId, transaction_id: transactionId } = payment;
  if (mchid !== settings.mchId || !isOurApp(settings, appid)) return "wrong-merchant";
  const paymentId = fromReference("payment", channelPaymentId);
  return { kind: "payment", ref: known({ paymentId, channelPaymentId, transactionId }) };
}

function pointRefund(resource: unknown, settings: WechatPaySettings): Pointed {
  const refund = RefundResource.safeParse(resource).data;
  if (refund === undefined) return "malformed";
  if (refund.mchid !== settings.mchId) return "wrong-merchant";
  const { out_refund_no: channelRefundId, out_trade_no: channelPaymentId } = refund;
  const ref = known({
    refundId: fromReference("refund", channelRefundId),
    channelRefundId,
    paymentId: fromReference("payment", channelPaymentId),
    channelPaymentId,
    transactionId: refund.transaction_id,
  });
  return { kind: "refund", ref };
}

function pointTransfer(resource: unknown, settings: WechatPaySettings): Pointed {
  const transfer = TransferResource.safeParse(resource).data;
  if (transfer === undefined) return "malformed";
  if (transfer.mch_id !== settings.mchId) return "wrong-merchant";
  const channelPayoutId = transfer.out_bill_no;
  const payoutId = fromReference("payout", channelPayoutId);
  return { kind: "payout", ref: known({ payoutId, channelPayoutId }) };
}

/** The reader of an event type; none for events of products that this channel does not use. */
function readerOf(eventType: string): typeof pointPayment | undefined {
  if (eventType.startsWith("TRANSACTION.")) return pointPayment;
  if (eventType.startsWith("REFUND.")) return pointRefund;
  return eventType.startsWith("MCHTRANSFER.BILL.") ? pointTransfer : undefined;
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function point({ apiV3Key, settings }: WechatPayContext, { event_type, resource }: Envelope): Pointed {
  const reader = readerOf(event_type);
  if (reader === undefined) return { kind: "ignored", ref: {} };
  const encrypted = EncryptedResource.safeParse(resource).data;
  const content = encrypted === undefined ? undefined : decryptResource(apiV3Key, encrypted);
  return reader(parseJson(content), settings);
}

/** What a body says that is known to be the provider's. */
function readEvent(context: WechatPayContext, rawBody: Uint8Array): CallbackVerdict {
  const envelope = Envelope.safeParse(parseJson(decodeUtf8(rawBody))).data;
  if (envelope === undefined) return rejected("malformed");
  const pointed = point(context, envelope);
  if (typeof pointed === "string") return rejected(pointed);
  const { id: eventId, event_type: type, create_time } = envelope;
  return { ok: true, event: { eventId, type, occurredAtMs: Date.parse(create_time), ...pointed } };
}

const unreadable: Readonly<Record<"unsigned" | "incomplete" | "other-scheme" | "probe", CallbackRejection>> =
  {
    unsigned: "missing-signature",
    incomplete: "missing-signature",
    "other-scheme": "bad-signature",
    probe: "probe",
  };

export function* verifyCallback(
  context: WechatPayContext,
  { headers: allHeaders, rawBody }: CallbackRequest,
): Plan<CallbackVerdict> {
  const signature = readSignature(allHeaders);
  if (signature.kind !== "signed") return rejected(unreadable[signature.kind]);
  const { headers } = signature;
  const signedAt = signedAtMs(headers);
  if (signedAt === undefined) return rejected("malformed");
  const lookup = yield* findKey(context, headers.serial);
  if ("missing" in lookup) return rejected(lookup.missing);
  if (!isSignedBy(lookup.found, headers, rawBody)) return rejected("bad-signature");
  if (!isFresh(signedAt, context.tools.now())) return rejected("stale");
  return readEvent(context, rawBody);
}

const answer = (status: number, code: "SUCCESS" | "FAIL", message: string): CallbackAnswer => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ code, message }),
});

/** 200 ends the repetitions; after anything else the provider comes again for a day. */
export const callbackAnswer = (result: CallbackResult): CallbackAnswer =>
  result === "rejected" ? answer(400, "FAIL", "not accepted") : answer(200, "SUCCESS", "");
