import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJwtAuthorizer, type JwtAuthorizer } from "../../../local/cloud/gateway/jwt.ts";
import { type LocalServer, sendJson, serveLocally } from "../../../local/cloud/http.ts";

const issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool";
const now = Date.UTC(2026, 5, 1);
const seconds = now / 1_000;
let server: LocalServer;
let authorize: JwtAuthorizer;
let sign: (claims: Record<string, unknown>) => Promise<string>;
let forge: (claims: Record<string, unknown>) => Promise<string>;

beforeAll(async () => {
  const [own, foreign] = await Promise.all([generateKeyPair("RS256"), generateKeyPair("RS256")]);
  const jwk = { ...(await exportJWK(own.publicKey)), kid: "k1", alg: "RS256", use: "sig" };
  server = await serveLocally(
    0,
    async (_request, response) => sendJson(response, 200, { keys: [jwk] }),
    (cause) => expect.fail(String(cause)),
  );
  const signer =
    (key: CryptoKey) =>
    (claims: Record<string, unknown>): Promise<string> =>
      new SignJWT({
        iss: issuer,
        client_id: "app",
        exp: seconds + 60,
        iat: seconds,
        scope: "openid kith/wallet",
        ...claims,
      })
        .setProtectedHeader({ alg: "RS256", kid: "k1" })
        .sign(key);
  sign = signer(own.privateKey);
  forge = signer(foreign.privateKey);
  authorize = createJwtAuthorizer(
    { issuer, audience: ["app"], header: "authorization" },
    {
      localUrl: (url) => url.replace("https://cognito-idp.eu-west-1.amazonaws.com", server.url),
      now: () => now,
    },
  );
});
afterAll(() => server.stop());

/** Status and challenge of a refusal; the subject of what was accepted. */
async function outcome(token: string | undefined, scopes: string[] = []) {
  const result = await authorize(token, scopes);
  if ("claims" in result) return { accepted: result.claims["client_id"] };
  const challenge = result.refusal.headers.find(([name]) => name === "www-authenticate")?.[1];
  return { status: result.refusal.status, body: result.refusal.body.toString(), challenge };
}

const refused = (about: RegExp) => ({
  status: 401,
  body: '{"message":"Unauthorized"}',
  challenge: expect.stringMatching(about),
});

describe("the JWT authorizer", () => {
  it("accepts a token of the issuer, with or without Bearer in front", async () => {
    const token = await sign({});
    expect(await outcome(`Bearer ${token}`)).toEqual({ accepted: "app" });
    expect(await outcome(token)).toEqual({ accepted: "app" });
  });

  it("asks for a token when there is none", async () => {
    expect(await outcome(undefined)).toEqual(refused(/^Bearer$/));
  });

  it.each([
    ["an expired token", { exp: seconds - 1 }, /exp/],
    ["a token that is not yet valid", { nbf: seconds + 60 }, /nbf/],
    ["a token of another issuer", { iss: "https://evil.example" }, /iss/],
    ["a token for another client", { client_id: "other" }, /audience/],
    ["a token whose aud is another, whatever its client_id", { aud: "other" }, /audience/],
  ])("refuses %s", async (_name, claims, about) => {
    expect(await outcome(await sign(claims))).toEqual(refused(about));
  });

  it.each([["garbage"], ["a.b.c"], ["eyJhbGciOiJub25lIn0.e30."]])("refuses %s", async (token) => {
    expect(await outcome(token)).toEqual(refused(/invalid_token/));
  });

  it("refuses a token that another key signed", async () => {
    expect(await outcome(await forge({}))).toEqual(refused(/signature/));
  });

  it("forbids a token without any of the route's scopes", async () => {
    expect(await outcome(await sign({}), ["kith/admin"])).toMatchObject({
      status: 403,
      body: '{"message":"Forbidden"}',
    });
    expect(await outcome(await sign({}), ["kith/admin", "kith/wallet"])).toEqual({ accepted: "app" });
  });
});
