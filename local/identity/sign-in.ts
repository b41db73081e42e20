/** Signs a persona in through the real flow over HTTP, without a browser: for tests, demos and load. */

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { decodeJwt, type JWTPayload } from "jose";
import * as z from "zod";
import { type PersonaChoice, SignInError, walkSignIn } from "./browser.ts";
import { defaultPersonas } from "./personas.ts";

export { type PersonaChoice, SignInError } from "./browser.ts";

/** What both ways of signing in take. */
interface SignInBase {
  /** A ready persona's id (`ada`), `{ name }` for somebody new, `{ cancel: true }` to refuse. */
  readonly persona: PersonaChoice;
  /** A registered callback. Nothing needs to listen there: the walk stops before it. */
  readonly redirectUri: string;
  /** Default: the ready persona's own provider, else `Google`. */
  readonly provider?: string | undefined;
  /** Default: a random one. */
  readonly nonce?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
  /** Moves an address elsewhere before it is requested, for hosts that only exist in AWS. */
  readonly reroute?: ((url: URL) => URL) | undefined;
}

/** A sign-in through Kith's API. */
export interface SignInOptions extends SignInBase {
  /** Address of the API, without `/v1`. */
  readonly apiUrl: string;
}

/** A sign-in at the pool itself. */
export interface PoolSignInOptions extends SignInBase {
  readonly poolUrl: string;
  readonly clientId: string;
  /** Space separated; default: all that the client may have. */
  readonly scope?: string | undefined;
  /** False starts at the pool's page of providers instead of going straight to one. Default: true. */
  readonly direct?: boolean | undefined;
}

/** Somebody signed in. */
export interface SignedIn {
  readonly accessToken: string;
  readonly idToken: string;
  readonly refreshToken: string;
  /** Seconds that the access token lives. */
  readonly expiresIn: number;
  readonly tokenType: string;
  /** What the ID token says; its nonce has been compared, its signature is for the caller to verify. */
  readonly idClaims: JWTPayload;
}

const ApiTokens = z.object({
  accessToken: z.string(),
  idToken: z.string(),
  refreshToken: z.string(),
  expiresIn: z.number(),
  tokenType: z.string(),
});

const PoolTokens = z.object({
  access_token: z.string(),
  id_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.number(),
  token_type: z.string(),
});

/**
 * Signs in through Kith's API: `GET /v1/auth/authorize`, the pool's and the network's pages, `POST /v1/auth/token`.
 * Throws `SignInError` when any step refuses, or when state or nonce come back changed.
 */
export async function signIn(options: SignInOptions): Promise<SignedIn> {
  const { apiUrl, redirectUri } = options;
  const secrets = makeSecrets(options.nonce);
  const query = new URLSearchParams({
    provider: providerOf(options),
    redirectUri,
    state: secrets.state,
    nonce: secrets.nonce,
    codeChallenge: secrets.codeChallenge,
  });
  const code = await codeFor(`${apiUrl}/v1/auth/authorize?${query}`, options, secrets);
  const body = { grantType: "authorization_code", code, redirectUri, codeVerifier: secrets.codeVerifier };
  const answer = await post(options, `${apiUrl}/v1/auth/token`, JSON.stringify(body), "application/json");
  return checked(parsed(ApiTokens, answer, "the API"), secrets);
}

/** Signs in at the pool's own endpoints. Throws `SignInError` like `signIn`. */
export async function signInAtPool(options: PoolSignInOptions): Promise<SignedIn> {
  const { poolUrl, clientId, redirectUri } = options;
  const secrets = makeSecrets(options.nonce);
  const query = new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    state: secrets.state,
    nonce: secrets.nonce,
    code_challenge: secrets.codeChallenge,
    code_challenge_method: "S256",
    ...(options.scope === undefined ? {} : { scope: options.scope }),
    ...(options.direct === false ? {} : { identity_provider: providerOf(options) }),
  });
  const code = await codeFor(`${poolUrl}/oauth2/authorize?${query}`, options, secrets);
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: clientId,
    code,
    redirect_uri: redirectUri,
    code_verifier: secrets.codeVerifier,
  });
  const answer = await post(
    options,
    `${poolUrl}/oauth2/token`,
    form.toString(),
    "application/x-www-form-urlencoded",
  );
  const tokens = parsed(PoolTokens, answer, "the pool");
  return checked(
    {
      accessToken: tokens.access_token,
      idToken: tokens.id_token,
      refreshToken: tokens.refresh_token,
      expiresIn: tokens.expires_in,
      tokenType: tokens.token_type,
    },
    secrets,
  );
}

interface Secrets {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly codeChallenge: string;
}

function makeSecrets(nonce = randomBytes(16).toString("base64url")): Secrets {
  const codeVerifier = randomBytes(32).toString("base64url");
  const codeChallenge = createHash("sha256").update(codeVerifier).digest("base64url");
  return { state: randomBytes(16).toString("base64url"), nonce, codeVerifier, codeChallenge };
}

function providerOf({ provider, persona }: SignInBase): string {
  return provider ?? defaultPersonas.find(({ id }) => id === persona)?.provider ?? "Google";
}

async function codeFor(startUrl: string, options: SignInBase, { state }: Secrets): Promise<string> {
  const callback = await walkSignIn({
    startUrl,
    redirectUri: options.redirectUri,
    persona: options.persona,
    provider: providerOf(options),
    fetch: options.fetch ?? fetch,
    reroute: options.reroute,
  });
  const returned = callback.searchParams;
  if (!same(returned.get("state"), state))
    throw new SignInError("The callback carries another state than was sent.");
  const error = returned.get("error");
  if (error !== null) {
    throw new SignInError(`The sign-in was refused: ${error}: ${returned.get("error_description") ?? ""}`, {
      error,
    });
  }
  const code = returned.get("code");
  if (code === null) throw new SignInError("The callback carries no code.");
  return code;
}

async function post(options: SignInBase, address: string, body: string, type: string): Promise<unknown> {
  const url = new URL(address);
  const send = options.fetch ?? fetch;
  const response = await send(options.reroute === undefined ? url : options.reroute(url), {
    method: "POST",
    headers: { "content-type": type, accept: "application/json" },
    body,
  });
  const text = await response.text();
  if (!response.ok) {
    const error = /"(?:error|code)"\s*:\s*"([^"]+)"/.exec(text)?.[1];
    throw new SignInError(`${address} answered ${response.status}: ${text.slice(0, 300)}`, {
      error,
      status: response.status,
    });
  }
  return JSON.parse(text);
}

function parsed<T>(schema: z.ZodType<T>, answer: unknown, who: string): T {
  const result = schema.safeParse(answer);
  if (!result.success)
    throw new SignInError(`The tokens from ${who} are incomplete: ${z.prettifyError(result.error)}`);
  return result.data;
}

function checked(tokens: Omit<SignedIn, "idClaims">, { nonce }: Secrets): SignedIn {
  const idClaims = decodeJwt(tokens.idToken);
  const returned = typeof idClaims.nonce === "string" ? idClaims.nonce : null;
  if (!same(returned, nonce)) throw new SignInError("The ID token carries another nonce than was sent.");
  return { ...tokens, idClaims };
}

function same(actual: string | null, expected: string): boolean {
  const [a, b] = [Buffer.from(actual ?? ""), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
