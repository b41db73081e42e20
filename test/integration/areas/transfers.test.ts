/** Transfers through the real handlers over the embedded engine: one effect and one answer, whatever happens. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeAccount } from "../../../shared/accounts/change-account.ts";
import { money } from "../../../shared/money/money.ts";
import { DAY } from "../../../shared/platform/clock.ts";
import { type AccountId, derivedId } from "../../../shared/platform/ids.ts";
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
    const body = { payee: { handle: await handleOf(world, bob) }, amount: usd(5) };
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
    expect(await entriesOf(world, bob)).toHaveLength(1);
  });

  it("answers 422 to a payment to oneself, by id and by handle", async () => {
    for (const payee of [{ id: ada }, { handle: await handleOf(world, ada) }]) {
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
    transfers = transfersArea(world);
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
      { payee: { handle: await handleOf(world, bob) }, amount: usd(10) },
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
    const ops = freezesArea(world);
    await ops.call("freezeAccount", { as: "olivia!", params: { id: ada }, body: { reason: "ops" } });
    for (const area of [transfers, transfersArea(world, { cold: true })]) {
      expect(await area.call("createTransfer", request)).toMatchObject({ status: 201, body: first.body });
      const fresh = await area.call("createTransfer", { as: "ada", body: pay(bob, 60) });
      expect(fresh).toMatchObject({ status: 403, body: { code: "account-frozen" } });
    }
  });

  it("is answered after the terms were withdrawn", async () => {
    const request = { as: "ada", body: pay(bob, 60), key: "withdrawn" };
    const first = await transfers.call("createTransfer", request);
    await changeAccount(world, ada, (account) => ({ ...account, consents: {} }));
    const cold = transfersArea(world, { cold: true });
    expect(await cold.call("createTransfer", request)).toMatchObject({ status: 201, body: first.body });
    const other = await cold.call("createTransfer", { ...request, key: "withdrawn-2" });
    expect(other).toMatchObject({ status: 403, body: { code: "consent-required" } });
  });

  it("is answered when the payee's handle is nobody's, somebody else's, or the payer's own by then", async () => {
    const handle = await handleOf(world, bob);
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
    const [entry] = await entriesOf(world, ada);
    expect(entry?.transferId).toMatch(/^trf_/);
    const shown = await transfers.call("getTransfer", { as: "ada", params: { id: entry?.transferId ?? "" } });
    expect(shown.status).toBe(404);
  });
});
