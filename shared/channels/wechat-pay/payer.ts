/** What may be said about a payer: it chooses the kind of payment. */
import * as z from "zod";

/** A user of one app or official account, as WeChat names them there. */
export const OpenId = z.string().regex(/^[0-9A-Za-z_-]{1,128}$/);

/**
 * `app`: pays in WeChat, opened by our app. `jsapi`: pays inside WeChat or a mini program. `native`: scans a code.
 * `h5`: pays in WeChat, opened by a browser on a phone.
 */
export const PayerSchema = z.union([
  z.strictObject({ type: z.literal("app").default("app") }),
  z.strictObject({ type: z.literal("jsapi"), openId: OpenId }),
  z.strictObject({ type: z.literal("native") }),
  z.strictObject({
    type: z.literal("h5"),
    /** The payer's own address, which WeChat compares with what it sees. */
    clientIp: z.union([z.ipv4(), z.ipv6()]),
    platform: z.enum(["Wap", "iOS", "Android"]),
  }),
]);

export type Payer = z.infer<typeof PayerSchema>;

/** A person who can be paid out to. The name is needed from 2 000 yuan on; WeChat compares it with the account's. */
export const RecipientSchema = z.strictObject({
  type: z.literal("wechat"),
  openId: OpenId,
  userName: z.string().min(1).max(50).optional(),
});

export type Recipient = z.infer<typeof RecipientSchema>;
