/** What apps are given to let a person pay, or confirm a payout. */
import * as z from "zod";
import type { ClientAction } from "../facts.ts";
import { newNonce, timestampNow, type WechatPayContext } from "./context.ts";
import { payoutAppId } from "./settings.ts";
import { signLines } from "./signature.ts";

/** Members of the payment request of WeChat's app SDK. */
export const AppAction = z.object({
  type: z.literal("wechat_app"),
  appId: z.string(),
  partnerId: z.string(),
  prepayId: z.string(),
  packageValue: z.string(),
  nonceStr: z.string(),
  /** Seconds since the epoch, as text. */
  timeStamp: z.string(),
  sign: z.string(),
});

/** Members of `wx.requestPayment` and of the browser bridge, and the prepay id that signing anew starts from. */
export const JsapiAction = z.object({
  type: z.literal("wechat_jsapi"),
  appId: z.string(),
  timeStamp: z.string(),
  nonceStr: z.string(),
  package: z.string(),
  signType: z.literal("RSA"),
  paySign: z.string(),
  prepayId: z.string(),
});

/** The text of a code to scan. */
export const NativeAction = z.object({ type: z.literal("wechat_native"), codeUrl: z.string() });

/** An address to go to within five minutes. */
export const H5Action = z.object({ type: z.literal("wechat_h5"), h5Url: z.string() });

/** Members of `wx.requestMerchantTransfer`: the recipient confirms within 24 hours. */
export const ConfirmTransferAction = z.object({
  type: z.literal("wechat_confirm_transfer"),
  mchId: z.string(),
  appId: z.string(),
  packageInfo: z.string(),
});

export const wechatPayActions = [
  AppAction,
  JsapiAction,
  NativeAction,
  H5Action,
  ConfirmTransferAction,
] as const;

/** A prepay id under the app id that it was made with. */
export type Prepaid = { readonly appId: string; readonly prepayId: string };

/** Signed over the bare prepay id. */
export function appAction(
  context: WechatPayContext,
  { appId, prepayId }: Prepaid,
): z.infer<typeof AppAction> {
  const timeStamp = timestampNow(context);
  const nonceStr = newNonce(context);
  return {
    type: "wechat_app",
    appId,
    partnerId: context.settings.mchId,
    prepayId,
    packageValue: "Sign=WXPay",
    nonceStr,
    timeStamp,
    sign: signLines(context.merchantKey, appId, timeStamp, nonceStr, prepayId),
  };
}

/** Signed over the whole package value, unlike an app's. */
export function jsapiAction(
  context: WechatPayContext,
  { appId, prepayId }: Prepaid,
): z.infer<typeof JsapiAction> {
  const timeStamp = timestampNow(context);
  const nonceStr = newNonce(context);
  const packageValue = `prepay_id=${prepayId}`;
  return {
    type: "wechat_jsapi",
    appId,
    timeStamp,
    nonceStr,
    package: packageValue,
    signType: "RSA",
    paySign: signLines(context.merchantKey, appId, timeStamp, nonceStr, packageValue),
    prepayId,
  };
}

/** The same action with a new time and signature; one that carries no signature stays as it is. */
export function renewedAction(context: WechatPayContext, action: ClientAction): ClientAction {
  const app = AppAction.safeParse(action);
  if (app.success) return appAction(context, app.data);
  const jsapi = JsapiAction.safeParse(action);
  return jsapi.success ? jsapiAction(context, jsapi.data) : action;
}

export const confirmTransferAction = (
  { settings }: WechatPayContext,
  packageInfo: string,
): z.infer<typeof ConfirmTransferAction> => ({
  type: "wechat_confirm_transfer",
  mchId: settings.mchId,
  appId: payoutAppId(settings),
  packageInfo,
});
