/** Requests of each operation as paths and bodies. Pure: the same record makes the same request. */
import type { CreatePaymentInput, PaymentRef, PayoutInput, RefundInput } from "../channel.ts";
import { BEIJING, toLocalTime } from "../local-time.ts";
import { toReference } from "../reference.ts";
import { encryptField, fieldSeed } from "./cipher.ts";
import type { WechatPayContext } from "./context.ts";
import type { Payer, Recipient } from "./payer.ts";
import type { EncryptionKey } from "./platform-keys.ts";
import { appIdOf, payoutAppId, type WechatPaySettings } from "./settings.ts";
import type { ApiRequest } from "./wire.ts";

const MAX_DESCRIPTION = 127;
const MAX_REASON = 80;
const MAX_REMARK = 32;

const segment = encodeURIComponent;

/**
 * Free text as WeChat prints it later in bills, whose cells are told apart by a backtick and whose rows by a line
 * break: those become an apostrophe and a blank. Cut to whole characters.
 */
export function plainText(text: string, maxLength: number): string {
  const plain = text.replaceAll("`", "'").replaceAll(/\p{Cc}+/gu, " ");
  let cut = "";
  for (const character of plain) {
    if (cut.length + character.length > maxLength) break;
    cut += character;
  }
  return cut;
}

/** RFC 3339 with Beijing's offset, to the second. */
export const toBeijingTimestamp = (atMs: number): string =>
  `${toLocalTime(atMs, BEIJING).replace(" ", "T")}+08:00`;

function payerPart(payer: Payer): Record<string, unknown> {
  switch (payer.type) {
    case "jsapi":
      return { payer: { openid: payer.openId } };
    case "h5":
      return { scene_info: { payer_client_ip: payer.clientIp, h5_info: { type: payer.platform } } };
    default:
      return {};
  }
}

export function createPaymentRequest(
  { settings, callbackUrl }: WechatPayContext,
  { paymentId, money, description, expiresAtMs }: CreatePaymentInput,
  payer: Payer,
): ApiRequest {
  return {
    method: "POST",
    path: `/v3/pay/transactions/${payer.type}`,
    body: {
      appid: appIdOf(settings, payer.type),
      mchid: settings.mchId,
      description: plainText(description, MAX_DESCRIPTION),
      out_trade_no: toReference(paymentId),
      time_expire: toBeijingTimestamp(expiresAtMs),
      notify_url: callbackUrl,
      amount: { total: money.value, currency: money.currency },
      ...payerPart(payer),
    },
  };
}

const orderPath = (channelPaymentId: string): string =>
  `/v3/pay/transactions/out-trade-no/${segment(channelPaymentId)}`;

export const queryPaymentRequest = (settings: WechatPaySettings, payment: PaymentRef): ApiRequest => ({
  method: "GET",
  path: `${orderPath(payment.channelPaymentId)}?mchid=${segment(settings.mchId)}`,
});

export const closePaymentRequest = (settings: WechatPaySettings, payment: PaymentRef): ApiRequest => ({
  method: "POST",
  path: `${orderPath(payment.channelPaymentId)}/close`,
  body: { mchid: settings.mchId },
});

/** Asked by our own number only: the provider's may become known between two repetitions. */
export const refundRequest = (callbackUrl: string, input: RefundInput): ApiRequest => ({
  method: "POST",
  path: "/v3/refund/domestic/refunds",
  body: {
    out_trade_no: input.payment.channelPaymentId,
    out_refund_no: toReference(input.refundId),
    ...(input.reason === "" ? {} : { reason: plainText(input.reason, MAX_REASON) }),
    notify_url: callbackUrl,
    amount: {
      refund: input.money.value,
      total: input.payment.money.value,
      currency: input.money.currency,
    },
  },
});

export const queryRefundRequest = (channelRefundId: string): ApiRequest => ({
  method: "GET",
  path: `/v3/refund/domestic/refunds/${segment(channelRefundId)}`,
});

const TRANSFER_BILLS = "/v3/fund-app/mch-transfer/transfer-bills";
const billPath = (reference: string): string => `${TRANSFER_BILLS}/out-bill-no/${segment(reference)}`;

/** The recipient's name for WeChat's eyes; the same text for the same payout. */
const encryptedName = (context: WechatPayContext, { key }: EncryptionKey, payoutId: string, name: string) =>
  encryptField(key, name, fieldSeed(context.apiV3Key, "user_name", payoutId, name));

/** @param encryption the key for the recipient's name, when there is a name */
export function payoutRequest(
  context: WechatPayContext,
  { payoutId, money, remark }: PayoutInput,
  recipient: Recipient,
  encryption: EncryptionKey | undefined,
): ApiRequest {
  const { settings, callbackUrl } = context;
  const { userName, openId } = recipient;
  const named = userName !== undefined && encryption !== undefined ? { userName, encryption } : undefined;
  return {
    method: "POST",
    path: TRANSFER_BILLS,
    body: {
      appid: payoutAppId(settings),
      out_bill_no: toReference(payoutId),
      transfer_scene_id: settings.payout?.sceneId,
      openid: openId,
      ...(named && { user_name: encryptedName(context, named.encryption, payoutId, named.userName) }),
      transfer_amount: money.value,
      transfer_remark: plainText(remark, MAX_REMARK),
      notify_url: callbackUrl,
      transfer_scene_report_infos: settings.payout?.reportInfos.map(({ type, content }) => ({
        info_type: type,
        info_content: content,
      })),
    },
    ...(named && { encryptedFor: named.encryption.serial }),
  };
}

export const queryPayoutRequest = (reference: string): ApiRequest => ({
  method: "GET",
  path: billPath(reference),
});

export const cancelPayoutRequest = (reference: string): ApiRequest => ({
  method: "POST",
  path: `${billPath(reference)}/cancel`,
});

export const tradeBillRequest = (day: string): ApiRequest => ({
  method: "GET",
  path: `/v3/bill/tradebill?bill_date=${segment(day)}&bill_type=ALL`,
});

export const fundBillRequest = (day: string, account: string): ApiRequest => ({
  method: "GET",
  path: `/v3/bill/fundflowbill?bill_date=${segment(day)}&account_type=${segment(account)}`,
});
