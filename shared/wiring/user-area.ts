/** What every area with signed-in callers is built from: the storage, tokens and caller resolution. */
import * as z from "zod";
import { createCallerResolver } from "../accounts/resolve-caller.ts";
import type { CallerResolver } from "../http/caller.ts";
import { rememberedTokens } from "../http/remembered-tokens.ts";
import { createTokenVerifier, type TokenVerifier } from "../http/tokens.ts";
import { baseConfig, listVariable } from "../platform/config.ts";
import { type Storage, storage } from "./storage.ts";

export const userAreaConfig = baseConfig.extend({
  USER_POOL_ID: z.string().min(1),
  USER_POOL_CLIENT_ID: listVariable,
});

export type UserArea = Storage & { readonly tokens: TokenVerifier; readonly resolveCaller: CallerResolver };

export function userArea(config: z.output<typeof userAreaConfig>): UserArea {
  const base = storage(config);
  const verifier = createTokenVerifier({
    userPoolId: config.USER_POOL_ID,
    clientIds: config.USER_POOL_CLIENT_ID,
  });
  const tokens = rememberedTokens(verifier, base.platform.clock);
  return { ...base, tokens, resolveCaller: createCallerResolver({ ...base, tokens }) };
}
