/** The Paytm channel as the registry lists it. */
import * as z from "zod";
import type { ChannelModule } from "../channel.ts";
import { paytmCapabilities } from "./capabilities.ts";
import { openPaytm } from "./channel.ts";
import { NAME } from "./facts.ts";
import { PaytmKeys } from "./keys.ts";
import { PaytmSettings } from "./settings.ts";

/** What the All-in-One SDK is started with. The token is a secret of the payer. */
export const PaytmTransactionAction = z.strictObject({
  type: z.literal("paytm-transaction"),
  mid: z.string(),
  orderId: z.string(),
  txnToken: z.string(),
  /** Rupees with two places. */
  amount: z.string(),
  callbackUrl: z.url(),
  /** Which of its two environments the SDK is to speak to. */
  staging: z.boolean(),
});

export const paytm: ChannelModule<PaytmSettings, PaytmKeys> = {
  name: NAME,
  title: "Paytm",
  capabilities: paytmCapabilities,
  settings: PaytmSettings,
  keys: PaytmKeys,
  actions: [PaytmTransactionAction],
  payer: z.strictObject({}),
  recipients: [],
  open: openPaytm,
};
