/** Settings that Cognito would refuse are refused by name; groups come from settings or from the personas. */

import { beforeAll, describe, expect, test } from "vitest";
import {
  createMemoryIdentityStore,
  createPool,
  generateSigningKeys,
  google,
  type PoolClient,
  type PoolOptions,
  type SigningKeys,
  signInAtPool,
} from "../../../../local/identity/index.ts";
import { publicKeySet } from "../../../../local/identity/keys.ts";

const client: PoolClient = {
  clientId: "app",
  callbackUrls: ["https://app.example/callback"],
  logoutUrls: [],
  allowedScopes: ["openid"],
  providers: ["Google"],
  accessTokenMinutes: 5,
  idTokenMinutes: 5,
  refreshTokenDays: 1,
  revocation: true,
};

let signingKeys: SigningKeys;
beforeAll(async () => {
  signingKeys = await generateSigningKeys();
});

const settings = (change: Partial<PoolOptions> = {}): PoolOptions => ({
  region: "eu-west-1",
  poolId: "eu-west-1_Abc123",
  domainPrefix: "kith",
  clients: [client],
  signingKeys,
  store: createMemoryIdentityStore(),
  ...change,
});

test("the pool tells the addresses that deployed code has for it", () => {
  const pool = createPool(settings());
  expect(pool).toMatchObject({
    issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123",
    domainUrl: "https://kith.auth.eu-west-1.amazoncognito.com",
    hosts: ["kith.auth.eu-west-1.amazoncognito.com", "cognito-idp.eu-west-1.amazonaws.com"],
  });
});

describe("refused, by name:", () => {
  const withClient = (change: Partial<PoolClient>) => ({ clients: [{ ...client, ...change }] });
  test.each([
    [{ region: "europe" }, /"europe"/],
    [{ poolId: "us-east-1_Abc123" }, /us-east-1_Abc123/],
    [{ poolId: "eu-west-1_a-b" }, /eu-west-1_a-b/],
    [{ domainPrefix: "Kith!" }, /Kith!/],
    [{ networks: [{ ...google, provider: "My_Net" }] }, /My_Net/],
    [withClient({ callbackUrls: [] }), /"app".*callback/],
    [withClient({ callbackUrls: ["/callback"] }), /"\/callback"/],
    [withClient({ logoutUrls: ["https://app.example/#x"] }), /fragment/],
    [withClient({ providers: ["WeChat"] }), /WeChat/],
    [withClient({ accessTokenMinutes: 4 }), /accessTokenMinutes/],
    [withClient({ idTokenMinutes: 1441 }), /idTokenMinutes/],
    [withClient({ refreshTokenDays: 3651 }), /refreshTokenDays/],
    [withClient({ rotationGraceSeconds: 61 }), /rotationGraceSeconds/],
  ])("%j", (change, message) => {
    expect(() => createPool(settings(change))).toThrow(message);
  });
});

test("signing keys are two, different, and only their public halves are shown", async () => {
  const { keys } = publicKeySet(signingKeys);
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(2);
  for (const key of keys) expect(Object.keys(key).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
  const { d: _private, ...publicOnly } = signingKeys.idToken;
  for (const idToken of [{ kty: "EC", kid: "x", d: "d" }, publicOnly]) {
    const start = () => createPool(settings({ signingKeys: { ...signingKeys, idToken } }));
    expect(start).toThrow(`"${idToken.kid}" is not a private RSA key`);
  }
});

test("groups given in the settings replace the personas' own, and a network is one more row", async () => {
  const orkut = { ...google, provider: "Orkut", providerType: "OIDC" as const, slug: "orkut" };
  const pool = createPool(
    settings({
      groups: { support: ["ada"], audit: ["ada", "olivia"] },
      networks: [google, orkut],
      clients: [{ ...client, providers: ["Google", "Orkut"] }],
    }),
  );
  const server = await pool.listen(0);
  try {
    const groupsOf = async (persona: string | { name: string }, provider = "Google") => {
      const redirectUri = "https://app.example/callback";
      const signedIn = await signInAtPool({
        poolUrl: server.baseUrl,
        clientId: "app",
        persona,
        provider,
        redirectUri,
      });
      return signedIn.idClaims["cognito:groups"];
    };
    expect(await groupsOf("ada")).toEqual(["eu-west-1_Abc123_Google", "support", "audit"]);
    expect(await groupsOf("olivia")).toEqual(["eu-west-1_Abc123_Google", "audit"]);
    expect(await groupsOf({ name: "Ola" }, "Orkut")).toEqual(["eu-west-1_Abc123_Orkut"]);
  } finally {
    await server.close();
  }
});
