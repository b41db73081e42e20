/** WeChat Pay as the registry lists it. */
import type { ChannelModule } from "../channel.ts";
import { wechatPayActions } from "./actions.ts";
import { wechatPayCapabilities } from "./capabilities.ts";
import { openWechatPay } from "./channel.ts";
import { CHANNEL } from "./context.ts";
import { type WechatPayKeys, WechatPayKeysSchema } from "./keys.ts";
import { PayerSchema, RecipientSchema } from "./payer.ts";
import { type WechatPaySettings, WechatPaySettingsSchema } from "./settings.ts";

export const wechatPay: ChannelModule<WechatPaySettings, WechatPayKeys> = {
  name: CHANNEL,
  title: "WeChat Pay",
  capabilities: wechatPayCapabilities,
  settings: WechatPaySettingsSchema,
  keys: WechatPayKeysSchema,
  actions: wechatPayActions,
  payer: PayerSchema,
  recipients: [RecipientSchema],
  open: openWechatPay,
};
