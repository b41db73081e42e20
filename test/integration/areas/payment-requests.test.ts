/** Payment requests through the real handlers: asked once, paid once, ended once, and seen by two people only. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { auditTable } from "../../../functions/ops/audit-table.ts";
import { dueKindOf } from "../../../functions/payments/due-kinds.ts";
import { changeAccount } from "../../../shared/accounts/change-account.ts";
import { money } from "../../../shared/money/money.ts";
import { createRelations } from "../../../shared/people/relations.ts";
import { DAY, HOUR } from "../../../shared/platform/clock.ts";
import { type AccountId, isId } from "../../../shared/platform/ids.ts";
import { expireRequest } from "../../../shared/requests/moves.ts";
import { MAX_REQUESTS_A_DAY } from "../../../shared/requests/request.ts";
import { duePartition } from "../../../shared/table/keys.ts";
import { DUE_SHARDS } from "../../../shared/table/schema.ts";
import { ratesArea, someRates, succeeds } from "../../builders/exchange.ts";
import { handleOf, transfersArea } from "../../builders/transfers.ts";
import { type CallOptions, createWorld, usd, type World } from "../../builders/world.ts";

let world: World;
let ada: AccountId;
let bob: AccountId;
let transfers: ReturnType<typeof transfersArea>;

beforeEach(async () => {
  world = await createWorld();
  ada = await world.person("ada");
  bob = await world.person("bob", { funds: usd(10_000) });
  transfers = transfersArea(world);
});
afterEach(() => world.close());

const ask = (body: object = {}, options: CallOptions = {}) =>
  transfers.call("createPaymentRequest", {
    as: "ada",
    body: { from: { id: bob }, amount: usd(800), note: "tickets", ...body },
    ...options,
  });
const asked = async (body: object = {}): Promise<string> => {
  const reply = await ask(body);
  if (reply.status !== 201) throw new Error(`a request was refused: ${JSON.stringify(reply.body)}`);
  return reply.body.id;
};
const move = (
  route: "payPaymentRequest" | "declinePaymentRequest" | "cancelPaymentRequest" | "remindPaymentRequest",
  as: string,
  id: string,
  options: CallOptions = {},
) =>
  transfers.call(route, {
    as,
    params: { id },
    ...(route === "payPaymentRequest" ? { body: {} } : {}),
    ...options,
  });
const see = async (id: string, as = "ada") =>
  (await transfers.call("getPaymentRequest", { as, params: { id } })).body;
const dueRequests = async () => {
  const pages = await Promise.all(
    Array.from({ length: DUE_SHARDS }, (_, shard) =>
      world.table.query({ index: "byDue", partition: duePartition(shard) }),
    ),
  );
  return pages.flatMap(({ items }) => items).map((item) => String(item["pk"]));
};

describe("asking for money", () => {
  it("makes an open request that both sides see, and tells the payer once", async () => {
    world.newEvents();
    const reply = await ask({ expiresInDays: 3 }, { key: "one" });
    expect(reply).toMatchObject({
      status: 201,
      body: {
        requester: ada,
        payer: bob,
        amount: usd(800),
        note: "tickets",
        status: "open",
        reminders: 0,
        expiresAt: new Date(world.clock.now() + 3 * DAY).toISOString(),
      },
    });
    const again = await ask({ expiresInDays: 3 }, { key: "one" });
    expect(again).toMatchObject({
      status: 201,
      body: reply.body,
      headers: { "idempotent-replayed": "true" },
    });
    expect((await ask({ amount: usd(801) }, { key: "one" })).body.code).toBe("idempotency-key-reused");
    expect(world.newEvents()).toMatchObject([
      { type: "request.created", data: { requestId: reply.body.id, requester: ada, payer: bob } },
    ]);
    expect(await see(reply.body.id, "bob")).toEqual(reply.body);
    expect(await world.balance(bob)).toBe(10_000);
  });

  it("is one request when twenty equal ones come at once", async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask({}, { key: "one" })));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    const list = await transfers.call("listPaymentRequests", { as: "bob" });
    expect(list.body.items).toHaveLength(1);
  });

  it("finds the payer by handle", async () => {
    const reply = await ask({ from: { handle: await handleOf(world, bob) } });
    expect(reply).toMatchObject({ status: 201, body: { payer: bob } });
  });

  it("is refused to oneself, to nobody, and across a block either way, as if there were no such person", async () => {
    expect((await ask({ from: { id: ada } })).body.code).toBe("self-payment");
    expect((await ask({ from: { id: `usr_${"0".repeat(26)}` } })).body.code).toBe("payee-not-found");
    expect((await ask({ from: { handle: "nobody_at_all" } })).body.code).toBe("payee-not-found");
    const first = await ask({}, { key: "before" });
    const relations = createRelations(world);
    await relations.move(bob, ada, "block", "req_1");
    expect(await ask()).toMatchObject({ status: 404, body: { code: "payee-not-found" } });
    // The first answer of a key stands.
    expect((await ask({}, { key: "before" })).body).toEqual(first.body);
    await relations.move(bob, ada, "unblock", "req_2");
    await relations.move(ada, bob, "block", "req_3");
    expect(await ask()).toMatchObject({ status: 404, body: { code: "payee-not-found" } });
  });

  it("is refused before the terms are accepted", async () => {
    await world.person("dora", { consented: false });
    expect((await ask({}, { as: "dora" })).body.code).toBe("consent-required");
  });

  it("is possible so many times a day, whatever became of the requests", async () => {
    for (let index = 0; index < MAX_REQUESTS_A_DAY; index += 1) {
      world.clock.advance(1);
      await move("cancelPaymentRequest", "ada", await asked());
    }
    const refused = await ask();
    expect(refused).toMatchObject({ status: 429, body: { code: "too-many-requests" } });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(23 * 3600);
    world.clock.advance(DAY);
    expect((await ask()).status).toBe(201);
  });
});

describe("lists", () => {
  it("show each side its own, newest first, page by page", async () => {
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      world.clock.advance(HOUR);
      made.unshift(await asked({ amount: usd(100 + index) }));
    }
    for (const [as, direction] of [
      ["ada", "outgoing"],
      ["bob", "incoming"],
    ] as const) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const query = { direction, limit: "2", ...(cursor === undefined ? {} : { cursor }) };
        const page = await transfers.call("listPaymentRequests", { as, query });
        seen.push(...page.body.items.map(({ id }: { id: string }) => id));
        cursor = page.body.nextCursor;
      } while (cursor !== undefined);
      expect(seen).toEqual(made);
      const other = direction === "incoming" ? "outgoing" : "incoming";
      const empty = await transfers.call("listPaymentRequests", { as, query: { direction: other } });
      expect(empty.body.items).toEqual([]);
    }
  });

  it("refuse a cursor of another person or direction", async () => {
    await asked();
    await asked({ amount: usd(1) });
    const query = { direction: "incoming", limit: "1" };
    const { nextCursor: cursor } = (await transfers.call("listPaymentRequests", { as: "bob", query })).body;
    for (const call of [
      { as: "ada", query: { ...query, cursor } },
      { as: "bob", query: { direction: "outgoing", cursor } },
      { as: "bob", query: { ...query, cursor: "rubbish" } },
    ])
      expect(await transfers.call("listPaymentRequests", call)).toMatchObject({
        status: 400,
        body: { code: "cursor-invalid" },
      });
  });
});

describe("paying a request", () => {
  it("is a transfer to the requester and the end of the request, at once", async () => {
    const id = await asked();
    world.newEvents();
    const paid = await move("payPaymentRequest", "bob", id, { key: "pay", body: { audience: "friends" } });
    expect(paid).toMatchObject({
      status: 201,
      body: { payer: bob, payee: ada, amount: usd(800), note: "tickets", audience: "friends", requestId: id },
    });
    expect([await world.balance(ada), await world.balance(bob)]).toEqual([800, 9_200]);
    expect(await see(id)).toMatchObject({ status: "paid", transferId: paid.body.id });
    const types = world.newEvents().map(({ type }) => type);
    expect(types.toSorted()).toEqual(["request.paid", "transfer.completed"]);
    expect(await dueRequests()).toEqual([]);
    const again = await move("payPaymentRequest", "bob", id, { key: "pay", body: { audience: "friends" } });
    expect(again).toMatchObject({ status: 201, body: paid.body, headers: { "idempotent-replayed": "true" } });
    const other = await move("payPaymentRequest", "bob", id, { key: "pay", body: { note: "x" } });
    expect(other.body.code).toBe("idempotency-key-reused");
    world.clock.advance(DAY);
    const report = await auditTable(world.table, { cutoff: world.clock.now(), now: world.clock.now() });
    expect(report).toMatchObject({ clean: true });
  });

  it("happens once, whatever keys are used and however many at once", async () => {
    const id = await asked();
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        move("payPaymentRequest", "bob", id, { key: `key-${index % 6}` }),
      ),
    );
    expect([await world.balance(ada), await world.balance(bob)]).toEqual([800, 9_200]);
    const paid = replies.filter(({ status }) => status === 201);
    expect(paid).toHaveLength(2);
    expect(new Set(paid.map(({ body }) => body.id)).size).toBe(1);
    for (const { status, body } of replies.filter((reply) => reply.status !== 201))
      expect([status, body.code]).toEqual([409, "conflict"]);
  });

  it("and declining and cancelling at once have one outcome", async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await asked({ amount: usd(10) });
      const before = await world.balance(bob);
      const replies = await Promise.all([
        move("declinePaymentRequest", "bob", id),
        move("payPaymentRequest", "bob", id),
        move("cancelPaymentRequest", "ada", id),
      ]);
      expect(replies.filter(({ status }) => status < 300)).toHaveLength(1);
      const { status } = await see(id);
      expect(before - (await world.balance(bob))).toBe(status === "paid" ? 10 : 0);
    }
  });

  it("leaves the request open when the money is not there", async () => {
    const id = await asked({ amount: usd(10_001) });
    expect((await move("payPaymentRequest", "bob", id)).body.code).toBe("insufficient-funds");
    expect(await see(id)).toMatchObject({ status: "open" });
    await world.fund(bob, usd(1));
    expect((await move("payPaymentRequest", "bob", id)).status).toBe(201);
  });

  it("may be in another currency, with a quote for what was asked", async () => {
    await world.person("olivia");
    await ratesArea(world).call("putFxRates", { as: "olivia!", body: someRates });
    const id = await asked({ amount: money(1_000, "EUR") });
    const quote = async (value: number) =>
      (
        await succeeds(transfers, "createQuote", {
          as: "bob",
          body: { from: "USD", to: "EUR", amount: money(value, "EUR") },
        })
      ).body.id;
    const wrong = { body: { quoteId: await quote(999) } };
    expect((await move("payPaymentRequest", "bob", id, wrong)).body.code).toBe("quote-not-valid");
    const right = { key: "pay", body: { quoteId: await quote(1_000) } };
    const paid = await move("payPaymentRequest", "bob", id, right);
    expect(paid).toMatchObject({ status: 201, body: { paid: usd(1_263) } });
    expect(await world.balance(ada, "EUR")).toBe(1_000);
    world.clock.advance(DAY);
    expect((await move("payPaymentRequest", "bob", id, right)).body).toEqual(paid.body);
  });

  it("is refused without the terms, and to everyone but the payer", async () => {
    const id = await asked();
    await changeAccount(world, bob, (account) => ({ ...account, consents: {} }));
    const cold = transfersArea(world, { cold: true });
    expect((await cold.call("payPaymentRequest", { as: "bob", params: { id }, body: {} })).body.code).toBe(
      "consent-required",
    );
    await world.person("eve", { funds: usd(5_000) });
    for (const as of ["ada", "eve"]) expect((await move("payPaymentRequest", as, id)).status).toBe(404);
  });
});

describe("ending a request without money", () => {
  it("is the payer's by declining, which the requester is told, and the requester's by cancelling", async () => {
    const [first, second] = [await asked(), await asked({ amount: usd(1) })];
    world.newEvents();
    for (const [route, by, other, id, status] of [
      ["declinePaymentRequest", "bob", "ada", first, "declined"],
      ["cancelPaymentRequest", "ada", "bob", second, "cancelled"],
    ] as const) {
      expect((await move(route, other, id)).status).toBe(404);
      const ended = await move(route, by, id);
      expect(ended).toMatchObject({ status: 200, body: { status } });
      expect((await move(route, by, id)).body).toEqual(ended.body);
      expect(await move("payPaymentRequest", "bob", id)).toMatchObject({ status: 409 });
    }
    expect((await move("cancelPaymentRequest", "ada", first)).body.code).toBe("conflict");
    expect(world.newEvents().map(({ type }) => type)).toEqual(["request.declined", "request.cancelled"]);
    expect(await dueRequests()).toEqual([]);
  });

  it("is nobody's when its time is over: shown at once, stored by the sweep", async () => {
    const id = await asked({ expiresInDays: 1 });
    if (!isId("paymentRequest", id)) throw new Error("it has an id of its kind");
    await expireRequest(world, id);
    expect(await see(id)).toMatchObject({ status: "open" });
    expect(await dueRequests()).toEqual([`REQUEST#${id}`]);
    world.clock.advance(DAY);
    const shown = await see(id);
    expect(shown).toMatchObject({ status: "expired", closedAt: shown.expiresAt });
    expect((await move("payPaymentRequest", "bob", id)).body).toMatchObject({
      code: "conflict",
      detail: "The request is expired.",
    });
    expect((await move("declinePaymentRequest", "bob", id)).body.code).toBe("conflict");
    expect((await move("remindPaymentRequest", "ada", id)).body.code).toBe("conflict");
    await expireRequest(world, id);
    expect(await dueRequests()).toEqual([]);
    expect(await see(id)).toEqual(shown);
    expect(await world.balance(bob)).toBe(10_000);
  });

  it("is found by the sweep, among its kinds of due work", () => {
    const kind = dueKindOf({ pk: `REQUEST#prq_${"0".repeat(26)}`, sk: "REQUEST" });
    expect(kind).toMatchObject({ pk: "REQUEST#", isTimed: false });
  });

  it("by the sweep leaves a paid one as it is", async () => {
    const id = await asked({ expiresInDays: 1 });
    await move("payPaymentRequest", "bob", id);
    world.clock.advance(2 * DAY);
    if (isId("paymentRequest", id)) await expireRequest(world, id);
    expect(await see(id)).toMatchObject({ status: "paid" });
  });
});

describe("reminding", () => {
  it("is the requester's, once in 24 hours and three times in all", async () => {
    const id = await asked({ expiresInDays: 30 });
    world.newEvents();
    expect((await move("remindPaymentRequest", "bob", id)).status).toBe(404);
    const replies = await Promise.all([1, 2, 3, 4].map(() => move("remindPaymentRequest", "ada", id)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    const soon = await move("remindPaymentRequest", "ada", id);
    expect(soon).toMatchObject({ status: 429, headers: { "retry-after": `${24 * 3600}` } });
    const events = [...world.newEvents()];
    for (const reminders of [2, 3]) {
      world.clock.advance(DAY);
      expect((await move("remindPaymentRequest", "ada", id)).body).toMatchObject({ reminders });
      events.push(...world.newEvents());
    }
    world.clock.advance(DAY);
    expect((await move("remindPaymentRequest", "ada", id)).body.code).toBe("conflict");
    expect(events.map(({ type }) => type)).toEqual(Array(3).fill("request.reminded"));
    expect(new Set(events.map(({ id: eventId }) => eventId)).size).toBe(3);
    expect((await move("payPaymentRequest", "bob", id)).status).toBe(201);
  });
});

it("shows a request to nobody but its two parties", async () => {
  const id = await asked();
  await world.person("eve");
  for (const route of ["declinePaymentRequest", "cancelPaymentRequest", "remindPaymentRequest"] as const)
    expect((await move(route, "eve", id)).status).toBe(404);
  expect((await transfers.call("getPaymentRequest", { as: "eve", params: { id } })).status).toBe(404);
});
