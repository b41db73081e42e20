/** What every test of the local user pool needs: a pool on a free port, a clock to move, a browser's walk. */

import { createHash, randomBytes } from "node:crypto";
import type { PersonaChoice } from "../../../local/identity/browser.ts";
import { walkSignIn } from "../../../local/identity/browser.ts";
import {
  createMemoryIdentityStore,
  createPool,
  type IdentityStore,
  type ListeningPool,
  type Pool,
  type PoolClient,
  type SigningKeys,
} from "../../../local/identity/index.ts";

export const CALLBACK = "http://localhost:3000/callback";
export const LOGGED_OUT = "http://localhost:3000/bye";

/** The app client most tests use; `rotating` and others differ from it in one thing each. */
export const app: PoolClient = {
  clientId: "app",
  callbackUrls: [CALLBACK, "http://localhost:3000/other"],
  logoutUrls: [LOGGED_OUT],
  allowedScopes: ["openid", "profile", "email", "wallet/read"],
  providers: ["Google", "Facebook"],
  accessTokenMinutes: 15,
  idTokenMinutes: 60,
  refreshTokenDays: 30,
  rotationGraceSeconds: 30,
  revocation: true,
};

export const clients: readonly PoolClient[] = [
  app,
  { ...app, clientId: "still", rotationGraceSeconds: undefined },
  { ...app, clientId: "strict", rotationGraceSeconds: 0, revocation: false, providers: ["Google"] },
  { ...app, clientId: "phone", callbackUrls: ["com.kith.app://signed-in"], refreshTokenDays: 1 },
];

/** A clock that only moves when told to. */
export interface TestClock {
  now(): number;
  advance(seconds: number): void;
}

/** Starts anywhere but at the machine's time, so that a test would notice a stray `Date.now`. */
export function testClock(startMs = Date.UTC(2031, 4, 6, 7, 8, 9)): TestClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (seconds) => {
      nowMs += seconds * 1000;
    },
  };
}

export interface RunningPool extends ListeningPool {
  readonly pool: Pool;
  readonly notices: readonly string[];
}

export async function startPool(
  signingKeys: SigningKeys,
  now: () => number,
  store: IdentityStore = createMemoryIdentityStore(),
  port = 0,
): Promise<RunningPool> {
  const notices: string[] = [];
  const pool = createPool({
    region: "us-east-1",
    poolId: "us-east-1_KithLocal",
    domainPrefix: "kith-local",
    clients,
    signingKeys,
    store,
    now,
    notify: ({ level, message }) => notices.push(`${level}: ${message}`),
  });
  return { pool, notices, ...(await pool.listen(port)) };
}

/** What was sent and came back on one way through the browser, before any token was asked for. */
export interface Authorized {
  readonly callback: URL;
  readonly code: string;
  readonly codeVerifier: string;
}

export async function authorize(
  baseUrl: string,
  overrides: Readonly<Record<string, string>> = {},
  persona: PersonaChoice = "ada",
): Promise<Authorized> {
  const codeVerifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    response_type: "code",
    client_id: "app",
    redirect_uri: CALLBACK,
    scope: "openid profile email",
    state: "s-1",
    code_challenge: createHash("sha256").update(codeVerifier).digest("base64url"),
    code_challenge_method: "S256",
    identity_provider: "Google",
    ...overrides,
  });
  const callback = await walkSignIn({
    startUrl: `${baseUrl}/oauth2/authorize?${query}`,
    redirectUri: query.get("redirect_uri") ?? CALLBACK,
    persona,
    provider: "Google",
    fetch,
  });
  return { callback, code: callback.searchParams.get("code") ?? "", codeVerifier };
}

/** An answer of a JSON endpoint. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function postForm(url: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
  return answerOf(await fetch(url, { method: "POST", body: new URLSearchParams(fields) }));
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
}

export function exchange(
  baseUrl: string,
  { code, codeVerifier }: Authorized,
  overrides: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const fields = {
    client_id: "app",
    code,
    redirect_uri: CALLBACK,
    code_verifier: codeVerifier,
    ...overrides,
  };
  return postForm(`${baseUrl}/oauth2/token`, { grant_type: "authorization_code", ...fields });
}

export function refresh(baseUrl: string, refreshToken: unknown, clientId = "app"): Promise<Answer> {
  const fields = { grant_type: "refresh_token", client_id: clientId, refresh_token: String(refreshToken) };
  return postForm(`${baseUrl}/oauth2/token`, fields);
}

export function revoke(baseUrl: string, token: unknown, clientId = "app"): Promise<Answer> {
  return postForm(`${baseUrl}/oauth2/revoke`, { client_id: clientId, token: String(token) });
}

export async function userInfo(baseUrl: string, accessToken: unknown): Promise<Answer> {
  return answerOf(
    await fetch(`${baseUrl}/oauth2/userInfo`, {
      headers: { authorization: `Bearer ${String(accessToken)}` },
    }),
  );
}
