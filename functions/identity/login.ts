/**
 * The wire of the user pool's login domain: what is sent and what its answers mean. Pure.
 * @see Amazon Cognito Developer Guide, "User pool endpoints and managed login reference"; RFC 6749; RFC 7636
 */
import * as z from "zod";
import type { tokenReply, tokenRequest } from "./contract.ts";

export type LoginSettings = {
  /** Origin of the login domain. */
  readonly url: string;
  readonly clientId: string;
  /** Separated by blanks. */
  readonly scopes: string;
  /** Names of the social networks that the pool knows. */
  readonly providers: readonly string[];
};

export type AuthorizeRequest = {
  readonly provider?: string | undefined;
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeChallenge: string;
  readonly prompt?: "login" | undefined;
};

export type TokenRequest = z.output<typeof tokenRequest>;
export type TokenReply = z.input<typeof tokenReply>;

/**
 * Where a sign-in starts. This is always an address of the login domain. The redirect URI travels in its query: the
 * pool compares it with those registered for the client and shows an error page of its own when it is none of them,
 * so nobody can be sent elsewhere through us.
 */
export const authorizeUrl = (
  { url, clientId, scopes }: LoginSettings,
  { provider, redirectUri, state, nonce, codeChallenge, prompt }: AuthorizeRequest,
): string => {
  const query = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scopes,
    state,
    nonce,
    code_challenge: codeChallenge,
    code_challenge_method: "S256",
    ...(provider === undefined ? {} : { identity_provider: provider }),
    ...(prompt === undefined ? {} : { prompt }),
  });
  return `${url}/oauth2/authorize?${query}`;
};

export const tokenForm = ({ clientId }: LoginSettings, request: TokenRequest): Record<string, string> =>
  request.grantType === "authorization_code"
    ? {
        grant_type: request.grantType,
        client_id: clientId,
        code: request.code,
        redirect_uri: request.redirectUri,
        code_verifier: request.codeVerifier,
      }
    : { grant_type: request.grantType, client_id: clientId, refresh_token: request.refreshToken };

export const revokeForm = ({ clientId }: LoginSettings, refreshToken: string): Record<string, string> => ({
  token: refreshToken,
  client_id: clientId,
});

/** @see RFC 6749 section 5.2 and RFC 7009 section 2.2.1; any other text is not passed on to logs or callers. */
const errorCodes = [
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "unauthorized_client",
  "unsupported_grant_type",
  "unsupported_token_type",
  "invalid_scope",
] as const;
export type LoginErrorCode = (typeof errorCodes)[number] | "unnamed";

export type LoginAnswer = { readonly status: number; readonly body: unknown };

/** What an answer means: `refused` is final, after `unavailable` the same may work later. */
export type LoginVerdict =
  | { readonly verdict: "accepted"; readonly body: unknown }
  | { readonly verdict: "refused"; readonly error: LoginErrorCode }
  | { readonly verdict: "unavailable" };

const errorBody = z.object({ error: z.enum(errorCodes) });

export function verdictOf({ status, body }: LoginAnswer): LoginVerdict {
  if (status === 200) return { verdict: "accepted", body };
  if (status !== 400 && status !== 401) return { verdict: "unavailable" };
  const parsed = errorBody.safeParse(body);
  return { verdict: "refused", error: parsed.success ? parsed.data.error : "unnamed" };
}

const tokenAnswer = z
  .object({
    access_token: z.string(),
    id_token: z.string().optional(),
    refresh_token: z.string().optional(),
    token_type: z.string().regex(/^bearer$/i),
    expires_in: z.int(),
  })
  .transform(
    (answer): TokenReply => ({
      accessToken: answer.access_token,
      ...(answer.id_token === undefined ? {} : { idToken: answer.id_token }),
      ...(answer.refresh_token === undefined ? {} : { refreshToken: answer.refresh_token }),
      tokenType: "Bearer",
      expiresIn: answer.expires_in,
    }),
  );

/** @throws ZodError when it is not a token answer. */
export const fromTokenAnswer = (body: unknown): TokenReply => tokenAnswer.parse(body);

const grantRefused: Readonly<Record<TokenRequest["grantType"], string>> = {
  authorization_code:
    "The code was used before, has expired, or does not belong to this redirect URI and verifier: start the sign-in again.",
  refresh_token: "The refresh token has expired or was revoked: sign in again.",
};

/** A stable sentence for the app's developer; the login domain's own words may change any day. */
export const refusalDetail = (error: LoginErrorCode, grantType: TokenRequest["grantType"]): string =>
  error === "invalid_grant" ? grantRefused[grantType] : "The login service does not take this request.";
