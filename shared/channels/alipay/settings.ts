/** Public settings of Alipay in a stage. */
import * as z from "zod";

export const AlipaySettings = z.strictObject({
  enabled: z.boolean(),
  /** False speaks to Alipay's sandbox. */
  livemode: z.boolean(),
  /** The application's id, 16 digits. */
  appId: z.string().regex(/^\d{16}$/),
  /** The merchant's account (PID) that payments go to and payouts come from. */
  sellerId: z.string().regex(/^2088\d{12}$/),
  /** Only where the gateway is neither of Alipay's two. */
  gateway: z.url({ protocol: /^https$/ }).optional(),
  /** Where a browser goes after `wap` and `page` payments, and when their payer leaves. */
  returnUrl: z.url({ protocol: /^https$/ }).optional(),
  /** What the type (业务类型) of a transfer's lines in the bill of the account contains. */
  payoutBillWords: z.array(z.string().min(1)).min(1).default(["转账"]),
});
export type AlipaySettings = z.infer<typeof AlipaySettings>;

const LIVE_GATEWAY = "https://openapi.alipay.com/gateway.do";
const SANDBOX_GATEWAY = "https://openapi-sandbox.dl.alipaydev.com/gateway.do";

/** Where API calls go. */
export const gatewayOf = ({ gateway, livemode }: AlipaySettings): string =>
  gateway ?? (livemode ? LIVE_GATEWAY : SANDBOX_GATEWAY);
