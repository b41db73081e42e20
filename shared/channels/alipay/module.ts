/** Alipay for merchants in mainland China, open platform protocol v2 with RSA2 signatures. */
import * as z from "zod";
import type { ChannelModule } from "../channel.ts";
import { OrderStringAction, QrAction, RedirectAction } from "./actions.ts";
import { alipayCapabilities } from "./capabilities.ts";
import { openAlipay } from "./channel.ts";
import { CHANNEL } from "./facts.ts";
import { AlipayKeys } from "./keys.ts";
import { LoginRecipient, UserRecipient } from "./payouts.ts";
import { AlipaySettings } from "./settings.ts";

/** How the payer pays; in an app when nothing is said. */
const Payer = z.strictObject({ type: z.enum(["app", "wap", "page", "precreate"]).default("app") });

export const alipay: ChannelModule<AlipaySettings, AlipayKeys> = {
  name: CHANNEL,
  title: "Alipay",
  capabilities: alipayCapabilities,
  settings: AlipaySettings,
  keys: AlipayKeys,
  actions: [OrderStringAction, RedirectAction, QrAction],
  payer: Payer,
  recipients: [LoginRecipient, UserRecipient],
  open: openAlipay,
};
