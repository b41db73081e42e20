/** Public settings of WeChat Pay in one stage. */
import * as z from "zod";
import { PAYMENT_RANGE, PAYOUT_RANGE } from "./limits.ts";

/** A host as a whole address without a path: `https://api.mch.weixin.qq.com`. */
const Origin = z.url({ protocol: /^https$/ }).refine((url) => new URL(url).origin === url, {
  message: "only the scheme and the host, without a path",
});

const MerchantId = z.string().regex(/^\d{8,32}$/);
const AppId = z.string().regex(/^[0-9A-Za-z]{1,32}$/);

/**
 * What merchant transfers need. The scene is granted to a merchant after review, and each scene dictates the texts
 * that are reported with a transfer.
 */
const PayoutSettings = z.strictObject({
  sceneId: z.string().regex(/^\d{1,36}$/),
  reportInfos: z
    .array(z.strictObject({ type: z.string().min(1).max(15), content: z.string().min(1).max(32) }))
    .min(1)
    .max(10),
  /** The app that recipients' open ids belong to; the common app id by default. */
  appId: AppId.optional(),
  /** The largest single transfer that the merchant is granted, in fen. */
  maxFen: z.int().min(PAYOUT_RANGE.min).max(PAYOUT_RANGE.max).default(PAYOUT_RANGE.max),
  /** Which of the merchant's accounts transfers are paid from: its fund bill has them. */
  account: z.enum(["BASIC", "OPERATION"]).default("BASIC"),
  /**
   * What the name or the type of a transfer's rows in the fund bill contains. The provider lists "企业付款" and keeps
   * the right to other words; how it calls merchant transfers since 2025 no text says.
   */
  billWords: z.array(z.string().min(1)).min(1).default(["转账", "企业付款"]),
});

export const WechatPaySettingsSchema = z.strictObject({
  enabled: z.boolean(),
  livemode: z.boolean(),
  mchId: MerchantId,
  /** Bound to the merchant in its portal. */
  appId: AppId,
  /** Where one kind of payment goes by an app id of its own (an official account for `jsapi`, say). */
  appIds: z.partialRecord(z.enum(["app", "jsapi", "native", "h5"]), AppId).default({}),
  /** The first is used; a repeat goes to the next one. Both serve the same paths. */
  hosts: z
    .array(Origin)
    .min(1)
    .max(2)
    .default(["https://api.mch.weixin.qq.com", "https://api2.mch.weixin.qq.com"]),
  /**
   * Whether the merchant still has platform certificates that `GET /v3/certificates` lists. Merchants with a WeChat Pay
   * public key are refused there.
   */
  certificates: z.boolean().default(false),
  /** The largest payment that the merchant is granted, in fen. */
  maxFen: z.int().min(PAYMENT_RANGE.min).max(PAYMENT_RANGE.max).default(PAYMENT_RANGE.max),
  /** Left out where the merchant has no transfers to users. */
  payout: PayoutSettings.optional(),
});

export type WechatPaySettings = z.infer<typeof WechatPaySettingsSchema>;

/** The kinds of payment that this channel makes. */
export type TradeType = keyof typeof tradeTypes;
const tradeTypes = { app: true, jsapi: true, native: true, h5: true } as const;

/** The app id that a kind of payment is made under. */
export const appIdOf = (settings: WechatPaySettings, type: TradeType): string =>
  settings.appIds[type] ?? settings.appId;

/** Whether an app id that the provider names is one of ours. */
export const isOurApp = (settings: WechatPaySettings, appId: string): boolean =>
  appId === settings.appId || Object.values(settings.appIds).includes(appId);

/** The app id that recipients of payouts are known under. */
export const payoutAppId = (settings: WechatPaySettings): string => settings.payout?.appId ?? settings.appId;
