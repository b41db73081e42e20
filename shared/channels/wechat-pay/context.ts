/** What the operations of an opened channel share. */
import type { KeyObject } from "node:crypto";
import type { ChannelConfig, ChannelTools } from "../channel.ts";
import { readPrivateKey, readPublicKey, type WechatPayKeys } from "./keys.ts";
import type { WechatPaySettings } from "./settings.ts";

/** The channel's name in facts, paths and records. */
export const CHANNEL = "wechat-pay";

export type WechatPayContext = {
  readonly settings: WechatPaySettings;
  readonly tools: ChannelTools;
  readonly callbackUrl: string;
  readonly merchantKey: KeyObject;
  readonly merchantSerial: string;
  readonly apiV3Key: Uint8Array;
  /** By serial. */
  readonly platformKeys: ReadonlyMap<string, KeyObject>;
};

/** @throws Error when the keys cannot be those of a merchant and its provider. */
export function createContext(config: ChannelConfig<WechatPaySettings, WechatPayKeys>): WechatPayContext {
  const { settings, keys, callbackUrl, tools } = config;
  const platformKeys = new Map(
    Object.entries(keys.platformKeys).flatMap(([serial, pem]) => {
      const key = readPublicKey(pem);
      return key === undefined ? [] : [[serial, key] as const];
    }),
  );
  // With our own certificate among them, whatever we sign would count as the provider's word.
  if (platformKeys.has(keys.merchantSerial)) {
    throw new Error("the merchant's own certificate is listed as one of WeChat Pay");
  }
  if (platformKeys.size === 0 && !settings.certificates) {
    throw new Error("WeChat Pay needs a public key, or leave to fetch certificates");
  }
  return {
    settings,
    tools,
    callbackUrl,
    merchantKey: readPrivateKey(keys.merchantPrivateKey),
    merchantSerial: keys.merchantSerial,
    apiV3Key: Buffer.from(keys.apiV3Key, "utf8"),
    platformKeys,
  };
}

/** 32 letters and digits. */
export const newNonce = ({ tools }: WechatPayContext): string => Buffer.from(tools.bytes(16)).toString("hex");

/** Seconds since the epoch, as text. */
export const timestampNow = ({ tools }: WechatPayContext): string => String(Math.floor(tools.now() / 1000));

const isPublicKeyId = (serial: string): boolean => serial.startsWith("PUB_KEY_ID_");

/**
 * The provider's public key that answers are asked to be signed with, when the merchant has one: while it moves over
 * from certificates, answers follow the serial of the request.
 */
export const publicKeySerial = ({ platformKeys }: WechatPayContext): string | undefined =>
  [...platformKeys.keys()].find(isPublicKeyId);
