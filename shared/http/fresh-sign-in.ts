/**
 * What only somebody may do who signed in a moment ago. Refreshing a token does not make its sign-in younger
 * (`auth_time`), so neither a stolen refresh token nor a phone that was left open is enough.
 * @see OpenID Connect Core 1.0, section 12.2
 */
import type { Session } from "../ledger/access.ts";
import { type EpochMs, SECOND } from "../platform/clock.ts";
import { type Problem, problem } from "./problems.ts";

/** @param maxAgeMs how long ago the sign-in may be, that long included. */
export const isFreshSignIn = (
  { signedInAt }: Pick<Session, "signedInAt">,
  maxAgeMs: number,
  now: EpochMs,
): boolean => now - signedInAt * SECOND <= maxAgeMs;

/**
 * 403 and not the 401 of RFC 9470: at a 401 apps refresh their token and try again, which does not help here. Like
 * there it tells the `max_age`, in seconds.
 */
export const freshSignInRequired = (maxAgeMs: number): Problem =>
  problem("fresh-sign-in-required", {
    detail: "Sign in again, with prompt=login, and send the same with the new access token.",
    extensions: { maxAgeSeconds: Math.floor(maxAgeMs / SECOND) },
  });
