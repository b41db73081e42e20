/**
 * Ends a session in two places. With a valid access token it is noted where our own routes look, money routes too, so
 * that access tokens made before stop working at once; at the login domain its refresh token ends, so that no more
 * are made. Both are tried; whichever failed, the app may call again.
 */
import { changeAccess } from "../../shared/accounts/change-access.ts";
import { bearerOf } from "../../shared/http/caller.ts";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { type AccessToken, signInOf } from "../../shared/http/tokens.ts";
import { revoke } from "../../shared/ledger/access.ts";
import { toEpochSeconds } from "../../shared/platform/clock.ts";
import type { identityRoutes } from "./contract.ts";
import type { IdentityDeps } from "./deps.ts";
import { revokeForm, verdictOf } from "./login.ts";

/** A token may still be made while the session is being ended. */
const MARGIN_SECONDS = 60;

/** Epoch seconds after which no access token of the session is valid: the youngest may be as new as this moment. */
export const lastTokenEnds = (
  token: Pick<AccessToken, "issuedAt" | "expiresAt">,
  nowSeconds: number,
): number => Math.max(token.expiresAt, nowSeconds + token.expiresAt - token.issuedAt) + MARGIN_SECONDS;

export const revokeSession =
  (deps: IdentityDeps): RouteHandler<typeof identityRoutes.revoke> =>
  async ({ body, request }) => {
    const { login, loginClient, platform } = deps;
    const bearer = bearerOf(request.headers);
    const endedHere = bearer === undefined || (await endHere(deps, bearer, request.correlationId));
    // Revoking twice is as good as once, so it may be sent again.
    const answer = await loginClient.post("/oauth2/revoke", revokeForm(login, body.refreshToken), {
      retry: true,
    });
    const verdict = answer === undefined ? { verdict: "unavailable" as const } : verdictOf(answer);
    if (verdict.verdict === "refused") {
      platform.log.warn("revocation-refused", { error: verdict.error });
      return problem("sign-in-refused", { detail: "The login service does not take this refresh token." });
    }
    if (!endedHere || verdict.verdict === "unavailable") {
      platform.log.warn("revocation-incomplete", { endedHere, atLogin: verdict.verdict });
      return problem("temporarily-unavailable", { retryAfterSeconds: 2 });
    }
    return {};
  };

/** @returns `false` when it should be tried again. A token that is not valid any more has nothing to end here. */
async function endHere(deps: IdentityDeps, bearer: string, correlationId: string): Promise<boolean> {
  const { accounts, platform, tokens } = deps;
  try {
    const verified = await tokens.access(bearer);
    if (!verified.ok) {
      platform.log.info("token-refused", { reason: verified.error.reason });
      return verified.error.code === "token-refused";
    }
    const token = verified.value;
    // Without an account there would be no place to note it, and the token could still make one.
    const { id } = await accounts.ensure(signInOf(token), {}, correlationId);
    const now = platform.clock.now();
    const until = lastTokenEnds(token, toEpochSeconds(now));
    const changed = await changeAccess(deps, id, {
      change: (access) => revoke(access, token.session, until, now),
      memo: "session-revoked",
    });
    return changed.ok;
  } catch (cause) {
    platform.log.error("session-not-revoked", cause, { correlationId });
    return false;
  }
}
