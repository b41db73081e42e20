/**
 * Access tokens that were verified a moment ago. An app asks several things in a row, and polls; a warm function need
 * not check the same signature again, which is a tenth of a transfer's CPU time. What a token may do is not remembered:
 * the account and the ledger say at every request whether its session was revoked.
 */
import { type Clock, type EpochMs, MINUTE } from "../platform/clock.ts";
import { ok } from "../result.ts";
import type { AccessToken, TokenVerifier } from "./tokens.ts";

const KEEP_MS = MINUTE;
const KEEP_TOKENS = 1_000;

/** The same verifier; a token it took is taken again without a look for one minute, and never past its own end. */
export function rememberedTokens(verifier: TokenVerifier, clock: Clock): TokenVerifier {
  const known = new Map<string, { readonly token: AccessToken; readonly until: EpochMs }>();
  return {
    ...verifier,
    async access(jwt) {
      const now = clock.now();
      const remembered = known.get(jwt);
      if (remembered !== undefined && now < remembered.until) return ok(remembered.token);
      known.delete(jwt);
      const verified = await verifier.access(jwt);
      if (!verified.ok) return verified;
      const oldest = known.keys().next();
      if (known.size >= KEEP_TOKENS && oldest.done !== true) known.delete(oldest.value);
      known.set(jwt, {
        token: verified.value,
        until: Math.min(now + KEEP_MS, verified.value.expiresAt * 1000),
      });
      return verified;
    },
  };
}
