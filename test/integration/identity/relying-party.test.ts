/** The pool against two independent judges: a certified relying party and AWS's own token verifier. */

import { createHash } from "node:crypto";
import { CognitoJwtVerifier } from "aws-jwt-verify";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { decodeProtectedHeader } from "jose";
import * as openid from "openid-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PersonaChoice, walkSignIn } from "../../../local/identity/browser.ts";
import { generateSigningKeys, signInAtPool } from "../../../local/identity/index.ts";
import { CALLBACK, type RunningPool, startPool } from "./harness.ts";

let running: RunningPool;

beforeAll(async () => {
  running = await startPool(await generateSigningKeys(), Date.now);
});
afterAll(() => running.close());

/** Turns an address at AWS into the same path at the local pool. */
function local(address: string): string {
  const url = new URL(address);
  return running.pool.hosts.includes(url.host) ? running.baseUrl + url.pathname + url.search : address;
}

function relyingParty(): Promise<openid.Configuration> {
  return openid.discovery(new URL(running.pool.issuer), "app", undefined, openid.None(), {
    execute: [openid.allowInsecureRequests],
    [openid.customFetch]: (url, init) =>
      fetch(local(url), {
        method: init.method,
        headers: init.headers,
        redirect: "manual",
        ...(init.body === undefined || init.body === null ? {} : { body: String(init.body) }),
      }),
  });
}

async function signInWith(config: openid.Configuration, persona: PersonaChoice, provider: string) {
  const [pkceCodeVerifier, expectedState, expectedNonce] = [
    openid.randomPKCECodeVerifier(),
    openid.randomState(),
    openid.randomNonce(),
  ];
  const startUrl = openid.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: "openid profile email wallet/read",
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    identity_provider: provider,
  });
  const callback = await walkSignIn({
    startUrl: startUrl.href,
    redirectUri: CALLBACK,
    persona,
    provider,
    fetch,
  });
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
  return openid.authorizationCodeGrant(config, callback, checks);
}

function verifiers() {
  const { issuer } = running.pool;
  const userPoolId = issuer.slice(issuer.lastIndexOf("/") + 1);
  const fetcher = { fetch: async (uri: string) => (await fetch(local(uri))).arrayBuffer() };
  const cache = () => ({ jwksCache: new SimpleJwksCache({ fetcher }) });
  return {
    access: CognitoJwtVerifier.create({ userPoolId, tokenUse: "access", clientId: "app" }, cache()),
    id: CognitoJwtVerifier.create({ userPoolId, tokenUse: "id", clientId: "app" }, cache()),
  };
}

test("a certified relying party signs in, reads userInfo, refreshes and revokes", async () => {
  const config = await relyingParty();
  const tokens = await signInWith(config, "ada", "Google");
  const claims = tokens.claims();
  expect(claims).toMatchObject({
    iss: running.pool.issuer,
    aud: "app",
    token_use: "id",
    "cognito:username": "Google_113041987652230418701",
    email: "ada.okafor@example.com",
    email_verified: true,
    name: "Ada Okafor",
  });
  expect(claims?.at_hash).toBe(
    createHash("sha256").update(tokens.access_token).digest().subarray(0, 16).toString("base64url"),
  );

  const info = await openid.fetchUserInfo(config, tokens.access_token, claims?.sub ?? "");
  expect(info).toMatchObject({ username: "Google_113041987652230418701", email_verified: "true" });
  expect(JSON.parse(String(info.identities))).toMatchObject([{ providerName: "Google", primary: "true" }]);

  const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? "");
  expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
  expect(refreshed.claims()?.sub).toBe(claims?.sub);
  expect(refreshed.claims()?.origin_jti).toBe(claims?.origin_jti);

  await openid.tokenRevocation(config, refreshed.refresh_token ?? "");
  await expect(openid.refreshTokenGrant(config, refreshed.refresh_token ?? "")).rejects.toMatchObject({
    error: "invalid_grant",
    status: 400,
  });
});

test("AWS's verifier takes the tokens as a real pool's", async () => {
  const { access, id } = verifiers();
  const tokens = await signInAtPool({
    poolUrl: running.baseUrl,
    clientId: "app",
    persona: "olivia",
    redirectUri: CALLBACK,
  });
  const payload = await access.verify(tokens.accessToken, { scope: "wallet/read", groups: "ops" });
  expect(payload).toMatchObject({
    token_use: "access",
    client_id: "app",
    username: "Google_104459120087316653907",
    scope: "openid profile email wallet/read",
    version: 2,
    "cognito:groups": ["us-east-1_KithLocal_Google", "ops"],
  });
  expect(payload.aud).toBeUndefined();
  expect(payload.exp - payload.iat).toBe(15 * 60);
  const idPayload = await id.verify(tokens.idToken);
  expect(idPayload.sub).toBe(payload.sub);
  expect(idPayload.origin_jti).toBe(payload.origin_jti);
  expect(idPayload.identities).toEqual([
    expect.objectContaining({
      userId: "104459120087316653907",
      providerType: "Google",
      issuer: null,
      primary: "true",
    }),
  ]);

  // One kind of token is never taken for the other, and each kind has its own key.
  await expect(access.verify(tokens.idToken)).rejects.toThrow();
  await expect(id.verify(tokens.accessToken)).rejects.toThrow();
  const [accessHeader, idHeader] = [tokens.accessToken, tokens.idToken].map((token) =>
    decodeProtectedHeader(token),
  );
  expect(accessHeader?.kid).not.toBe(idHeader?.kid);
  expect(accessHeader).toEqual({ alg: "RS256", kid: expect.any(String) });
});

test("a changed access token is refused by the verifier and by userInfo", async () => {
  const { access } = verifiers();
  const { accessToken } = await signInAtPool({
    poolUrl: running.baseUrl,
    clientId: "app",
    persona: "ada",
    redirectUri: CALLBACK,
  });
  const [header, payload = "", signature] = accessToken.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  const forged = Buffer.from(JSON.stringify({ ...claims, "cognito:groups": ["ops"] })).toString("base64url");
  const changed = `${header}.${forged}.${signature}`;
  await expect(access.verify(changed)).rejects.toThrow();
  const response = await fetch(`${running.baseUrl}/oauth2/userInfo`, {
    headers: { authorization: `Bearer ${changed}` },
  });
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
});

test("one human at two networks is two users", async () => {
  const signInAs = (persona: string) =>
    signInAtPool({ poolUrl: running.baseUrl, clientId: "app", persona, redirectUri: CALLBACK });
  const [google, facebook, again] = [
    await signInAs("ada"),
    await signInAs("ada-facebook"),
    await signInAs("ada"),
  ];
  expect(facebook.idClaims.email).toBe(google.idClaims.email);
  expect(facebook.idClaims.sub).not.toBe(google.idClaims.sub);
  expect(facebook.idClaims.email_verified).toBe(false);
  expect(facebook.idClaims["cognito:groups"]).toEqual(["us-east-1_KithLocal_Facebook"]);
  expect(again.idClaims.sub).toBe(google.idClaims.sub);
});
