/** From a bearer token to a caller, over the embedded engine. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeAccess } from "../../../../shared/accounts/change-access.ts";
import { createCallerResolver } from "../../../../shared/accounts/resolve-caller.ts";
import type { TokenVerifier } from "../../../../shared/http/tokens.ts";
import { revoke } from "../../../../shared/ledger/access.ts";
import { MINUTE } from "../../../../shared/platform/clock.ts";
import { err } from "../../../../shared/result.ts";
import { createWorld, type World } from "../../../builders/world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const onAccount = { auth: "user" } as const;
const onLedger = { auth: "user", sessionCheck: "ledger" } as const;
const onOps = { auth: "ops" } as const;
const resolve = (bearer: string | undefined, route: Parameters<World["resolveCaller"]>[1] = onAccount) =>
  world.resolveCaller(bearer, route, "correlation");
const unauthenticated = { ok: false, error: { problem: "unauthenticated" } };

const revokePhone = async () => {
  const id = await world.accounts.idBySubject("sub-ada");
  if (id === undefined) throw new Error("ada has no account");
  const now = world.clock.now();
  await changeAccess(world, id, {
    change: (access) => revoke(access, "ada-phone", now / 1000 + 900, now),
    memo: "session-revoked",
  });
};

describe("resolving a caller", () => {
  it("makes the account with the first call, and finds it with the next", async () => {
    const [first, second] = [await resolve("ada"), await resolve("ada")];
    expect(first).toMatchObject({ ok: true, value: { consented: false, isOps: false } });
    expect(first.ok && second.ok && first.value.accountId === second.value.accountId).toBe(true);
    expect(world.newEvents().map(({ type }) => type)).toEqual(["account.created"]);
  });

  it("makes one account for twenty first calls at once", async () => {
    const callers = await Promise.all(Array.from({ length: 20 }, () => resolve("ada")));
    const ids = new Set(callers.map((caller) => caller.ok && caller.value.accountId));
    expect(ids.size).toBe(1);
    expect([...ids]).not.toContain(false);
  });

  it("refuses no token, and a token that is none", async () => {
    expect(await resolve(undefined)).toMatchObject(unauthenticated);
    expect(await resolve("forged")).toMatchObject(unauthenticated);
  });

  it("asks to come back while the pool's keys cannot be had", async () => {
    const tokens: TokenVerifier = {
      ...world.tokens,
      access: async () => err({ code: "keys-unavailable", reason: "FetchError" }),
    };
    const waiting = createCallerResolver({ ...world, tokens });
    expect(await waiting("ada", onAccount, "c")).toMatchObject({
      ok: false,
      error: { problem: "temporarily-unavailable", retryAfterSeconds: 2 },
    });
  });

  it("refuses a revoked session at once, and no other of the same person", async () => {
    await resolve("ada");
    await revokePhone();
    expect(await resolve("ada")).toMatchObject(unauthenticated);
    expect((await resolve("ada.tablet")).ok).toBe(true);
  });

  it("lets members of ops and nobody else on the routes of ops", async () => {
    expect(await resolve("ada", onOps)).toMatchObject({ ok: false, error: { problem: "not-permitted" } });
    expect(await resolve("olivia~", onOps)).toMatchObject({ ok: true, value: { isOps: true } });
  });

  it("reads nothing for a person seen lately where the ledger checks the session, for five minutes", async () => {
    await world.person("ada");
    await resolve("ada", onLedger);
    const reads = (): number => world.meter.total().readUnits;
    let before = reads();
    expect(await resolve("ada", onLedger)).toMatchObject({ ok: true, value: { consented: true } });
    expect(reads()).toBe(before);
    world.clock.advance(5 * MINUTE);
    before = reads();
    await resolve("ada", onLedger);
    expect(reads()).toBeGreaterThan(before);
  });

  it("always reads the account of a person who has not consented", async () => {
    await world.person("ada", { consented: false });
    await resolve("ada", onLedger);
    const before = world.meter.total().readUnits;
    expect(await resolve("ada", onLedger)).toMatchObject({ ok: true, value: { consented: false } });
    expect(world.meter.total().readUnits).toBeGreaterThan(before);
  });
});
