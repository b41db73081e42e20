import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  createTokenVerifier,
  networkOf,
  signInOf,
  type TokenVerifier,
} from "../../../../shared/http/tokens.ts";

const POOL = "eu-west-1_Example01";
const ISSUER = `https://cognito-idp.eu-west-1.amazonaws.com/${POOL}`;
const KEYS_URI = `${ISSUER}/.well-known/jwks.json`;

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
let poolKeys: Keys;
let otherKeys: Keys;
let jwks: string;
let asked: string[];
let verifier: TokenVerifier;

beforeAll(async () => {
  [poolKeys, otherKeys] = await Promise.all([
    generateKeyPair("RS256", { extractable: true }),
    generateKeyPair("RS256", { extractable: true }),
  ]);
  const jwk = { ...(await exportJWK(poolKeys.publicKey)), kid: "pool-key", alg: "RS256", use: "sig" };
  jwks = JSON.stringify({ keys: [jwk] });
});

const serveKeys = (answer: () => Response | Promise<Response>): void => {
  vi.stubGlobal("fetch", async (uri: string) => {
    asked.push(uri);
    return answer();
  });
};

beforeEach(() => {
  asked = [];
  serveKeys(() => new Response(jwks));
  verifier = createTokenVerifier({ userPoolId: POOL, clientIds: ["app", "kiosk"] });
});

const seconds = (): number => Math.floor(Date.now() / 1000);

function token(
  claims: JWTPayload,
  { key = poolKeys.privateKey, kid = "pool-key", issuer = ISSUER, expiresIn = 900 } = {},
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", kid })
    .setIssuer(issuer)
    .setIssuedAt(seconds())
    .setExpirationTime(seconds() + expiresIn)
    .sign(key);
}

const accessClaims = {
  sub: "6f1c",
  username: "Google_1130",
  token_use: "access",
  client_id: "app",
  auth_time: 1_795_000_000,
  jti: "token-1",
  origin_jti: "session-1",
};
const { jti: _, origin_jti: __, ...withoutSession } = accessClaims;
const idClaims = {
  sub: "6f1c",
  "cognito:username": "Google_1130",
  token_use: "id",
  aud: "app",
  auth_time: 1_795_000_000,
  name: "Ada L",
  email: "ada@example.com",
  email_verified: "true",
};

describe("an access token", () => {
  it("tells who calls, in which session, and until when", async () => {
    const read = await verifier.access(await token({ ...accessClaims, "cognito:groups": ["ops"] }));
    expect(read).toMatchObject({
      ok: true,
      value: { subject: "6f1c", username: "Google_1130", groups: ["ops"], signedInAt: 1_795_000_000 },
    });
    if (read.ok) expect(read.value.expiresAt - read.value.issuedAt).toBe(900);
  });

  it("names the session and not the token: a refreshed token is of the same session", async () => {
    const [first, second, other] = await Promise.all([
      verifier.access(await token(accessClaims)),
      verifier.access(await token({ ...accessClaims, jti: "token-2" })),
      verifier.access(await token({ ...accessClaims, origin_jti: "session-2" })),
    ]);
    expect(first.ok && second.ok && first.value.session === second.value.session).toBe(true);
    expect(first.ok && other.ok && first.value.session !== other.value.session).toBe(true);
    expect(JSON.stringify(first)).not.toContain("session-1");
  });

  it("may be of any of the app's clients", async () => {
    expect((await verifier.access(await token({ ...accessClaims, client_id: "kiosk" }))).ok).toBe(true);
  });

  it("is fetched keys for once", async () => {
    await verifier.access(await token(accessClaims));
    await verifier.access(await token(accessClaims));
    expect(asked).toEqual([KEYS_URI]);
  });

  const refused = { ok: false, error: { code: "token-refused" } };

  it.each<[string, () => Promise<string>]>([
    ["an ID token", () => token(idClaims)],
    ["of a client that is not ours", () => token({ ...accessClaims, client_id: "stranger" })],
    ["of another pool", () => token(accessClaims, { issuer: `${ISSUER.slice(0, -1)}2` })],
    [
      "of the pool's other issuer",
      () => token(accessClaims, { issuer: `https://issuer-cognito-idp.eu-west-1.amazonaws.com/${POOL}` }),
    ],
    ["signed by somebody else", () => token(accessClaims, { key: otherKeys.privateKey })],
    ["signed with a key the pool does not have", () => token(accessClaims, { kid: "unknown" })],
    ["expired", () => token(accessClaims, { expiresIn: -1 })],
    ["without a session", () => token(withoutSession)],
    ["not a token", async () => "abc"],
  ])("is refused when it is %s", async (_, make) => {
    expect(await verifier.access(await make())).toMatchObject(refused);
    expect(asked.filter((uri) => uri !== KEYS_URI)).toEqual([]);
  });

  it("is refused, not put off, when it has an unknown key again and again", async () => {
    const forged = await token(accessClaims, { kid: "unknown" });
    await verifier.access(forged);
    expect(await verifier.access(forged)).toMatchObject(refused);
    expect((await verifier.access(await token(accessClaims))).ok).toBe(true);
    expect(asked).toHaveLength(1);
  });

  it.each<[string, () => Response]>([
    [
      "do not answer",
      () => {
        throw new TypeError("fetch failed");
      },
    ],
    ["answer with an error", () => new Response("", { status: 503 })],
    ["are not JSON", () => new Response("<html>")],
    ["are not keys", () => new Response('{"keys":[{}]}')],
  ])("cannot be judged while the pool's keys %s", async (_, answer) => {
    serveKeys(answer);
    const jwt = await token(accessClaims);
    expect(await verifier.access(jwt)).toMatchObject({ ok: false, error: { code: "keys-unavailable" } });
    serveKeys(() => new Response(jwks));
    expect((await verifier.access(jwt)).ok).toBe(true);
  });
});

describe("an ID token", () => {
  it("tells the profile, with booleans that came as text", async () => {
    expect(await verifier.id(await token(idClaims))).toMatchObject({
      ok: true,
      value: { subject: "6f1c", name: "Ada L", email: "ada@example.com", emailVerified: true },
    });
    const unverified = await verifier.id(await token({ ...idClaims, email_verified: "false" }));
    expect(unverified).toMatchObject({ ok: true, value: { emailVerified: false } });
  });

  it("cannot be replaced by an access token, nor be one for another client", async () => {
    expect((await verifier.id(await token(accessClaims))).ok).toBe(false);
    expect((await verifier.id(await token({ ...idClaims, aud: "stranger" }))).ok).toBe(false);
  });
});

describe("the network in a username", () => {
  it.each([
    ["Google_1130", { name: "Google", subject: "1130" }],
    ["Wechat_o6_bmjrPTlm", { name: "Wechat", subject: "o6_bmjrPTlm" }],
    ["4b6f2c", undefined],
    ["_x", undefined],
    ["Google_", undefined],
  ])("is what comes before the first underscore: %s", (username, expected) => {
    expect(networkOf(username)).toEqual(expected);
    expect(signInOf({ subject: "s", username })).toEqual({
      cognitoSubject: "s",
      ...(expected === undefined ? {} : { network: expected }),
    });
  });
});
