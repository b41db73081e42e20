/** Public settings of the Paytm channel. */
import * as z from "zod";

/** Hosts of the test environment; the older one is in most of Paytm's texts. */
const stagingHosts: ReadonlySet<string> = new Set([
  "securestage.paytmpayments.com",
  "securegw-stage.paytm.in",
]);

/**
 * `merchantId`: Paytm's MID. `host`: which of Paytm's hosts this merchant was given. `websiteName`: as Paytm set it up
 * (`WEBSTAGING` in tests). `appChannel`: `WAP` for apps and phones, `WEB` for desktop pages. `statementUrl`: where the
 * team's transfer job puts the settlement report of a day, `{day}` standing for `yyyy-mm-dd`; Paytm itself hands the
 * report out by dashboard and SFTP only.
 */
export const PaytmSettings = z.strictObject({
  enabled: z.boolean(),
  livemode: z.boolean(),
  merchantId: z.string().regex(/^[0-9A-Za-z]{1,20}$/),
  host: z.string().regex(/^[0-9a-z-]+(\.[0-9a-z-]+)+$/),
  websiteName: z.string().min(1).max(30).default("DEFAULT"),
  appChannel: z.enum(["WAP", "WEB"]).default("WAP"),
  statementUrl: z
    .string()
    .regex(/^https:\/\/[^\s]+$/)
    .includes("{day}")
    .optional(),
  /**
   * Whether Paytm's page lets the payer try again in the same order after an attempt that failed. No text confirms it
   * or says for whom: Paytm tells of failed attempts and of failed orders in the same words. Taken for granted, a
   * payment that cannot be tried again stays open until its tokens lapse; taken away, money of a second attempt comes
   * late, to the payer's own wallet.
   */
  payerRetries: z.boolean().default(true),
});

export type PaytmSettings = z.infer<typeof PaytmSettings>;

/** Whether the host is known to be Paytm's test environment. */
export const isStaging = (host: string): boolean => stagingHosts.has(host);
