/** What a person's browser sees: pages, the one-hour session, changing person, logout, native apps, restarts. */

import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt, type JWTPayload } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createCookieJar } from "../../../local/identity/cookie-jar.ts";
import { formsOf } from "../../../local/identity/html-form.ts";
import {
  generateSigningKeys,
  openSqliteIdentityStore,
  type SigningKeys,
  signInAtPool,
} from "../../../local/identity/index.ts";
import {
  authorize,
  CALLBACK,
  exchange,
  LOGGED_OUT,
  type RunningPool,
  refresh,
  revoke,
  startPool,
  testClock,
  userInfo,
} from "./harness.ts";

let keys: SigningKeys;
let running: RunningPool;
const clock = testClock();

beforeAll(async () => {
  keys = await generateSigningKeys();
  running = await startPool(keys, clock.now);
});
afterAll(() => running.close());

const QUERY = `client_id=app&response_type=code&scope=openid&redirect_uri=${encodeURIComponent(CALLBACK)}`;

/** A browser that keeps its cookies between sign-ins: the jar and pages are real, the person is scripted. */
function browser(baseUrl: () => string) {
  const jar = createCookieJar();
  const request = async (address: string, form?: URLSearchParams): Promise<Response> => {
    const url = new URL(address, baseUrl());
    const cookie = jar.header(url);
    const response = await fetch(url, {
      redirect: "manual",
      headers: cookie === undefined ? {} : { cookie },
      ...(form === undefined ? {} : { method: "POST", body: form }),
    });
    jar.store(url, response.headers.getSetCookie());
    return response;
  };
  /** Goes on until a page stands still or the app is reached; answers the last address and page. */
  const open = async (address: string, form?: URLSearchParams): Promise<{ url: string; html: string }> => {
    let [response, url] = [await request(address, form), address];
    for (let hop = 0; hop < 12; hop += 1) {
      const location = response.headers.get("location");
      if (location === null) return { url, html: await response.text() };
      url = new URL(location, baseUrl()).href;
      if (url.startsWith("http://localhost:3000/")) return { url, html: "" };
      response = await request(url);
    }
    throw new Error(`No end of redirects at ${url}`);
  };
  const choose = async (page: { url: string; html: string }, persona: string) => {
    const form = formsOf(page.html, page.url).find(({ buttons }) =>
      buttons.some(({ value }) => value === persona),
    );
    if (form === undefined) throw new Error(`${page.url} does not offer ${persona}`);
    return open(form.action, new URLSearchParams({ ...form.fields, persona }));
  };
  return { request, open, choose };
}

/** The ID token's claims for the code on a callback address. */
async function claimsOf(callback: string): Promise<JWTPayload> {
  const code = new URL(callback).searchParams.get("code") ?? "";
  const { body } = await exchange(running.baseUrl, { code, codeVerifier: "", callback: new URL(callback) });
  return decodeJwt(String(body.id_token));
}

const subOf = async (callback: string) => (await claimsOf(callback)).sub;

describe("the session", () => {
  test("signs in silently for an hour, then asks again", async () => {
    const { open, choose } = browser(() => running.baseUrl);
    const page = await open(`/oauth2/authorize?${QUERY}&identity_provider=Google`);
    expect(page.html).toContain("Sign in with Google");
    const sub = await subOf((await choose(page, "ada")).url);
    clock.advance(3500);
    const silent = await open(`/oauth2/authorize?${QUERY}&identity_provider=Google`);
    expect(await subOf(silent.url)).toBe(sub);
    clock.advance(3700);
    expect((await open(`/oauth2/authorize?${QUERY}&identity_provider=Google`)).html).toContain(
      "Sign in with Google",
    );
  });

  test("of one network does not answer for another, and the person can change", async () => {
    const { open, choose } = browser(() => running.baseUrl);
    const google = await choose(await open(`/oauth2/authorize?${QUERY}&identity_provider=Google`), "ada");
    const facebookPage = await open(`/oauth2/authorize?${QUERY}&identity_provider=Facebook`);
    expect(facebookPage.html).toContain("Sign in with Facebook");
    const facebook = await choose(facebookPage, "ben");
    expect(await subOf(facebook.url)).not.toBe(await subOf(google.url));
    const other = await open(`/oauth2/authorize?${QUERY}&identity_provider=Facebook&prompt=login`);
    expect((await choose(other, "dmitri")).url).toContain("code=");
  });

  test("ends with logout, which goes only to registered pages and revokes nothing", async () => {
    const { open, choose, request } = browser(() => running.baseUrl);
    await choose(await open(`/oauth2/authorize?${QUERY}&identity_provider=Google`), "ada");
    const stranger = await request("/logout?client_id=app&logout_uri=https%3A%2F%2Fevil.example");
    expect([stranger.status, stranger.headers.get("location")]).toEqual([400, null]);
    const left = await request(`/logout?client_id=app&logout_uri=${encodeURIComponent(LOGGED_OUT)}`);
    expect([left.status, left.headers.get("location")]).toEqual([302, LOGGED_OUT]);
    expect((await open(`/oauth2/authorize?${QUERY}&identity_provider=Google`)).html).toContain(
      "Sign in with Google",
    );
    expect((await open(`/logout?${QUERY}`)).html).toContain("Continue with Facebook");
  });

  test("prompt=none asks nobody", async () => {
    const { open } = browser(() => running.baseUrl);
    const { url } = await open(`/oauth2/authorize?${QUERY}&prompt=none`);
    expect(new URL(url).searchParams.get("error")).toBe("login_required");
  });
});

describe("the pages", () => {
  test("without a provider offer the client's own, and lead through", async () => {
    const { open } = browser(() => running.baseUrl);
    const page = await open(`/oauth2/authorize?${QUERY.replace("app", "strict")}`);
    expect(page.html).toContain("Continue with Google");
    expect(page.html).not.toContain("Continue with Facebook");
    const signedIn = await signInAtPool({
      poolUrl: running.baseUrl,
      clientId: "app",
      persona: "chloe",
      redirectUri: CALLBACK,
      direct: false,
    });
    expect(signedIn.idClaims.name).toBe("Chloé Marchand");
  });

  test("remember somebody new under the same subject, and show their avatar", async () => {
    const meet = (name: string) =>
      signInAtPool({ poolUrl: running.baseUrl, clientId: "app", persona: { name }, redirectUri: CALLBACK });
    const first = await meet("Zoë <b>Ünal</b>");
    const again = await meet("  zoë  <B>ünal</B> ");
    expect(again.idClaims.sub).toBe(first.idClaims.sub);
    expect(first.idClaims.name).toBe("Zoë <b>Ünal</b>");
    const { open } = browser(() => running.baseUrl);
    const page = await open(`/oauth2/authorize?${QUERY}&identity_provider=Google`);
    expect(page.html).not.toContain("<b>");
    expect(page.html.match(/Zoë/g)).toHaveLength(1);
    const picture = await fetch(String(first.idClaims.picture));
    expect(picture.headers.get("content-type")).toBe("image/svg+xml");
    expect(await picture.text()).toContain(">Z</text>");
  });

  test("keep to this machine whatever host the request named", async () => {
    const response = await fetch(`${running.baseUrl}/oauth2/authorize?${QUERY}&identity_provider=Google`, {
      redirect: "manual",
      headers: { "x-forwarded-host": "evil.example", host: running.pool.hosts[0] ?? "" },
    });
    expect(response.headers.get("location")?.startsWith(`${running.baseUrl}/networks/google/login?`)).toBe(
      true,
    );
  });

  test("a path with two slashes names no other host", async () => {
    const { port } = new URL(running.baseUrl);
    const path = `//evil.example/oauth2/authorize?${QUERY}&identity_provider=Google`;
    const status = await new Promise((resolve, reject) => {
      get({ host: "127.0.0.1", port, path }, (response) => {
        response.resume();
        resolve([response.statusCode, response.headers.location]);
      }).on("error", reject);
    });
    expect(status).toEqual([404, undefined]);
  });

  test("a sign-in that stays away over five minutes is cancelled", async () => {
    const { open, choose } = browser(() => running.baseUrl);
    const page = await open(`/oauth2/authorize?${QUERY}&identity_provider=Google`);
    clock.advance(301);
    expect((await choose(page, "ada")).html).toContain("This sign-in has expired");
  });

  test("a sign-in cannot be finished in another browser", async () => {
    const [mine, theirs] = [browser(() => running.baseUrl), browser(() => running.baseUrl)];
    const page = await mine.open(`/oauth2/authorize?${QUERY}&identity_provider=Google`);
    const end = await theirs.choose(page, "ada");
    expect(end.url).not.toContain("code=");
    expect(end.html).toContain("An error was encountered");
  });
});

test("Cognito's made-up nonce: there on a fresh federated login that sent none, absent on a silent one", async () => {
  const { open, choose } = browser(() => running.baseUrl);
  const fresh = await choose(await open(`/oauth2/authorize?${QUERY}&identity_provider=Google`), "ada");
  expect((await claimsOf(fresh.url)).nonce).toEqual(expect.any(String));
  const silent = await open(`/oauth2/authorize?${QUERY}&identity_provider=Google`);
  expect((await claimsOf(silent.url)).nonce).toBeUndefined();
});

test("a native app's own scheme is a callback like any other", async () => {
  const redirectUri = "com.kith.app://signed-in";
  const authorized = await authorize(running.baseUrl, { client_id: "phone", redirect_uri: redirectUri });
  const overrides = { client_id: "phone", redirect_uri: redirectUri };
  expect((await exchange(running.baseUrl, authorized, overrides)).status).toBe(200);
});

test("a restart on the same file keeps users, sessions, refresh tokens and revocations", async () => {
  const folder = mkdtempSync(join(tmpdir(), "identity-"));
  const file = join(folder, "state", "identity.sqlite");
  let store = openSqliteIdentityStore(file);
  let server = await startPool(keys, clock.now, store);
  try {
    const { open, choose } = browser(() => server.baseUrl);
    await choose(await open(`/oauth2/authorize?${QUERY}&identity_provider=Google`), "ada");
    const options = { clientId: "app", redirectUri: CALLBACK };
    const kept = await signInAtPool({ ...options, poolUrl: server.baseUrl, persona: { name: "Nia Brandt" } });
    const revoked = await signInAtPool({ ...options, poolUrl: server.baseUrl, persona: "olivia" });
    await revoke(server.baseUrl, revoked.refreshToken);

    const { baseUrl, close } = server;
    await close();
    await expect(userInfo(baseUrl, kept.accessToken)).rejects.toThrow("fetch failed");
    store.close();
    store = openSqliteIdentityStore(file);
    server = await startPool(keys, clock.now, store, Number(new URL(baseUrl).port));

    expect(server.baseUrl).toBe(baseUrl);
    const silent = await open(`/oauth2/authorize?${QUERY}&identity_provider=Google`);
    expect(new URL(silent.url).searchParams.get("code")).toEqual(expect.any(String));
    expect((await userInfo(baseUrl, kept.accessToken)).body.sub).toBe(kept.idClaims.sub);
    expect((await userInfo(baseUrl, revoked.accessToken)).status).toBe(401);
    const refreshed = await refresh(baseUrl, kept.refreshToken);
    expect(decodeJwt(String(refreshed.body.id_token)).origin_jti).toBe(kept.idClaims.origin_jti);
    expect((await refresh(baseUrl, revoked.refreshToken)).body).toEqual({ error: "invalid_grant" });
    const page = await open(`/oauth2/authorize?${QUERY}&identity_provider=Google&prompt=login`);
    expect(page.html).toContain("Nia Brandt");
  } finally {
    await server.close();
    store.close();
    rmSync(folder, { recursive: true });
  }
});
