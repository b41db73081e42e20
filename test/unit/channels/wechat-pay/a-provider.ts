/** A merchant of WeChat Pay and its provider, for tests of the rules: what the provider encrypts and signs. */
import { createCipheriv } from "node:crypto";
import { createContext } from "../../../../shared/channels/wechat-pay/context.ts";
import { WechatPayKeysSchema } from "../../../../shared/channels/wechat-pay/keys.ts";
import { WechatPaySettingsSchema } from "../../../../shared/channels/wechat-pay/settings.ts";
import { signLines } from "../../../../shared/channels/wechat-pay/signature.ts";
import { newRsaPair } from "./rsa-keys.ts";

export const NOW = Date.parse("2026-11-22T09:30:00Z");
export const MERCHANT = "1900000109";
export const APP = "wxaaaaaaaaaaaaaaaa";
export const API_KEY = "0123456789abcdef0123456789ABCDEF";
export const PUBLIC_KEY_ID = "PUB_KEY_ID_0119000001092024";
export const SERIAL = "AA00AA00AA00AA00";

const merchant = newRsaPair();
export const provider = newRsaPair();
export const other = newRsaPair();

export type Opened = { now?: number; certificates?: boolean; platformKeys?: Record<string, string> };
export const contextOf = ({ now = NOW, certificates = false, platformKeys }: Opened = {}) =>
  createContext({
    settings: WechatPaySettingsSchema.parse({
      ...{ enabled: true, livemode: false, mchId: MERCHANT, appId: APP, certificates },
      appIds: { jsapi: "wxbbbbbbbbbbbbbbbb" },
    }),
    keys: WechatPayKeysSchema.parse({
      merchantPrivateKey: merchant.privatePem,
      merchantSerial: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
      apiV3Key: API_KEY,
      platformKeys: platformKeys ?? { [PUBLIC_KEY_ID]: provider.publicPem },
    }),
    callbackUrl: "https://api.kith.example/v1/callbacks/wechat-pay",
    tools: { now: () => now, bytes: (count) => Buffer.alloc(count, 1) },
  });

export const signatureOf = (body: string, { pair = provider, serial = PUBLIC_KEY_ID, atMs = NOW } = {}) => {
  const timestamp = String(Math.floor(atMs / 1000));
  return {
    "wechatpay-timestamp": timestamp,
    "wechatpay-nonce": "n",
    "wechatpay-serial": serial,
    "wechatpay-signature": signLines(pair.privateKey, timestamp, "n", body),
  };
};
export const encrypted = (text: string, key = API_KEY) => {
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(key), Buffer.from("123456789012"));
  const bytes = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return { algorithm: "AEAD_AES_256_GCM", nonce: "123456789012", ciphertext: bytes.toString("base64") };
};
export const eventOf = (type: string, resource: unknown, rest: object = {}) =>
  JSON.stringify({
    id: "EV-1",
    create_time: "2026-11-22T17:29:59+08:00",
    event_type: type,
    resource: encrypted(JSON.stringify(resource)),
    ...rest,
  });
