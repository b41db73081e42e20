/** Sign-in, account and consents through the real handlers, over the embedded engine. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { identityRoutes } from "../../../functions/identity/contract.ts";
import { identityHandlers } from "../../../functions/identity/handlers.ts";
import { createLoginClient } from "../../../functions/identity/login-client.ts";
import { transfersRoutes } from "../../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../../functions/transfers/handlers.ts";
import { changeAccess } from "../../../shared/accounts/change-access.ts";
import type { TokenVerifier } from "../../../shared/http/tokens.ts";
import { freeze } from "../../../shared/ledger/access.ts";
import { createDevices } from "../../../shared/people/devices.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import { err } from "../../../shared/result.ts";
import { type LoginDomain, startLoginDomain } from "../../builders/login-domain.ts";
import { testPepper } from "../../builders/pepper.ts";
import { createWorld, usd, type World } from "../../builders/world.ts";

let domain: LoginDomain;
let world: World;
let area: ReturnType<typeof buildArea>;
let transfers: ReturnType<typeof buildTransfers>;

const buildTransfers = (of: World) => of.area(transfersRoutes, transfersHandlers(of));
const buildArea = (of: World, tokens: TokenVerifier = of.tokens) =>
  of.area(
    identityRoutes,
    identityHandlers({
      ...of,
      tokens,
      devices: createDevices(of),
      login: { url: domain.url, clientId: "app", scopes: "openid kith/wallet", providers: ["Google"] },
      loginClient: createLoginClient({ url: domain.url, timeoutMs: 300 }),
      pepper: testPepper(),
    }),
  );

beforeAll(async () => {
  domain = await startLoginDomain();
});
afterAll(() => domain.close());
beforeEach(async () => {
  world = await createWorld();
  area = buildArea(world);
  transfers = buildTransfers(world);
});
afterEach(() => world.close());

const tokensAnswer = (name = "ada") => ({
  status: 200,
  body: {
    access_token: name,
    id_token: name,
    refresh_token: `refresh-${name}`,
    token_type: "Bearer",
    expires_in: 900,
  },
});
const codeBody = {
  grantType: "authorization_code",
  code: "the-code",
  redirectUri: "com.example.app://cb",
  codeVerifier: "v".repeat(43),
};
const refreshBody = { grantType: "refresh_token", refreshToken: "refresh-ada" };

describe("starting a sign-in", () => {
  const query = {
    redirectUri: "https://app.example.com/cb",
    state: "state",
    nonce: "nonce",
    codeChallenge: "E".repeat(43),
  };

  it("names the networks", async () => {
    expect((await area.call("listProviders")).body).toEqual({ items: [{ name: "Google" }] });
  });

  it("redirects to the login domain", async () => {
    const reply = await area.call("authorize", { query: { ...query, provider: "Google" } });
    expect(reply.status).toBe(302);
    expect(reply.headers["location"]).toMatch(new RegExp(`^${domain.url}/oauth2/authorize\\?`));
    expect(reply.headers["location"]).toContain("identity_provider=Google");
  });

  it.each([
    [{ ...query, provider: "Evil" }, "/query/provider"],
    [{ ...query, codeChallenge: "short" }, "/query/codeChallenge"],
    [{ ...query, redirectUri: "not a url" }, "/query/redirectUri"],
  ])("refuses %j", async (given, field) => {
    const reply = await area.call("authorize", { query: given });
    expect(reply).toMatchObject({ status: 400, body: { code: "invalid-request", errors: [{ field }] } });
  });
});

describe("exchanging a code", () => {
  it("hands on the tokens and makes the account with its profile", async () => {
    domain.answer(tokensAnswer());
    const reply = await area.call("token", { body: codeBody });
    expect(reply).toMatchObject({
      status: 200,
      body: { accessToken: "ada", refreshToken: "refresh-ada", tokenType: "Bearer", expiresIn: 900 },
    });
    expect(domain.posted).toEqual([
      {
        path: "/oauth2/token",
        form: {
          grant_type: "authorization_code",
          client_id: "app",
          code: "the-code",
          redirect_uri: "com.example.app://cb",
          code_verifier: "v".repeat(43),
        },
      },
    ]);
    expect((await area.call("getMe", { as: "ada" })).body).toMatchObject({ displayName: "ada" });
  });

  it("completes an account that a first call made without a profile", async () => {
    const before = (await area.call("getMe", { as: "ada" })).body;
    expect(before.displayName).toBe(before.handle);
    domain.answer(tokensAnswer());
    await area.call("token", { body: codeBody });
    const after = (await area.call("getMe", { as: "ada" })).body;
    expect(after).toEqual({ ...before, displayName: "ada" });
  });

  it("stands when the profile cannot be read or kept", async () => {
    domain.answer(tokensAnswer());
    for (const id of [
      async () => err({ code: "token-refused" as const, reason: "test" }),
      async () => Promise.reject(new Error("test")),
    ]) {
      const reply = await buildArea(world, { ...world.tokens, id }).call("token", { body: codeBody });
      expect(reply.status).toBe(200);
    }
    expect(await world.accounts.idBySubject("sub-ada")).toBeUndefined();
  });

  it("is refused in words of our own, without the login domain's", async () => {
    domain.answer({ status: 400, body: { error: "invalid_grant", error_description: "internal words" } });
    const reply = await area.call("token", { body: codeBody });
    expect(reply).toMatchObject({ status: 400, body: { code: "sign-in-refused" } });
    expect(JSON.stringify(reply.body)).not.toContain("internal words");
  });

  it.each(["hang", "cut", { status: 500 }] as const)(
    "is sent once only, even when the answer is %j",
    async (answer) => {
      domain.answer(answer);
      const reply = await area.call("token", { body: codeBody });
      expect(reply).toMatchObject({ status: 503, body: { code: "temporarily-unavailable" } });
      expect(reply.headers["retry-after"]).toBe("2");
      expect(domain.posted).toHaveLength(1);
    },
  );

  it("takes a verifier and an address", async () => {
    const reply = await area.call("token", { body: { ...codeBody, codeVerifier: "short" } });
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ field: "/body/codeVerifier" }] } });
  });
});

describe("refreshing", () => {
  it("is tried once more when no answer came", async () => {
    domain.answer("cut", tokensAnswer());
    expect((await area.call("token", { body: refreshBody })).status).toBe(200);
    expect(domain.posted).toHaveLength(2);
    domain.answer("cut");
    expect((await area.call("token", { body: refreshBody })).status).toBe(503);
    expect(domain.posted).toHaveLength(2);
  });

  it("is not repeated when an answer came, and touches no account", async () => {
    domain.answer({ status: 502 }, tokensAnswer());
    expect((await area.call("token", { body: refreshBody })).status).toBe(503);
    expect((await area.call("token", { body: refreshBody })).status).toBe(200);
    expect(await world.accounts.idBySubject("sub-ada")).toBeUndefined();
  });
});

describe("revoking", () => {
  const revoke = (as?: string) =>
    area.call("revoke", { body: { refreshToken: "refresh-ada" }, ...(as === undefined ? {} : { as }) });

  it("ends the session on every route at once, money routes too, and no other session", async () => {
    await world.person("ada", { funds: usd(1000) });
    const ben = await world.person("ben");
    const pay = (as: string) =>
      transfers.call("createTransfer", { as, body: { payee: { id: ben }, amount: usd(10) } });
    expect((await pay("ada")).status).toBe(201);
    domain.answer({ status: 200 });
    expect((await revoke("ada")).status).toBe(204);
    expect(domain.posted).toEqual([
      { path: "/oauth2/revoke", form: { client_id: "app", token: "refresh-ada" } },
    ]);
    expect((await area.call("getMe", { as: "ada" })).status).toBe(401);
    expect((await pay("ada")).status).toBe(401);
    expect((await area.call("getMe", { as: "ada:tablet" })).status).toBe(200);
    expect((await pay("ada:tablet")).status).toBe(201);
  });

  it("ends the session of a person who never called before", async () => {
    domain.answer({ status: 200 });
    await revoke("ada");
    expect((await area.call("getMe", { as: "ada" })).status).toBe(401);
  });

  it("ends only the refresh token without a bearer token, or with one that is none", async () => {
    domain.answer({ status: 200 });
    await world.person("ada");
    expect((await revoke()).status).toBe(204);
    expect((await revoke("forged")).status).toBe(204);
    expect(domain.posted).toHaveLength(2);
    expect((await area.call("getMe", { as: "ada" })).status).toBe(200);
  });

  it("is done here even when the login domain does not answer, and asks to come again", async () => {
    await world.person("ada");
    domain.answer({ status: 500 });
    expect((await revoke("ada")).status).toBe(503);
    expect((await area.call("getMe", { as: "ada" })).status).toBe(401);
    domain.answer({ status: 200 });
    expect((await revoke("ada")).status).toBe(204);
  });

  it("is done at the login domain even when the bearer token cannot be judged, and asks to come again", async () => {
    domain.answer({ status: 200 });
    const access = async () => err({ code: "keys-unavailable" as const, reason: "test" });
    const reply = await buildArea(world, { ...world.tokens, access }).call("revoke", {
      as: "ada",
      body: { refreshToken: "refresh-ada" },
    });
    expect(reply.status).toBe(503);
    expect(domain.posted).toHaveLength(1);
  });

  it("says when the login domain does not take the token", async () => {
    domain.answer({ status: 400, body: { error: "unsupported_token_type" } });
    expect(await revoke()).toMatchObject({ status: 400, body: { code: "sign-in-refused" } });
  });
});

describe("one's account", () => {
  it("changes, handle too, and a handle of another person is taken", async () => {
    await world.person("ada");
    const ben = await world.person("ben");
    const changed = await area.call("patchMe", { as: "ada", body: { handle: "ada", locale: "fr-FR" } });
    expect(changed).toMatchObject({ status: 200, body: { handle: "ada", locale: "fr-FR" } });
    expect((await area.call("getMe", { as: "ada" })).body).toEqual(changed.body);
    const taken = await area.call("patchMe", { as: "ben", body: { handle: "ada", displayName: "B" } });
    expect(taken).toMatchObject({ status: 409, body: { code: "handle-taken" } });
    expect((await world.accounts.get(ben))?.displayName).toBe("ben");
  });

  it("needs a token", async () => {
    for (const route of ["getMe", "patchMe", "getConsents", "putConsents"] as const)
      expect((await area.call(route, { body: {} })).status).toBe(401);
  });
});

describe("consents", () => {
  const decide = (granted: boolean, version = 1) =>
    area.call("putConsents", { as: "ada", body: { consents: [{ purpose: "terms", version, granted }] } });
  let ada: AccountId;
  let ben: AccountId;
  beforeEach(async () => {
    ada = await world.person("ada", { consented: false, funds: usd(1000) });
    ben = await world.person("ben");
  });
  const pay = () =>
    transfers.call("createTransfer", { as: "ada", body: { payee: { id: ben }, amount: usd(10) } });
  const history = async (): Promise<readonly unknown[]> =>
    (await world.table.query({ partition: `CONSENT#${ada}`, consistent: true })).items.map(
      ({ granted }) => granted,
    );

  it("let money move once given, and stop it in the moment they are withdrawn", async () => {
    expect(await pay()).toMatchObject({ status: 403, body: { code: "consent-required" } });
    const given = await decide(true);
    expect(given.body.items[0]).toMatchObject({ purpose: "terms", granted: true, version: 1 });
    expect((await pay()).status).toBe(201);

    await decide(false);
    expect(await pay()).toMatchObject({ status: 403, body: { code: "account-frozen" } });
    expect((await area.call("getMe", { as: "ada" })).body.frozen).toBe(true);

    await decide(true);
    expect((await pay()).status).toBe(201);
    expect(await history()).toEqual([true, false, true]);
  });

  it("are kept once when decided the same again, also at once", async () => {
    await Promise.all(Array.from({ length: 5 }, () => decide(true)));
    await decide(true);
    expect(await history()).toEqual([true]);
  });

  it("are for the version in force", async () => {
    expect(await decide(true, 2)).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect(await history()).toEqual([]);
  });

  it("are decided once each in a request", async () => {
    const twice = [true, false].map((granted) => ({ purpose: "marketing", version: 1, granted }));
    const reply = await area.call("putConsents", { as: "ada", body: { consents: twice } });
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ field: "/body/consents" }] } });
  });

  it("leave a freeze by ops alone", async () => {
    await decide(true);
    await changeAccess(world, ada, { change: (access) => freeze(access, "ops"), memo: "freeze:ops" });
    await decide(false);
    await decide(true);
    expect((await world.accounts.get(ada))?.access.frozenFor).toEqual(["ops"]);
    expect(await pay()).toMatchObject({ status: 403, body: { code: "account-frozen" } });
  });

  it("are shown with what was decided", async () => {
    await decide(false);
    expect((await area.call("getConsents", { as: "ada" })).body.items).toMatchObject([
      { purpose: "terms", required: true, currentVersion: 1, granted: false, version: 1 },
      { purpose: "marketing", required: false, granted: false },
    ]);
  });
});
