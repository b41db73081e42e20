/** Transfers through the real handlers over the embedded engine: one effect and one answer, whatever happens. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { opsRoutes } from "../../../functions/ops/contract.ts";
import { freezeAccount, unfreezeAccount } from "../../../functions/ops/freeze-account.ts";
import { transfersRoutes } from "../../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../../functions/transfers/handlers.ts";
import { changeAccess } from "../../../shared/accounts/change-access.ts";
import { changeAccount } from "../../../shared/accounts/change-account.ts";
import { createCampaigns } from "../../../shared/campaigns/store.ts";
import { revoke } from "../../../shared/ledger/access.ts";
import { userAccount } from "../../../shared/ledger/account.ts";
import { fromEntryItem } from "../../../shared/ledger/codec.ts";
import { verifyChain } from "../../../shared/ledger/verify.ts";
import { money } from "../../../shared/money/money.ts";
import { DAY, HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import { type AccountId, derivedId } from "../../../shared/platform/ids.ts";
import { chainPartition } from "../../../shared/table/keys.ts";
import { queryAll } from "../../../shared/table/table.ts";
import { createWorld, usd, type World } from "../../builders/world.ts";

let world: World;
let ada: AccountId;
let bob: AccountId;
let transfers: ReturnType<typeof areaOf>;

const areaOf = (of: World, options?: { readonly cold: boolean }) =>
  of.area(transfersRoutes, transfersHandlers(of), options);

const { freezeAccount: freezeRoute, unfreezeAccount: unfreezeRoute } = opsRoutes;
const opsArea = (of: World) => {
  const deps = { ...of, campaigns: createCampaigns(of), currencies: ["USD"] as const };
  return of.area(
    { freezeAccount: freezeRoute, unfreezeAccount: unfreezeRoute },
    { freezeAccount: freezeAccount(deps), unfreezeAccount: unfreezeAccount(deps) },
  );
};

beforeEach(async () => {
  world = await createWorld();
  ada = await world.person("ada", { funds: usd(10_000) });
  bob = await world.person("bob", { funds: usd(100) });
  transfers = areaOf(world);
});
afterEach(() => world.close());

const pay = (payee: AccountId, value: number) => ({ payee: { id: payee }, amount: usd(value) });

const entriesOf = async (id: AccountId) => {
  const account = userAccount(id);
  const items = await queryAll(world.table, { partition: chainPartition(account, "USD"), consistent: true });
  return items.map(fromEntryItem);
};

const handleOf = async (id: AccountId): Promise<string> => (await world.accounts.get(id))?.handle ?? "";

const rename = async (id: AccountId, handle: string): Promise<void> => {
  const changed = await changeAccount(world, id, (account) => ({ ...account, handle }));
  expect(changed.ok).toBe(true);
};

describe("paying a person", () => {
  it("moves the money, answers 201 with the transfer, and announces it once", async () => {
    world.newEvents();
    const reply = await transfers.call("createTransfer", {
      as: "ada",
      body: { ...pay(bob, 1250), note: "  Pizza \u{1f355}\nand wine ", audience: "friends" },
      headers: { "x-correlation-id": "correlation-1" },
    });
    expect(reply.status).toBe(201);
    expect(reply.headers["idempotent-replayed"]).toBeUndefined();
    expect(reply.body).toEqual({
      id: expect.stringMatching(/^trf_[0-9A-Z]{26}$/),
      payer: ada,
      payee: bob,
      amount: usd(1250),
      note: "Pizza \u{1f355}\nand wine",
      audience: "friends",
      createdAt: "2026-11-22T12:00:00.000Z",
    });
    expect(await world.balance(ada)).toBe(8750);
    expect(await world.balance(bob)).toBe(1350);
    expect(world.newEvents()).toEqual([
      {
        id: derivedId("event", reply.body.id, "transfer.completed"),
        type: "transfer.completed",
        at: world.clock.now(),
        correlationId: "correlation-1",
        data: {
          transferId: reply.body.id,
          payer: ada,
          payee: bob,
          amount: usd(1250),
          note: "Pizza \u{1f355}\nand wine",
          audience: "friends",
        },
      },
    ]);
  });

  it("finds the payee by handle", async () => {
    const body = { payee: { handle: await handleOf(bob) }, amount: usd(5) };
    const reply = await transfers.call("createTransfer", { as: "ada", body });
    expect(reply).toMatchObject({ status: 201, body: { payee: bob, audience: "participants" } });
    expect(await world.balance(bob)).toBe(105);
  });

  it("opens the payee's first chain in a currency", async () => {
    const carol = await world.person("carol");
    await transfers.call("createTransfer", { as: "ada", body: pay(carol, 7) });
    expect(await world.balance(carol)).toBe(7);
    expect((await world.accounts.get(carol))?.currencies).toEqual(["USD"]);
  });

  it("costs 6 write units and 2 read units by id in a warm function: two reads and one write", async () => {
    await transfers.call("createTransfer", { as: "ada", body: pay(bob, 1) });
    const before = world.meter.total();
    const reply = await transfers.call("createTransfer", {
      as: "ada",
      body: { ...pay(bob, 2), note: "lunch" },
    });
    expect(reply.status).toBe(201);
    const after = world.meter.total();
    expect({
      writeUnits: after.writeUnits - before.writeUnits,
      readUnits: after.readUnits - before.readUnits,
      requests: after.requests - before.requests,
    }).toEqual({ writeUnits: 6, readUnits: 2, requests: 3 });
  });
});

describe("refusals", () => {
  const nobody = derivedId("account", "nobody");

  it.each([
    ["an id of nobody", { id: nobody }],
    ["a handle of nobody", { handle: "nobody_here" }],
  ])("answers 404 to %s", async (_, payee) => {
    const reply = await transfers.call("createTransfer", { as: "ada", body: { payee, amount: usd(1) } });
    expect(reply).toMatchObject({ status: 404, body: { code: "payee-not-found" } });
    expect(await world.balance(ada)).toBe(10_000);
  });

  it("answers 409 to more than there is, without saying how much that is", async () => {
    const reply = await transfers.call("createTransfer", { as: "bob", body: pay(ada, 101) });
    expect(reply).toMatchObject({ status: 409, body: { code: "insufficient-funds" } });
    expect(JSON.stringify(reply.body)).not.toContain("100");
    expect(await entriesOf(bob)).toHaveLength(1);
  });

  it("answers 422 to a payment to oneself, by id and by handle", async () => {
    for (const payee of [{ id: ada }, { handle: await handleOf(ada) }]) {
      const reply = await transfers.call("createTransfer", { as: "ada", body: { payee, amount: usd(1) } });
      expect(reply).toMatchObject({ status: 422, body: { code: "self-payment" } });
    }
  });

  it("answers 403 before the terms are accepted, and pays after", async () => {
    const dora = await world.person("dora", { consented: false, funds: usd(50) });
    const body = pay(bob, 10);
    const refused = await transfers.call("createTransfer", { as: "dora", body, key: "dora-1" });
    expect(refused).toMatchObject({ status: 403, body: { code: "consent-required" } });
    const terms = { version: 1, granted: true, at: world.clock.now() };
    await changeAccount(world, dora, (account) => ({ ...account, consents: { terms } }));
    const paid = await transfers.call("createTransfer", { as: "dora", body, key: "dora-1" });
    expect(paid.status).toBe(201);
    expect(await world.balance(dora)).toBe(40);
  });

  it("answers 422 to a currency without limits, whatever is in the wallet", async () => {
    await world.fund(ada, money(500, "JPY"));
    const body = { payee: { id: bob }, amount: { value: 5, currency: "JPY" } };
    const reply = await transfers.call("createTransfer", { as: "ada", body });
    expect(reply).toMatchObject({ status: 422, body: { code: "currency-not-supported" } });
  });

  it("answers 422 at the day's limit with what is left, and lets the next day begin anew", async () => {
    world.close();
    world = await createWorld({ limits: { USD: { perTransfer: 500, perDay: 800, perMonth: 1000 } } });
    transfers = areaOf(world);
    await world.person("ada", { funds: usd(10_000) });
    const to = await world.person("bob");
    const spend = (value: number) => transfers.call("createTransfer", { as: "ada", body: pay(to, value) });
    expect((await spend(501)).body).toMatchObject({
      code: "limit-exceeded",
      limit: "transfer",
      remaining: 500,
    });
    expect((await spend(500)).status).toBe(201);
    expect((await spend(301)).body).toMatchObject({ code: "limit-exceeded", limit: "day", remaining: 300 });
    world.clock.advance(DAY);
    expect((await spend(500)).status).toBe(201);
    expect((await spend(1)).body).toMatchObject({ code: "limit-exceeded", limit: "month", remaining: 0 });
    world.clock.advance(31 * DAY);
    expect((await spend(500)).status).toBe(201);
  });
});

describe("the same request again", () => {
  it("answers as the first time and moves nothing", async () => {
    const request = { as: "ada", body: pay(bob, 1000), key: "once" };
    const first = await transfers.call("createTransfer", request);
    world.clock.advance(400 * DAY);
    const again = await transfers.call("createTransfer", request);
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers["idempotent-replayed"]).toBe("true");
    expect(await world.balance(ada)).toBe(9000);
  });

  it("is the same when its members come in another order and its defaults are spelled out", async () => {
    const first = await transfers.call("createTransfer", { as: "ada", body: pay(bob, 3), key: "order" });
    const rawBody = `{"audience":"participants","amount":{"currency":"USD","value":3.0},"payee":{"id":"${bob}"}}`;
    const again = await transfers.call("createTransfer", { as: "ada", rawBody, key: "order" });
    expect(again).toMatchObject({ status: 201, body: first.body });
  });

  it("answers 422 under the same key with another body, even to one that could not be paid", async () => {
    const key = "one-key";
    await transfers.call("createTransfer", { as: "ada", body: pay(bob, 10), key });
    const others = [
      pay(bob, 11),
      { ...pay(bob, 10), note: "another" },
      { ...pay(bob, 10), audience: "public" },
      pay(bob, 999_999_999),
      pay(ada, 10),
      pay(derivedId("account", "nobody"), 10),
      { payee: { handle: await handleOf(bob) }, amount: usd(10) },
      { payee: { handle: "nobody_here" }, amount: usd(10) },
    ];
    for (const body of others) {
      const reply = await transfers.call("createTransfer", { as: "ada", body, key });
      expect(reply).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
    }
    expect(await world.balance(ada)).toBe(9990);
  });

  it("keeps the keys of two people apart", async () => {
    const [one, two] = [
      await transfers.call("createTransfer", { as: "ada", body: pay(bob, 10), key: "shared" }),
      await transfers.call("createTransfer", { as: "bob", body: pay(ada, 10), key: "shared" }),
    ];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(one.body.id).not.toBe(two.body.id);
  });

  it("is answered after the money is gone", async () => {
    const request = { as: "ada", body: pay(bob, 6000), key: "spent" };
    const first = await transfers.call("createTransfer", request);
    await transfers.call("createTransfer", { as: "ada", body: pay(bob, 4000) });
    expect(await world.balance(ada)).toBe(0);
    expect(await transfers.call("createTransfer", request)).toMatchObject({ status: 201, body: first.body });
  });

  it("is answered after a freeze, in a function that is cold too", async () => {
    await world.person("olivia");
    const request = { as: "ada", body: pay(bob, 60), key: "frozen" };
    const first = await transfers.call("createTransfer", request);
    const ops = opsArea(world);
    await ops.call("freezeAccount", { as: "olivia!", params: { id: ada }, body: { reason: "ops" } });
    for (const area of [transfers, areaOf(world, { cold: true })]) {
      expect(await area.call("createTransfer", request)).toMatchObject({ status: 201, body: first.body });
      const fresh = await area.call("createTransfer", { as: "ada", body: pay(bob, 60) });
      expect(fresh).toMatchObject({ status: 403, body: { code: "account-frozen" } });
    }
  });

  it("is answered after the terms were withdrawn", async () => {
    const request = { as: "ada", body: pay(bob, 60), key: "withdrawn" };
    const first = await transfers.call("createTransfer", request);
    await changeAccount(world, ada, (account) => ({ ...account, consents: {} }));
    const cold = areaOf(world, { cold: true });
    expect(await cold.call("createTransfer", request)).toMatchObject({ status: 201, body: first.body });
    const other = await cold.call("createTransfer", { ...request, key: "withdrawn-2" });
    expect(other).toMatchObject({ status: 403, body: { code: "consent-required" } });
  });

  it("is answered when the payee's handle is nobody's, somebody else's, or the payer's own by then", async () => {
    const handle = await handleOf(bob);
    const request = { as: "ada", body: { payee: { handle }, amount: usd(60) }, key: "by-handle" };
    const first = await transfers.call("createTransfer", request);
    expect(first.status).toBe(201);
    const replayed = { status: 201, body: first.body, headers: { "idempotent-replayed": "true" } };

    await rename(bob, "bobby_tables");
    expect(await transfers.call("createTransfer", request)).toMatchObject(replayed);
    const carol = await world.person("carol");
    await rename(carol, handle);
    expect(await transfers.call("createTransfer", request)).toMatchObject(replayed);
    await rename(carol, "carol_again");
    await rename(ada, handle);
    expect(await transfers.call("createTransfer", request)).toMatchObject(replayed);

    expect(await world.balance(ada)).toBe(9940);
    expect(await world.balance(carol)).toBe(0);
  });
});

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
    expect(paid).toBeLessThanOrEqual(5);
    expect(await world.balance(carol)).toBe(500 - 100 * paid);
    expect(verifyChain({ account: userAccount(carol), currency: "USD" }, await entriesOf(carol))).toEqual([]);
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
    const ops = opsArea(world);
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

    const entries = await entriesOf(ada);
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
    const handles = ["nobody_here", await handleOf(ada)].map((handle) => ({
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

describe("looking at a transfer", () => {
  it("shows it to both parties and to nobody else", async () => {
    await world.person("eve");
    const { body } = await transfers.call("createTransfer", { as: "ada", body: pay(bob, 42) });
    for (const as of ["ada", "bob"]) {
      const shown = await transfers.call("getTransfer", { as, params: { id: body.id } });
      expect(shown).toMatchObject({ status: 200, body });
    }
    const stranger = await transfers.call("getTransfer", { as: "eve", params: { id: body.id } });
    const none = await transfers.call("getTransfer", {
      as: "eve",
      params: { id: derivedId("transfer", "none") },
    });
    expect(stranger).toMatchObject({ status: 404, body: { code: "not-found" } });
    // A stranger cannot tell one from the other.
    expect({ ...stranger.body, instance: "" }).toEqual({ ...none.body, instance: "" });
  });

  it("shows no transfer of another kind", async () => {
    const [entry] = await entriesOf(ada);
    expect(entry?.transferId).toMatch(/^trf_/);
    const shown = await transfers.call("getTransfer", { as: "ada", params: { id: entry?.transferId ?? "" } });
    expect(shown.status).toBe(404);
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
