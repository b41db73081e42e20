/** Tokens that are none, and tokens that are no longer: refused at the gateway, by the functions and by the ledger. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { decodeJwt, decodeProtectedHeader, importJWK, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { areas } from "../../../functions/areas.ts";
import { opsRoutes } from "../../../functions/ops/contract.ts";
import { type Answer, apiClient, signedIn } from "../../../local/client/api-client.ts";
import { generateSigningKeys, type SigningKey, type SigningKeys } from "../../../local/identity/index.ts";
import type { Route } from "../../../shared/http/route.ts";
import {
  advance,
  closeAll,
  dollarsOf,
  type Person,
  person,
  type System,
  startSystem,
  topUp,
  usd,
} from "./system.ts";

let system: System;
let payer: Person;
let payee: Person;
/** The pool's own keys, as only the pool has them. */
let own: SigningKeys;
let foreign: SigningKeys;

const signingKey = z.looseObject({ kid: z.string(), kty: z.string() });
const secretsFile = z.object({ generated: z.record(z.string(), z.string()) });

function poolKeys(dir: string): SigningKeys {
  const { generated } = secretsFile.parse(JSON.parse(readFileSync(path.join(dir, "secrets.json"), "utf8")));
  const [, value = "{}"] = Object.entries(generated).find(([name]) => name.startsWith("pool:")) ?? [];
  return z.object({ idToken: signingKey, accessToken: signingKey }).parse(JSON.parse(value));
}

beforeAll(async () => {
  system = await startSystem("tokens");
  own = poolKeys(system.dir);
  foreign = await generateSigningKeys();
  payer = await person(system.cloud, "Tara Token");
  payee = await person(system.cloud, "Tom Token");
  await topUp(system.cloud, payer, 5_000);
});
afterAll(closeAll);

const signed = async (claims: JWTPayload, key: SigningKey, kid: string): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid }).sign(await importJWK(key, "RS256"));

/** The payer's access token with other claims, signed by a key that says it is `kid`. */
const resigned = (key: SigningKey, kid: string, changes: JWTPayload = {}): Promise<string> =>
  signed({ ...decodeJwt(payer.tokens.accessToken), ...changes }, key, kid);

function scopedIdToken(): Promise<string> {
  const { scope } = decodeJwt(payer.tokens.accessToken);
  return signed({ ...decodeJwt(payer.tokens.idToken), scope }, own.idToken, own.idToken.kid);
}

const withOwnKey = (changes: JWTPayload) => resigned(own.accessToken, own.accessToken.kid, changes);

const gatewayRefusal = { status: 401, body: { message: "Unauthorized" } };
const ownRefusal = { status: 401, body: { status: 401, code: "unauthenticated" } };

type Bad = readonly [
  what: string,
  tokenOf: () => Promise<string | undefined> | string | undefined,
  refusal: object,
];

const bad: readonly Bad[] = [
  ["no token", () => undefined, gatewayRefusal],
  ["what is no token", () => "not.a.token", gatewayRefusal],
  ["an altered token", () => `${payer.tokens.accessToken.slice(0, -8)}AAAAAAAA`, gatewayRefusal],
  ["an unsigned token", () => new UnsecuredJWT(decodeJwt(payer.tokens.accessToken)).encode(), gatewayRefusal],
  ["another pool's key", () => resigned(foreign.accessToken, foreign.accessToken.kid), gatewayRefusal],
  [
    "another pool's key under this pool's name",
    () => resigned(foreign.accessToken, own.accessToken.kid),
    gatewayRefusal,
  ],
  [
    "another issuer",
    () => withOwnKey({ iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other" }),
    gatewayRefusal,
  ],
  ["another client", () => withOwnKey({ client_id: "anotherclient" }), gatewayRefusal],
  [
    "a token of yesterday",
    () => withOwnKey({ exp: Math.floor(system.local.clock.now() / 1000) - 86_400 }),
    gatewayRefusal,
  ],
  // It has no scope, which every route asks for.
  ["an ID token", () => payer.tokens.idToken, { status: 403, body: { message: "Forbidden" } }],
  // The gateway knows nothing of kinds of tokens: only our own code tells the two apart.
  ["an ID token that has a scope", () => scopedIdToken(), ownRefusal],
];

const shown = ({ status, body }: Answer) => ({ status, body });

describe("a request", () => {
  it("with a token signed anew by the pool's own key is let in, so that the refusals below are earned", async () => {
    expect(decodeProtectedHeader(payer.tokens.accessToken).kid).toBe(own.accessToken.kid);
    const answer = await apiClient(system.cloud.api, await withOwnKey({})).get("/wallet");
    expect(answer.status).toBe(200);
  });

  it.each(bad)("with %s is refused, to read and to pay", async (_what, tokenOf, refusal) => {
    const before = await dollarsOf(payer);
    const api = apiClient(system.cloud.api, await tokenOf());
    const transfer = { payee: { id: payee.id }, amount: usd(10) };
    const answers = [await api.get("/wallet"), await api.call("POST", "/transfers", transfer)];
    for (const answer of answers) {
      expect(shown(answer)).toMatchObject(refusal);
      expect(answer.headers.has("www-authenticate")).toBe(answer.status === 401);
    }
    expect(await dollarsOf(payer)).toBe(before);
  });
});

/** Every parameter of a path with something that could be one. */
const sampleOf = ({ path: template }: Route): string => template.replaceAll(/\{\w+\}/g, "usr_0");

const routes: readonly Route[] = Object.values(areas).flatMap((table) => Object.values<Route>(table));
const guarded = routes.filter(({ auth }) => auth === "user" || auth === "ops");

describe("every guarded route", () => {
  it.each(guarded.map((route) => [route.method, route.path, route] as const))(
    "%s %s answers nobody",
    async (method, _path, route) => {
      const answer = await apiClient(system.cloud.api).call(method, sampleOf(route));
      expect(shown(answer)).toEqual(gatewayRefusal);
    },
  );

  it.each(Object.values<Route>(opsRoutes).map((route) => [route.method, route.path, route] as const))(
    "%s %s is for people of ops alone",
    async (method, _path, route) => {
      const answer = await payer.api.call(method, sampleOf(route));
      expect(shown(answer)).toMatchObject({ status: 403, body: { code: "not-permitted" } });
      const ops = await signedIn(system.cloud, "olivia");
      expect((await ops.call(method, sampleOf(route))).status).not.toBe(403);
    },
  );
});

describe("a session that was ended", () => {
  it("moves no money and reads nothing at once, while the person's other session goes on", async () => {
    const { cloud } = system;
    const other = await person(cloud, payer.name);
    const transfer = { payee: { id: payee.id }, amount: usd(10) };
    // The function that moves money remembers the person now, and so asks the ledger alone.
    expect((await payer.api.call("POST", "/transfers", transfer)).status).toBe(201);
    const { refreshToken } = payer.tokens;
    expect((await payer.api.call("POST", "/auth/revoke", { refreshToken })).status).toBe(204);

    const before = await dollarsOf(other);
    const order = { amount: usd(900), channel: "stripe" };
    for (const answer of [
      await payer.api.call("POST", "/transfers", transfer),
      await payer.api.call("POST", "/top-ups", order),
      await payer.api.get("/me"),
      await payer.api.get("/feed"),
    ]) {
      expect(shown(answer)).toMatchObject(ownRefusal);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
    }
    const refreshed = await payer.api.call("POST", "/auth/token", {
      grantType: "refresh_token",
      refreshToken,
    });
    expect(shown(refreshed)).toMatchObject({ status: 400, body: { code: "sign-in-refused" } });

    expect(await dollarsOf(other)).toBe(before);
    expect((await other.api.call("POST", "/transfers", transfer)).status).toBe(201);
    expect(await dollarsOf(other)).toBe(before - 10);
  });
});

describe("a token whose time is over", () => {
  it("is refused, and refreshed it is good again", async () => {
    const { cloud } = system;
    const late = await person(cloud, "Lars Late");
    await advance(cloud, 14 * 60_000);
    expect((await late.api.get("/wallet")).status).toBe(200);
    await advance(cloud, 2 * 60_000);
    const transfer = { payee: { id: payee.id }, amount: usd(10) };
    for (const answer of [await late.api.get("/wallet"), await late.api.call("POST", "/transfers", transfer)])
      expect(shown(answer)).toEqual(gatewayRefusal);
    const { refreshToken } = late.tokens;
    const fresh = await late.api.call("POST", "/auth/token", { grantType: "refresh_token", refreshToken });
    expect(fresh.status).toBe(200);
    expect((await apiClient(cloud.api, fresh.body.accessToken).get("/wallet")).status).toBe(200);
  });
});

describe("a sign-in of some time ago", () => {
  const pin = { pin: "583920" };
  const notFresh = { status: 403, body: { code: "fresh-sign-in-required", maxAgeSeconds: 600 } };

  it("sets no first PIN and resets none, with a refreshed token neither; a new one does", async () => {
    const { cloud } = system;
    const early = await person(cloud, "Pia Pin");
    await advance(cloud, 11 * 60_000);
    const { refreshToken } = early.tokens;
    const refreshed = await early.api.call("POST", "/auth/token", {
      grantType: "refresh_token",
      refreshToken,
    });
    const again = apiClient(cloud.api, refreshed.body.accessToken);
    for (const api of [early.api, again])
      expect(shown(await api.call("PUT", "/me/pin", pin))).toMatchObject(notFresh);

    const fresh = await person(cloud, early.name);
    expect((await fresh.api.call("PUT", "/me/pin", pin)).status).toBe(204);
    const asked = { pin: "604817" };
    expect(shown(await again.call("POST", "/me/pin/reset", asked))).toMatchObject(notFresh);
    expect((await fresh.api.call("POST", "/me/pin/reset", asked)).status).toBe(202);
    // Any session calls it off.
    const off = await again.call("DELETE", "/me/pin/reset");
    expect(shown(off)).toMatchObject({ status: 200, body: { isSet: true } });
    expect(off.body).not.toHaveProperty("reset");
  });
});
