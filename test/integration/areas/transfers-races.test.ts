/** Transfers when things happen at once or go wrong: races, freezes, revoked sessions, a table in trouble. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeAccess } from "../../../shared/accounts/change-access.ts";
import { revoke } from "../../../shared/ledger/access.ts";
import { userAccount } from "../../../shared/ledger/account.ts";
import { verifyChain } from "../../../shared/ledger/verify.ts";
import { HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import { entriesOf, freezesArea, handleOf, pay, transfersArea } from "../../builders/transfers.ts";
import { createWorld, usd, type World } from "../../builders/world.ts";

let world: World;
let ada: AccountId;
let bob: AccountId;
let transfers: ReturnType<typeof transfersArea>;

beforeEach(async () => {
  world = await createWorld();
  ada = await world.person("ada", { funds: usd(10_000) });
  bob = await world.person("bob", { funds: usd(100) });
  transfers = transfersArea(world);
});
afterEach(() => world.close());

describe("races", () => {
  it("has one effect and one answer for fifty equal requests at once", async () => {
    const request = { as: "ada", body: pay(bob, 100), key: "fifty" };
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => transfers.call("createTransfer", request)),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(replies.filter(({ headers }) => headers["idempotent-replayed"] !== "true")).toHaveLength(1);
    expect(await world.balance(ada)).toBe(9900);
    expect(await world.balance(bob)).toBe(200);
    expect(world.newEvents().filter(({ type }) => type === "transfer.completed")).toHaveLength(1);
  });

  it("spends no money twice when many payments race for it", async () => {
    const carol = await world.person("carol", { funds: usd(500) });
    const replies = await Promise.all(
      Array.from({ length: 10 }, () =>
        transfers.call("createTransfer", { as: "carol", body: pay(bob, 100) }),
      ),
    );
    const paid = replies.filter(({ status }) => status === 201).length;
    expect(replies.every(({ status }) => [201, 409, 503].includes(status))).toBe(true);
    expect(paid).toBe(5);
    expect(await world.balance(carol)).toBe(500 - 100 * paid);
    expect(
      verifyChain({ account: userAccount(carol), currency: "USD" }, await entriesOf(world, carol)),
    ).toEqual([]);
  });

  it("pays both ways at once without a lost or made cent", async () => {
    await Promise.all([
      ...Array.from({ length: 6 }, () => transfers.call("createTransfer", { as: "ada", body: pay(bob, 7) })),
      ...Array.from({ length: 6 }, () => transfers.call("createTransfer", { as: "bob", body: pay(ada, 3) })),
    ]);
    expect((await world.balance(ada)) + (await world.balance(bob))).toBe(10_100);
  });

  it("lets nothing leave after a freeze, however it races with payments", async () => {
    await world.person("olivia");
    const ops = freezesArea(world);
    await transfers.call("createTransfer", { as: "ada", body: pay(bob, 1) });
    const freezing = ops.call("freezeAccount", {
      as: "olivia!",
      params: { id: ada },
      body: { reason: "ops" },
    });
    const replies = await Promise.all([
      ...Array.from({ length: 10 }, () =>
        transfers.call("createTransfer", { as: "ada", body: pay(bob, 10) }),
      ),
    ]);
    expect((await freezing).body).toEqual({ accountId: ada, frozenFor: ["ops"] });
    const late = await transfers.call("createTransfer", { as: "ada", body: pay(bob, 10) });
    expect(late).toMatchObject({ status: 403, body: { code: "account-frozen" } });

    const entries = await entriesOf(world, ada);
    const frozenFrom = entries.findIndex(({ state }) => state.access.frozenFor.length > 0);
    expect(entries[frozenFrom]).toMatchObject({ kind: "access", memo: "freeze:ops" });
    expect(entries.slice(frozenFrom).every(({ amount }) => amount.available >= 0)).toBe(true);
    const paid = replies.filter(({ status }) => status === 201).length;
    expect(await world.balance(ada)).toBe(9999 - 10 * paid);
    expect(replies.every(({ status }) => [201, 403, 503].includes(status))).toBe(true);
  });
});

describe("a revoked session", () => {
  const revokeSession = (session: string) =>
    changeAccess(world, ada, {
      change: (access) =>
        revoke(access, session, Math.floor((world.clock.now() + HOUR) / 1000), world.clock.now()),
      memo: "revoke",
    });

  it("is refused with 401 by the ledger itself, without reading the account; another session pays on", async () => {
    await transfers.call("createTransfer", { as: "ada", body: pay(bob, 1) });
    expect((await revokeSession("ada-phone")).ok).toBe(true);
    const before = world.meter.total().requests;
    const refused = await transfers.call("createTransfer", { as: "ada", body: pay(bob, 1) });
    expect(refused).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
    // The two heads; no account.
    expect(world.meter.total().requests - before).toBe(2);
    const tablet = await transfers.call("createTransfer", { as: "ada:tablet", body: pay(bob, 1) });
    expect(tablet.status).toBe(201);
    expect(await world.balance(ada)).toBe(9998);
  });

  it("is not told the answer that it was given before", async () => {
    const request = { as: "ada", body: pay(bob, 1), key: "before" };
    expect((await transfers.call("createTransfer", request)).status).toBe(201);
    await revokeSession("ada-phone");
    const handles = ["nobody_here", await handleOf(world, ada)].map((handle) => ({
      payee: { handle },
      amount: usd(1),
    }));
    for (const body of [request.body, ...handles]) {
      const refused = await transfers.call("createTransfer", { ...request, body });
      expect(refused).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
    }
    const tablet = await transfers.call("createTransfer", { ...request, as: "ada:tablet" });
    expect(tablet.headers["idempotent-replayed"]).toBe("true");
  });

  it("is refused where the account is read: on other routes and in a cold function", async () => {
    const { body } = await transfers.call("createTransfer", { as: "ada", body: pay(bob, 1) });
    await revokeSession("ada-phone");
    const shown = await transfers.call("getTransfer", { as: "ada", params: { id: body.id } });
    expect(shown).toMatchObject({ status: 401 });
    world.clock.advance(6 * MINUTE);
    expect((await transfers.call("createTransfer", { as: "ada", body: pay(bob, 1) })).status).toBe(401);
  });
});

describe("a table in trouble", () => {
  it("answers 503 with Retry-After when it is too busy, and pays at the next try", async () => {
    const request = { as: "ada", body: pay(bob, 10), key: "busy" };
    world.disturb(({ operation }) => (operation === "TransactWriteItems" ? { fail: "throttle" } : undefined));
    const refused = await transfers.call("createTransfer", request);
    expect(refused).toMatchObject({ status: 503, body: { code: "temporarily-unavailable" } });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    world.disturb();
    const paid = await transfers.call("createTransfer", request);
    expect(paid.status).toBe(201);
    expect(paid.headers["idempotent-replayed"]).toBeUndefined();
  });

  it("answers 503 when a read is throttled", async () => {
    world.disturb(() => ({ fail: "throttle" }));
    const refused = await transfers.call("createTransfer", { as: "ada", body: pay(bob, 10) });
    expect(refused.status).toBe(503);
  });

  it("gets over conflicts with other transactions", async () => {
    let conflicts = 3;
    world.disturb(({ operation }) => {
      if (operation !== "TransactWriteItems" || conflicts === 0) return undefined;
      conflicts -= 1;
      return { fail: "conflict" };
    });
    const paid = await transfers.call("createTransfer", { as: "ada", body: pay(bob, 10) });
    expect(paid.status).toBe(201);
    expect(conflicts).toBe(0);
    expect(await world.balance(ada)).toBe(9990);
  });

  it.each(["drop-reply", "timeout", "duplicate"] as const)(
    "has one effect when the table's answer is lost (%s)",
    async (afterCommit) => {
      const request = { as: "ada", body: pay(bob, 10), key: "lost" };
      world.disturb(({ operation }) => (operation === "TransactWriteItems" ? { afterCommit } : undefined));
      const first = await transfers.call("createTransfer", request);
      expect(first.status).toBe(afterCommit === "duplicate" ? 201 : 503);
      world.disturb();
      const again = await transfers.call("createTransfer", request);
      expect(again.status).toBe(201);
      expect(again.headers["idempotent-replayed"]).toBe("true");
      expect(await world.balance(ada)).toBe(9990);
    },
  );
});
