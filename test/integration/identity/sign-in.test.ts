/** The sign-in client through an API that does what Kith's does: redirect to the pool, trade the code there. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { defaultPersonas, generateSigningKeys, SignInError, signIn } from "../../../local/identity/index.ts";
import { CALLBACK, postForm, type RunningPool, startPool } from "./harness.ts";

const TokenRequest = z.object({
  grantType: z.literal("authorization_code"),
  code: z.string(),
  redirectUri: z.string(),
  codeVerifier: z.string(),
});

let running: RunningPool;
let api: Server;
let apiUrl: string;
/** What the API does wrong in a test. */
let fault: "state" | "nonce" | "half" | undefined;

beforeAll(async () => {
  running = await startPool(await generateSigningKeys(), Date.now);
  api = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => {
    api.listen(0, "127.0.0.1", resolve);
  });
  const address = api.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  apiUrl = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  api.closeAllConnections();
  await new Promise((resolve) => api.close(resolve));
  await running.close();
});
beforeEach(() => {
  fault = undefined;
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", apiUrl);
  const query = url.searchParams;
  if (request.method === "GET" && url.pathname === "/v1/auth/authorize") {
    const parameters = new URLSearchParams({
      response_type: "code",
      client_id: "app",
      scope: "openid profile email",
      redirect_uri: query.get("redirectUri") ?? "",
      state: fault === "state" ? "swapped" : (query.get("state") ?? ""),
      nonce: fault === "nonce" ? "swapped" : (query.get("nonce") ?? ""),
      code_challenge: query.get("codeChallenge") ?? "",
      code_challenge_method: "S256",
      identity_provider: query.get("provider") ?? "",
    });
    // The deployed address: only the caller's reroute makes it reach the local pool.
    response.writeHead(302, { location: `${running.pool.domainUrl}/oauth2/authorize?${parameters}` }).end();
    return;
  }
  if (request.method === "POST" && url.pathname === "/v1/auth/token") {
    const body = TokenRequest.parse(await json(request));
    const { status, body: tokens } = await postForm(`${running.baseUrl}/oauth2/token`, {
      grant_type: body.grantType,
      client_id: "app",
      code: body.code,
      redirect_uri: body.redirectUri,
      code_verifier: body.codeVerifier,
    });
    const reply = {
      accessToken: tokens.access_token,
      idToken: tokens.id_token,
      ...(fault === "half" ? {} : { refreshToken: tokens.refresh_token }),
      expiresIn: tokens.expires_in,
      tokenType: tokens.token_type,
    };
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(reply));
    return;
  }
  response.writeHead(404).end();
}

const reroute = (url: URL): URL =>
  running.pool.hosts.includes(url.host) ? new URL(url.pathname + url.search, running.baseUrl) : url;

const options = () => ({ apiUrl, redirectUri: CALLBACK, reroute });

test.each(defaultPersonas)("$id signs in at $provider", async (persona) => {
  const signedIn = await signIn({ ...options(), persona: persona.id, nonce: `nonce-of-${persona.id}` });
  expect(signedIn).toMatchObject({ tokenType: "Bearer", expiresIn: 900 });
  expect(signedIn.refreshToken.length).toBeGreaterThan(20);
  expect(signedIn.idClaims).toMatchObject({
    nonce: `nonce-of-${persona.id}`,
    name: persona.name,
    email: persona.email,
    email_verified: persona.emailVerified,
    "cognito:username": `${persona.provider}_${persona.providerSub}`,
    "cognito:groups": [`us-east-1_KithLocal_${persona.provider}`, ...persona.groups],
  });
});

test("somebody new signs in by name at either network, as two users", async () => {
  const persona = { name: "Wei 王伟" };
  const google = await signIn({ ...options(), persona });
  const facebook = await signIn({ ...options(), persona, provider: "Facebook" });
  expect(google.idClaims["cognito:username"]).toMatch(/^Google_1\d{20}$/);
  expect(facebook.idClaims["cognito:username"]).toMatch(/^Facebook_101\d{14}$/);
  expect(facebook.idClaims.sub).not.toBe(google.idClaims.sub);
});

test.each([
  ["state", /another state/],
  ["nonce", /another nonce/],
  ["half", /refreshToken/],
] as const)("a changed %s is noticed", async (what, message) => {
  fault = what;
  await expect(signIn({ ...options(), persona: "ada" })).rejects.toThrow(message);
});

test("says what went wrong, and where", async () => {
  await expect(signIn({ ...options(), persona: "nobody" })).rejects.toThrow(
    /does not offer persona "nobody"/,
  );
  const refused = signIn({ ...options(), persona: "ada", redirectUri: "http://localhost:1/not-registered" });
  await expect(refused).rejects.toMatchObject({
    name: "SignInError",
    error: "redirect_mismatch",
    status: 400,
  });
  await expect(signIn({ ...options(), persona: { cancel: true } })).rejects.toBeInstanceOf(SignInError);
});
