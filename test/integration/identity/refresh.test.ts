/** Refresh, rotation with grace, revocation, expiry. The clock is the test's own. */

import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateSigningKeys, signInAtPool } from "../../../local/identity/index.ts";
import {
  CALLBACK,
  postForm,
  type RunningPool,
  refresh,
  revoke,
  startPool,
  testClock,
  userInfo,
} from "./harness.ts";

let running: RunningPool;
const clock = testClock();

beforeAll(async () => {
  running = await startPool(await generateSigningKeys(), clock.now);
});
afterAll(() => running.close());

const signIn = (clientId = "app", scope?: string) =>
  signInAtPool({ poolUrl: running.baseUrl, clientId, persona: "ada", redirectUri: CALLBACK, scope });

const invalidGrant = { status: 400, body: { error: "invalid_grant" } };

describe("times in tokens", () => {
  test("follow the pool's clock, and a refresh keeps the time of the sign-in", async () => {
    const first = await signIn();
    const access = decodeJwt(first.accessToken);
    expect(access.iat).toBe(Math.floor(clock.now() / 1000));
    expect(Math.abs(Number(access.auth_time) - Number(access.iat))).toBeLessThanOrEqual(1);
    clock.advance(3600);
    const { body } = await refresh(running.baseUrl, first.refreshToken);
    const later = decodeJwt(String(body.access_token));
    expect(later.iat).toBe(Math.floor(clock.now() / 1000));
    expect(Math.abs(Number(later.auth_time) - Number(access.auth_time))).toBeLessThanOrEqual(1);
    expect(later).toMatchObject({ origin_jti: access.origin_jti, sub: access.sub, scope: access.scope });
    expect(later.jti).not.toBe(access.jti);
    expect(decodeJwt(String(body.id_token)).nonce).toBeUndefined();
  });

  test("an access token is served until it expires", async () => {
    const { accessToken, expiresIn } = await signIn();
    clock.advance(expiresIn - 1);
    expect((await userInfo(running.baseUrl, accessToken)).status).toBe(200);
    clock.advance(1);
    expect(await userInfo(running.baseUrl, accessToken)).toMatchObject({
      status: 401,
      body: { error: "invalid_token" },
    });
  });
});

describe("rotation", () => {
  test("the old token works in its grace period and not after it", async () => {
    const { refreshToken } = await signIn();
    const second = await refresh(running.baseUrl, refreshToken);
    clock.advance(29);
    const retried = await refresh(running.baseUrl, refreshToken);
    expect(retried.status).toBe(200);
    // A use within the grace period does not start the period anew.
    clock.advance(1);
    expect(await refresh(running.baseUrl, refreshToken)).toEqual(invalidGrant);
    // The refusal harms neither of the tokens that came out of it.
    expect((await refresh(running.baseUrl, second.body.refresh_token)).status).toBe(200);
    expect((await refresh(running.baseUrl, retried.body.refresh_token)).status).toBe(200);
  });

  test("without grace the old token stops at once", async () => {
    const { refreshToken } = await signIn("strict");
    expect((await refresh(running.baseUrl, refreshToken, "strict")).status).toBe(200);
    expect(await refresh(running.baseUrl, refreshToken, "strict")).toEqual(invalidGrant);
  });

  test("switched off, a refresh brings no new token and the old one stays", async () => {
    const { refreshToken } = await signIn("still");
    for (const _round of [1, 2]) {
      const { status, body } = await refresh(running.baseUrl, refreshToken, "still");
      expect(status).toBe(200);
      expect(Object.keys(body).sort()).toEqual(["access_token", "expires_in", "id_token", "token_type"]);
    }
  });

  test("a rotated token inherits the remaining life", async () => {
    const { refreshToken } = await signIn();
    clock.advance(20 * 86_400);
    const { body } = await refresh(running.baseUrl, refreshToken);
    clock.advance(10 * 86_400 - 5);
    const last = await refresh(running.baseUrl, body.refresh_token);
    expect(last.status).toBe(200);
    clock.advance(10);
    expect(await refresh(running.baseUrl, last.body.refresh_token)).toEqual(invalidGrant);
  });

  test("a refresh token is good for its own client only", async () => {
    const { refreshToken } = await signIn();
    expect(await refresh(running.baseUrl, refreshToken, "still")).toEqual(invalidGrant);
  });
});

describe("revocation", () => {
  test("ends the token, its descendants and the access tokens of that sign-in, and no other", async () => {
    const [first, other] = [await signIn(), await signIn()];
    const second = await refresh(running.baseUrl, first.refreshToken);
    const third = await refresh(running.baseUrl, second.body.refresh_token);
    expect(await revoke(running.baseUrl, first.refreshToken)).toEqual({ status: 200, body: {} });
    for (const token of [first.refreshToken, second.body.refresh_token, third.body.refresh_token]) {
      expect(await refresh(running.baseUrl, token)).toEqual(invalidGrant);
    }
    for (const token of [first.accessToken, second.body.access_token, third.body.access_token]) {
      expect((await userInfo(running.baseUrl, token)).status).toBe(401);
    }
    expect((await userInfo(running.baseUrl, other.accessToken)).status).toBe(200);
    expect((await refresh(running.baseUrl, other.refreshToken)).status).toBe(200);
    expect(await revoke(running.baseUrl, first.refreshToken)).toEqual({ status: 200, body: {} });
  });

  test("answers as Cognito does", async () => {
    const { accessToken, refreshToken } = await signIn();
    const refused = (status: number, error: string) => ({ status, body: { error } });
    expect(await revoke(running.baseUrl, "made-up")).toEqual({ status: 200, body: {} });
    expect(await revoke(running.baseUrl, accessToken)).toEqual(refused(400, "unsupported_token_type"));
    expect(await revoke(running.baseUrl, refreshToken, "nobody")).toEqual(refused(401, "invalid_client"));
    expect(await revoke(running.baseUrl, refreshToken, "still")).toEqual(refused(400, "invalid_request"));
    expect(await postForm(`${running.baseUrl}/oauth2/revoke`, { client_id: "app" })).toEqual(
      refused(400, "invalid_request"),
    );
    const { refreshToken: lasting } = await signIn("strict");
    expect(await revoke(running.baseUrl, lasting, "strict")).toEqual(refused(400, "invalid_request"));
    expect((await refresh(running.baseUrl, refreshToken)).status).toBe(200);
  });
});

describe("scopes", () => {
  test("decide what ID token and userInfo show", async () => {
    const mail = await signIn("app", "openid email");
    expect(mail.idClaims).toMatchObject({ email: "ada.okafor@example.com" });
    expect(mail.idClaims.name).toBeUndefined();
    const { body } = await userInfo(running.baseUrl, mail.accessToken);
    expect(Object.keys(body).sort()).toEqual(["email", "email_verified", "identities", "sub", "username"]);
    const bare = await signIn("app", "openid");
    expect(bare.idClaims).toMatchObject({
      email: "ada.okafor@example.com",
      name: "Ada Okafor",
      locale: "en-GB",
    });
  });
});
