/** What the pool must refuse, and the words Cognito has for it. The clock is the test's own. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SignInError } from "../../../local/identity/browser.ts";
import { generateSigningKeys, type SigningKeys, signInAtPool } from "../../../local/identity/index.ts";
import {
  authorize,
  CALLBACK,
  exchange,
  postForm,
  type RunningPool,
  refresh,
  startPool,
  testClock,
} from "./harness.ts";

let keys: SigningKeys;
let running: RunningPool;
const clock = testClock();

beforeAll(async () => {
  keys = await generateSigningKeys();
  running = await startPool(keys, clock.now);
});
afterAll(() => running.close());

const invalidGrant = { status: 400, body: { error: "invalid_grant" } };

async function errorOf(attempt: Promise<unknown>): Promise<SignInError> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SignInError)) throw new Error(`Expected a SignInError, got ${String(error)}`);
  return error;
}

describe("at the start", () => {
  test("an unknown client sees an error page and is sent nowhere", async () => {
    const error = await errorOf(authorize(running.baseUrl, { client_id: "nobody" }));
    expect(error).toMatchObject({ status: 400, error: "unauthorized_client" });
  });

  test.each([
    "http://localhost:3000/elsewhere",
    `${CALLBACK}/`,
    `${CALLBACK}?x=1`,
    "http://localhost:3001/callback",
    "http://LOCALHOST:3000/callback",
    "",
  ])("redirect address %j is not registered, so an error page is shown", async (redirectUri) => {
    const error = await errorOf(authorize(running.baseUrl, { redirect_uri: redirectUri }));
    expect(error).toMatchObject({ status: 400, error: "redirect_mismatch" });
  });

  test.each([
    ["a scope the client may not have", { scope: "openid wallet/write" }, "invalid_scope"],
    ["a provider that does not exist", { identity_provider: "Twitter" }, "invalid_request"],
    ["a plain challenge", { code_challenge_method: "plain" }, "invalid_request"],
    ["a challenge that is no hash", { code_challenge: "short" }, "invalid_request"],
  ])("%s comes back to the app as an error", async (_what, overrides, error) => {
    const { callback } = await authorize(running.baseUrl, overrides);
    expect(callback.searchParams.get("error")).toBe(error);
    expect(callback.searchParams.get("state")).toBe("s-1");
    expect(callback.searchParams.has("code")).toBe(false);
    expect(callback.searchParams.has("iss")).toBe(false);
  });

  test("the implicit grant is off", async () => {
    const { callback } = await authorize(running.baseUrl, { response_type: "token" });
    expect(new URLSearchParams(callback.hash.slice(1)).get("error")).toBe("unsupported_response_type");
  });

  test("a provider that another client has is not this client's", async () => {
    const { callback } = await authorize(running.baseUrl, {
      client_id: "strict",
      identity_provider: "Facebook",
    });
    expect(callback.searchParams.get("error")).toBe("invalid_request");
  });
});

describe("at the network", () => {
  test("a cancelled login comes back as access_denied", async () => {
    const { callback } = await authorize(running.baseUrl, {}, { cancel: true });
    expect(Object.fromEntries(callback.searchParams)).toEqual({
      error: "access_denied",
      error_description: "Google Error - access_denied",
      state: "s-1",
    });
    const through = signInAtPool({
      poolUrl: running.baseUrl,
      clientId: "app",
      persona: { cancel: true },
      provider: "Facebook",
      redirectUri: CALLBACK,
    });
    expect((await errorOf(through)).error).toBe("access_denied");
  });

  test("a person of another network is not on the page", async () => {
    const error = await errorOf(authorize(running.baseUrl, {}, "ben"));
    expect(error.message).toContain('does not offer persona "ben"');
  });

  test("a login page asked for by anybody but the pool is refused", async () => {
    const page = `${running.baseUrl}/networks/google/login?client_id=local-google&state=x&redirect_uri=`;
    expect((await fetch(`${page}https://evil.example/`)).status).toBe(400);
    const post = await fetch(`${running.baseUrl}/networks/google/login`, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({
        client_id: "local-google",
        redirect_uri: "https://evil.example/",
        state: "x",
        persona: "ada",
      }),
    });
    expect(post.status).toBe(400);
    expect(post.headers.get("location")).toBeNull();
  });

  test("a return with an unknown state is refused", async () => {
    const response = await fetch(`${running.baseUrl}/oauth2/idpresponse?code=c&state=made-up`, {
      redirect: "manual",
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("expired");
  });

  test("a name without a letter is asked for again", async () => {
    const error = await errorOf(authorize(running.baseUrl, {}, { name: " - " }));
    expect(error.status).toBe(400);
  });
});

describe("for a code", () => {
  test("an unknown client, a wrong verifier, no verifier and another redirect get nothing", async () => {
    const authorized = await authorize(running.baseUrl);
    expect(await exchange(running.baseUrl, authorized, { client_id: "nobody" })).toEqual({
      status: 400,
      body: { error: "invalid_client" },
    });
    const wrong = { code_verifier: "w".repeat(43) };
    expect(await exchange(running.baseUrl, authorized, wrong)).toEqual(invalidGrant);
    const { code_verifier: _none, ...without } = {
      grant_type: "authorization_code",
      client_id: "app",
      code: authorized.code,
      redirect_uri: CALLBACK,
      code_verifier: "",
    };
    expect(await postForm(`${running.baseUrl}/oauth2/token`, without)).toEqual(invalidGrant);
    const elsewhere = { redirect_uri: "http://localhost:3000/other" };
    expect(await exchange(running.baseUrl, authorized, elsewhere)).toEqual(invalidGrant);
    expect(await exchange(running.baseUrl, authorized, { client_id: "still" })).toEqual(invalidGrant);
    // None of the refusals spent the code.
    expect((await exchange(running.baseUrl, authorized)).status).toBe(200);
  });

  test("a code works once, also when twenty ask at the same time", async () => {
    const authorized = await authorize(running.baseUrl);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => exchange(running.baseUrl, authorized)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status !== 200)).toEqual(Array(19).fill(invalidGrant));
    expect(await exchange(running.baseUrl, authorized)).toEqual(invalidGrant);
  });

  test("a code lives five minutes of the pool's clock", async () => {
    const [early, late] = [await authorize(running.baseUrl), await authorize(running.baseUrl)];
    clock.advance(298);
    expect((await exchange(running.baseUrl, early)).status).toBe(200);
    clock.advance(2);
    expect(await exchange(running.baseUrl, late)).toEqual(invalidGrant);
  });

  test.each([
    [{}, "invalid_request"],
    [{ grant_type: "password", client_id: "app" }, "unsupported_grant_type"],
    [{ grant_type: "authorization_code", client_id: "app" }, "invalid_request"],
    [
      { grant_type: "authorization_code", client_id: "app", code: "made-up", redirect_uri: CALLBACK },
      "invalid_grant",
    ],
    [{ grant_type: "refresh_token", client_id: "app", refresh_token: "made-up" }, "invalid_grant"],
  ])("%j is answered with %s and nothing else", async (fields, error) => {
    expect(await postForm(`${running.baseUrl}/oauth2/token`, fields)).toEqual({
      status: 400,
      body: { error },
    });
  });

  test("the reasons are told to whoever runs the pool", async () => {
    await refresh(running.baseUrl, "made-up");
    expect(running.notices.at(-1)).toContain("refresh token not found");
    expect(running.notices.filter((line) => line.startsWith("error"))).toEqual([]);
  });
});
