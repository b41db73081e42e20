/** Which tokens are verified, and when again. */
import { beforeEach, describe, expect, it } from "vitest";
import { rememberedTokens } from "../../../../shared/http/remembered-tokens.ts";
import type { AccessToken, TokenVerifier } from "../../../../shared/http/tokens.ts";
import { MINUTE } from "../../../../shared/platform/clock.ts";
import { err, ok } from "../../../../shared/result.ts";
import { handClock } from "../../../builders/world.ts";

const START_SECONDS = 1_760_000_000;

let clock: ReturnType<typeof handClock>;
let verified: string[];
let refused: ReadonlySet<string>;
let livesSeconds: number;
let tokens: TokenVerifier;

const tokenOf = (jwt: string): AccessToken => ({
  subject: `subject of ${jwt}`,
  username: "Google_1",
  groups: [],
  session: "session",
  signedInAt: START_SECONDS,
  issuedAt: START_SECONDS,
  expiresAt: START_SECONDS + livesSeconds,
});

beforeEach(() => {
  clock = handClock(START_SECONDS * 1000);
  verified = [];
  refused = new Set();
  livesSeconds = 900;
  const verifier: TokenVerifier = {
    access: async (jwt) => {
      verified.push(jwt);
      return refused.has(jwt) ? err({ code: "token-refused", reason: "forged" }) : ok(tokenOf(jwt));
    },
    id: async () => err({ code: "token-refused", reason: "not asked here" }),
  };
  tokens = rememberedTokens(verifier, clock);
});

describe("remembered tokens", () => {
  it("verifies a token once a minute, and gives what it says each time", async () => {
    const first = await tokens.access("a");
    clock.advance(MINUTE - 1);
    expect(await tokens.access("a")).toEqual(first);
    expect(first).toEqual(ok(tokenOf("a")));
    expect(verified).toEqual(["a"]);
    clock.advance(1);
    await tokens.access("a");
    expect(verified).toEqual(["a", "a"]);
  });

  it("verifies every other token", async () => {
    await tokens.access("a");
    expect(await tokens.access("b")).toEqual(ok(tokenOf("b")));
    expect(verified).toEqual(["a", "b"]);
  });

  it("does not take a token past its end", async () => {
    livesSeconds = 30;
    await tokens.access("a");
    clock.advance(30_000);
    refused = new Set(["a"]);
    expect(await tokens.access("a")).toMatchObject({ ok: false });
    expect(verified).toEqual(["a", "a"]);
  });

  it("remembers no refusal, so keys that come back are used at once", async () => {
    refused = new Set(["a"]);
    expect(await tokens.access("a")).toMatchObject({ ok: false });
    refused = new Set();
    expect(await tokens.access("a")).toMatchObject({ ok: true });
    expect(verified).toEqual(["a", "a"]);
  });

  it("keeps a thousand and forgets the oldest first", async () => {
    for (let index = 0; index <= 1_000; index += 1) await tokens.access(`token-${index}`);
    verified = [];
    await tokens.access("token-1000");
    await tokens.access("token-1");
    expect(verified).toEqual([]);
    await tokens.access("token-0");
    expect(verified).toEqual(["token-0"]);
  });

  it("hands ID tokens on", async () => {
    expect(await tokens.id("an ID token")).toMatchObject({ ok: false });
  });
});
