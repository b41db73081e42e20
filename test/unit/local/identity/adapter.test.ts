/** The library's storage by the pool's clock, which runs years away from the machine's. */

import { beforeEach, expect, test } from "vitest";
import {
  createAdapterFactory,
  isRevoked,
  refreshTokenOrigin,
  revokeGrant,
} from "../../../../local/identity/adapter.ts";
import { createMemoryIdentityStore, type LiveStore, liveStore } from "../../../../local/identity/store.ts";

let nowMs: number;
let store: LiveStore;
let adapterOf: ReturnType<typeof createAdapterFactory>;

beforeEach(() => {
  nowMs = Date.UTC(2040, 0, 1);
  store = liveStore(createMemoryIdentityStore(), () => nowMs);
  adapterOf = createAdapterFactory({
    store,
    now: () => nowMs,
    rotationGraceSeconds: (clientId) => (clientId === "graceful" ? 30 : 0),
    revocationSeconds: 3600,
  });
});

const machineSeconds = () => Math.floor(Date.now() / 1000);

test("moments are the library's outside and the pool's inside", async () => {
  const iat = machineSeconds();
  const code = adapterOf("AuthorizationCode");
  await code.upsert("c1", { iat, exp: iat + 300, authTime: iat, clientId: "x", grantId: "g" }, 300);
  expect(Math.abs(Number(store.get("oidc:AuthorizationCode:c1")?.iat) - nowMs / 1000)).toBeLessThanOrEqual(1);
  // A hundred seconds pass for the pool, none for the machine: what is left must be two hundred.
  nowMs += 100_000;
  const found = await code.find("c1");
  expect(Math.abs(Number(found?.exp) - (machineSeconds() + 200))).toBeLessThanOrEqual(2);
  expect(Number(found?.exp) - Number(found?.iat)).toBe(300);
  nowMs += 200_000;
  expect(await code.find("c1")).toBeUndefined();
});

test("a code is consumed once", async () => {
  const code = adapterOf("AuthorizationCode");
  await code.upsert("c1", { exp: machineSeconds() + 300, clientId: "x", grantId: "g" }, 300);
  await code.consume("c1");
  expect(await code.find("c1")).toMatchObject({ consumed: true });
  await expect(code.consume("c1")).rejects.toMatchObject({ error: "invalid_grant" });
  await expect(code.consume("gone")).rejects.toMatchObject({ error: "invalid_grant" });
});

test("a consumed refresh token is good through its client's grace, counted from the first use", async () => {
  const refresh = adapterOf("RefreshToken");
  const exp = machineSeconds() + 86_400;
  await refresh.upsert("r1", { exp, clientId: "graceful", grantId: "g" }, 86_400);
  await refresh.upsert("r2", { exp, clientId: "strict", grantId: "g" }, 86_400);
  await refresh.consume("r1");
  await refresh.consume("r2");
  expect(await refresh.find("r2")).toBeUndefined();
  nowMs += 29_000;
  expect(await refresh.find("r1")).not.toHaveProperty("consumed");
  await refresh.consume("r1");
  nowMs += 1000;
  expect(await refresh.find("r1")).toBeUndefined();
  expect(refreshTokenOrigin(store, "r1")).toEqual({ grantId: "g", clientId: "graceful" });
});

test("ending a sign-in hides its tokens and no others", async () => {
  const refresh = adapterOf("RefreshToken");
  const exp = machineSeconds() + 86_400;
  await refresh.upsert("mine", { exp, clientId: "x", grantId: "g1" }, 86_400);
  await refresh.upsert("other", { exp, clientId: "x", grantId: "g2" }, 86_400);
  await refresh.revokeByGrantId("g1");
  expect(await refresh.find("mine")).toBeUndefined();
  expect(await refresh.find("other")).toMatchObject({ grantId: "g2" });
  revokeGrant(store, "g2", 3600);
  expect(isRevoked(store, "g2")).toBe(true);
  expect(await refresh.find("other")).toBeUndefined();
});

test("a session is found by its second name until it is destroyed", async () => {
  const session = adapterOf("Session");
  await session.upsert("s1", { uid: "u1", exp: machineSeconds() + 3600, accountId: "ada" }, 3600);
  expect(await session.findByUid("u1")).toMatchObject({ accountId: "ada" });
  await session.destroy("s1");
  expect(await session.findByUid("u1")).toBeUndefined();
  expect(await session.findByUserCode("none")).toBeUndefined();
});

test("access tokens carry everything themselves and are not stored", async () => {
  const access = adapterOf("AccessToken");
  await access.upsert("a1", { exp: machineSeconds() + 60, grantId: "g" }, 60);
  expect(await access.find("a1")).toBeUndefined();
});
