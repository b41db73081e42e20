/** Notifications: forms that are signed anew for each attempt. */

import { encodeForm, FORM_TYPE } from "../kit/form.ts";
import type { CallbackRules } from "../kit/protocol.ts";
import { strangersKey } from "../kit/stranger.ts";
import type { Refund, Trade, Transfer } from "./state.ts";
import { beijing, notificationSignature, yuan } from "./wire-format.ts";
import type { World } from "./world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Eight attempts in about a day. `notify_time` is the attempt's own. */
export const callbackRules = (alipayPrivateKey: string): CallbackRules => ({
  retryAfterMs: [4 * MINUTE, 10 * MINUTE, 10 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR],
  isAcknowledged: (status, text) => status === 200 && text === "success",
  sign({ content }, nowMs, { key, keyName } = {}) {
    const stored = new Map(new URLSearchParams(content));
    if (stored.has("notify_type")) stored.set("notify_time", beijing(nowMs));
    if (keyName !== undefined) stored.set("alipay_cert_sn", keyName);
    stored.set("sign", notificationSignature(stored, key === "stranger" ? strangersKey() : alipayPrivateKey));
    return {
      headers: { "content-type": `${FORM_TYPE}; charset=utf-8` },
      body: encodeForm(Object.fromEntries(stored)),
    };
  },
});

const refundedOf = ({ refunds }: Trade) => refunds.reduce((sum, { value }) => sum + value, 0);

const refundFields = (trade: Trade, refund: Refund): Readonly<Record<string, string>> => ({
  gmt_refund: `${beijing(refund.atMs)}.000`,
  refund_fee: yuan(refundedOf(trade)),
  out_biz_no: refund.request,
});

/** Tells of a trade's state, or of a refund of it. */
export function notifyTrade({ kit, appId, sellerId }: World, trade: Trade, refund?: Refund): void {
  const eventId = kit.ids.hex(34);
  const total = yuan(trade.value);
  const fields: Readonly<Record<string, string>> = {
    ...{ notify_id: eventId, notify_type: "trade_status_sync", notify_time: "" },
    ...{ app_id: appId, auth_app_id: appId, seller_id: sellerId, buyer_id: trade.buyer },
    ...{ charset: "utf-8", version: "1.0", sign_type: "RSA2" },
    ...{ out_trade_no: trade.order, trade_no: trade.tradeNo, trade_status: trade.status },
    ...{ subject: trade.subject, total_amount: total, gmt_create: beijing(trade.createdAtMs) },
    ...(trade.paidAtMs !== undefined && {
      ...{ gmt_payment: beijing(trade.paidAtMs), receipt_amount: total, buyer_pay_amount: total },
      ...{ invoice_amount: total, point_amount: "0.00" },
      fund_bill_list: JSON.stringify([{ amount: total, fundChannel: "ALIPAYACCOUNT" }]),
    }),
    ...(trade.closedAtMs !== undefined && { gmt_close: beijing(trade.closedAtMs) }),
    ...(refund !== undefined && refundFields(trade, refund)),
  };
  kit.emit({
    eventId,
    type: "trade_status_sync",
    objectId: refund?.request ?? trade.order,
    url: trade.notifyUrl,
    content: encodeForm(fields),
  });
}

/** Tells the application's gateway of a transfer's new state. */
export function notifyTransfer({ kit, appId, callbackUrl }: World, transfer: Transfer): void {
  const eventId = kit.ids.hex(34);
  const type = "alipay.fund.trans.order.changed";
  const content = {
    ...{ out_biz_no: transfer.number, order_id: transfer.orderId, pay_fund_order_id: transfer.fundOrderId },
    ...{ status: transfer.status, trans_amount: yuan(transfer.value), action_type: "FINISH" },
    ...{
      product_code: "TRANS_ACCOUNT_NO_PWD",
      biz_scene: "DIRECT_TRANSFER",
      origin_interface: "alipay.fund.trans.uni.transfer",
    },
    pay_date: beijing(transfer.endedAtMs ?? transfer.createdAtMs),
  };
  const fields = {
    ...{ notify_id: eventId, utc_timestamp: String(kit.now()), msg_method: type, app_id: appId },
    ...{ version: "1.1", charset: "UTF-8", sign_type: "RSA2", biz_content: JSON.stringify(content) },
  };
  kit.emit({ eventId, type, objectId: transfer.number, url: callbackUrl, content: encodeForm(fields) });
}
