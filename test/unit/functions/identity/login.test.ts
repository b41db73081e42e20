import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  authorizeUrl,
  fromTokenAnswer,
  type LoginSettings,
  refusalDetail,
  tokenForm,
  verdictOf,
} from "../../../../functions/identity/login.ts";
import { lastTokenEnds } from "../../../../functions/identity/revoke-session.ts";

const settings: LoginSettings = {
  url: "https://login.example.com",
  clientId: "app",
  scopes: "openid email kith/wallet",
  providers: ["Google"],
};
const request = {
  redirectUri: "com.example.app://cb",
  state: "c3RhdGU",
  nonce: "bm9uY2U",
  codeChallenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
};

describe("the way to the managed login", () => {
  it("asks for a code under a challenge, at the network that was chosen", () => {
    const url = new URL(authorizeUrl(settings, { ...request, provider: "Google" }));
    expect(url.origin + url.pathname).toBe("https://login.example.com/oauth2/authorize");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: "app",
      redirect_uri: "com.example.app://cb",
      scope: "openid email kith/wallet",
      state: "c3RhdGU",
      nonce: "bm9uY2U",
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
      identity_provider: "Google",
    });
  });

  it("asks who they are once more when it is told to", () => {
    const promptOf = (prompt?: "login") =>
      new URL(authorizeUrl(settings, { ...request, prompt })).searchParams.get("prompt");
    expect([promptOf("login"), promptOf()]).toEqual(["login", null]);
  });

  it("leads to the login domain whatever the caller writes into the parameters", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (redirectUri, state, nonce) => {
        const url = new URL(authorizeUrl(settings, { ...request, redirectUri, state, nonce }));
        expect(url.origin + url.pathname).toBe("https://login.example.com/oauth2/authorize");
        expect(url.searchParams.getAll("client_id")).toEqual(["app"]);
        expect(url.hash).toBe("");
      }),
    );
  });
});

describe("forms to the login domain", () => {
  it("carry the verifier with a code, and only the token with a refresh", () => {
    const code = { grantType: "authorization_code", code: "c", redirectUri: "r", codeVerifier: "v" } as const;
    expect(tokenForm(settings, code)).toEqual({
      grant_type: "authorization_code",
      client_id: "app",
      code: "c",
      redirect_uri: "r",
      code_verifier: "v",
    });
    expect(tokenForm(settings, { grantType: "refresh_token", refreshToken: "t" })).toEqual({
      grant_type: "refresh_token",
      client_id: "app",
      refresh_token: "t",
    });
  });
});

describe("answers of the login domain", () => {
  it.each([
    [200, { ok: 1 }, { verdict: "accepted", body: { ok: 1 } }],
    [400, { error: "invalid_grant" }, { verdict: "refused", error: "invalid_grant" }],
    [401, { error: "invalid_client" }, { verdict: "refused", error: "invalid_client" }],
    [400, { error: "<script>" }, { verdict: "refused", error: "unnamed" }],
    [400, undefined, { verdict: "refused", error: "unnamed" }],
    [429, { error: "invalid_grant" }, { verdict: "unavailable" }],
    [500, undefined, { verdict: "unavailable" }],
    [302, undefined, { verdict: "unavailable" }],
  ])("with status %i and body %j", (status, body, expected) => {
    expect(verdictOf({ status, body })).toEqual(expected);
  });

  it("give tokens under our names, and an answer that has none is a fault", () => {
    const answer = { access_token: "a", id_token: "i", token_type: "bearer", expires_in: 900, more: 1 };
    expect(fromTokenAnswer(answer)).toEqual({
      accessToken: "a",
      idToken: "i",
      tokenType: "Bearer",
      expiresIn: 900,
    });
    expect(() => fromTokenAnswer({ token_type: "Bearer" })).toThrow();
  });

  it("are explained in sentences of our own", () => {
    expect(refusalDetail("invalid_grant", "authorization_code")).toContain("start the sign-in again");
    expect(refusalDetail("invalid_grant", "refresh_token")).toContain("sign in again");
    expect(refusalDetail("unnamed", "refresh_token")).toBe(refusalDetail("invalid_client", "refresh_token"));
  });
});

describe("the end of a session's last access token", () => {
  it("is that of a token made at this moment, whichever token asked", () => {
    const life = { issuedAt: 1000, expiresAt: 1900 };
    expect(lastTokenEnds(life, 1000)).toBe(1960);
    expect(lastTokenEnds(life, 1800)).toBe(2760);
  });
});
