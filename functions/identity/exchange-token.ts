/**
 * Exchanges a code or a refresh token at the login domain. With a code the person is new to the app, so their account
 * is made here, with the name, picture and e-mail that only the ID token tells.
 */
import { withProfile } from "../../shared/accounts/account.ts";
import { changeAccount } from "../../shared/accounts/change-account.ts";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { signInOf } from "../../shared/http/tokens.ts";
import type { identityRoutes } from "./contract.ts";
import type { IdentityDeps } from "./deps.ts";
import { fromTokenAnswer, refusalDetail, tokenForm, verdictOf } from "./login.ts";

export const exchangeToken =
  (deps: IdentityDeps): RouteHandler<typeof identityRoutes.token> =>
  async ({ body, request }) => {
    const { login, loginClient, platform } = deps;
    // A code works once, so a second try could only hide what became of the first. A refresh token outlives its use by
    // some seconds.
    const answer = await loginClient.post("/oauth2/token", tokenForm(login, body), {
      retry: body.grantType === "refresh_token",
    });
    const verdict = answer === undefined ? { verdict: "unavailable" as const } : verdictOf(answer);
    switch (verdict.verdict) {
      case "unavailable":
        platform.log.warn("login-unavailable", { status: answer?.status });
        return problem("temporarily-unavailable", { retryAfterSeconds: 2 });
      case "refused":
        platform.log.info("sign-in-refused", { error: verdict.error, grantType: body.grantType });
        return problem("sign-in-refused", { detail: refusalDetail(verdict.error, body.grantType) });
      case "accepted": {
        const tokens = fromTokenAnswer(verdict.body);
        if (body.grantType === "authorization_code" && tokens.idToken !== undefined) {
          await welcome(deps, tokens.idToken, request.correlationId);
        }
        return { body: tokens };
      }
    }
  };

/** Makes or completes the account. The sign-in stands without it: the first call with its token makes the account. */
async function welcome(
  { accounts, platform, tokens }: IdentityDeps,
  idToken: string,
  correlationId: string,
): Promise<void> {
  try {
    const verified = await tokens.id(idToken);
    if (!verified.ok) {
      platform.log.warn("profile-not-read", { reason: verified.error.reason, correlationId });
      return;
    }
    const profile = verified.value;
    const account = await accounts.ensure(signInOf(profile), profile, correlationId);
    if (withProfile(account, profile) === account) return;
    await changeAccount({ accounts, platform }, account.id, (current) => withProfile(current, profile));
  } catch (cause) {
    platform.log.error("profile-not-kept", cause, { correlationId });
  }
}
