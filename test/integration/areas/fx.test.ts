/** Exchange of currencies through the real handlers: rates, quotes, and transfers that use them. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { auditTable } from "../../../functions/ops/audit-table.ts";
import { systemAccount } from "../../../shared/ledger/account.ts";
import { money } from "../../../shared/money/money.ts";
import { DAY, SECOND } from "../../../shared/platform/clock.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import { ratesArea, someRates, succeeds } from "../../builders/exchange.ts";
import { freezesArea, transfersArea } from "../../builders/transfers.ts";
import { createWorld, usd, type World } from "../../builders/world.ts";

let world: World;
let ada: AccountId;
let bob: AccountId;
let transfers: ReturnType<typeof transfersArea>;
let rates: ReturnType<typeof ratesArea>;

beforeEach(async () => {
  world = await createWorld();
  ada = await world.person("ada", { funds: usd(10_000) });
  bob = await world.person("bob");
  await world.person("olivia");
  transfers = transfersArea(world);
  rates = ratesArea(world);
});
afterEach(() => world.close());

const setRates = (body: object = someRates) => rates.call("putFxRates", { as: "olivia!", body });
const eur = (value: number) => money(value, "EUR");
const quote = async (amount = eur(1_000), key?: string) => {
  const body = { from: "USD", to: "EUR", amount };
  const options = { as: "ada", body, ...(key === undefined ? {} : { key }) };
  return (await succeeds(transfers, "createQuote", options)).body;
};
const transfer = (body: object, key?: string, as = "ada") =>
  transfers.call("createTransfer", { as, body, ...(key === undefined ? {} : { key }) });
const fxBalance = async (currency: "USD" | "EUR") =>
  (await world.ledger.head({ account: systemAccount("fx"), currency }))?.state.available ?? 0;
const audit = async () => {
  world.clock.advance(DAY);
  return auditTable(world.table, { cutoff: world.clock.now(), now: world.clock.now() });
};

describe("rates", () => {
  it("are set by ops, kept with who set them, and the newest are in force", async () => {
    expect((await rates.call("getFxRates", { as: "olivia!" })).status).toBe(404);
    expect((await setRates()).body).toMatchObject({ ...someRates, current: true });
    world.clock.advance(SECOND);
    await setRates({ ...someRates, rates: { USD: "1.30" } });
    const now = await rates.call("getFxRates", { as: "olivia!" });
    expect(now.body).toMatchObject({
      rates: { USD: "1.30" },
      asOf: new Date(world.clock.now()).toISOString(),
    });
    expect(now.body.setBy).toMatch(/^usr_/);
    const history = await world.table.query({ partition: "FXRATES#HISTORY" });
    expect(history.items).toHaveLength(2);
  });

  it("are refused from anyone else, in a currency of another stage, and as numbers", async () => {
    expect((await rates.call("putFxRates", { as: "ada", body: someRates })).status).toBe(403);
    expect(await setRates({ ...someRates, rates: { GBP: "1" } })).toMatchObject({
      status: 422,
      body: { code: "currency-not-supported" },
    });
    expect((await setRates({ ...someRates, rates: { USD: 1.25 } })).status).toBe(400);
    expect((await setRates({ ...someRates, rates: { XXX: "1" } })).status).toBe(400);
  });
});

describe("a quote", () => {
  it("sells or buys exactly what was asked, for 60 seconds", async () => {
    await setRates();
    // 10.00 EUR cost 12.50 USD at the rate, and a percent is kept: 1250 / 0.99, rounded up.
    expect(await quote(eur(1_000))).toMatchObject({
      sell: { value: 1_263, currency: "USD" },
      buy: { value: 1_000, currency: "EUR" },
      rate: "0.792",
      expiresAt: new Date(world.clock.now() + 60 * SECOND).toISOString(),
    });
    expect(await quote(usd(1_250))).toMatchObject({ sell: usd(1_250), buy: eur(990) });
  });

  it("is the same again under its key, even when it is over", async () => {
    await setRates();
    const first = await quote(eur(500), "one");
    world.clock.advance(2 * DAY);
    const body = { from: "USD", to: "EUR", amount: eur(500) };
    const again = await transfers.call("createQuote", { as: "ada", body, key: "one" });
    expect(again).toMatchObject({ status: 201, body: first, headers: { "idempotent-replayed": "true" } });
    const other = await transfers.call("createQuote", {
      as: "ada",
      body: { ...body, amount: eur(501) },
      key: "one",
    });
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
  });

  it("is refused without rates, with rates of more than 24 hours, and for what cannot be exchanged", async () => {
    const ask = (body: object) => transfers.call("createQuote", { as: "ada", body });
    const body = { from: "USD", to: "EUR", amount: usd(100) };
    expect(await ask(body)).toMatchObject({ status: 503, body: { code: "rate-unavailable" } });
    await setRates();
    expect((await ask(body)).status).toBe(201);
    expect((await ask({ ...body, to: "GBP" })).body.code).toBe("currency-not-supported");
    expect((await ask({ ...body, amount: usd(1) })).body.code).toBe("amount-not-supported");
    expect((await ask({ from: "EUR", to: "JPY", amount: money(999_999_999_999, "EUR") })).body.code).toBe(
      "amount-not-supported",
    );
    expect((await ask({ ...body, to: "USD" })).status).toBe(400);
    expect((await ask({ ...body, amount: money(1, "JPY") })).status).toBe(400);
    world.clock.advance(DAY);
    expect((await ask(body)).status).toBe(201);
    world.clock.advance(1);
    expect((await ask(body)).body.code).toBe("rate-unavailable");
  });
});

describe("a transfer in another currency", () => {
  it("takes one from the payer and gives the payee the other, and shows what was sold to the payer only", async () => {
    await setRates();
    const { id } = await quote();
    world.newEvents();
    const reply = await transfer({ payee: { id: bob }, amount: eur(1_000), quoteId: id, note: "pizza" });
    expect(reply).toMatchObject({ status: 201, body: { amount: eur(1_000), paid: usd(1_263) } });
    expect(await world.balance(ada)).toBe(8_737);
    expect(await world.balance(bob, "EUR")).toBe(1_000);
    expect([await fxBalance("USD"), await fxBalance("EUR")]).toEqual([1_263, -1_000]);
    expect(world.newEvents()).toMatchObject([
      { type: "transfer.completed", data: { amount: eur(1_000), paid: usd(1_263) } },
    ]);
    const seen = await transfers.call("getTransfer", { as: "bob", params: { id: reply.body.id } });
    expect(seen.body).toMatchObject({ amount: eur(1_000), note: "pizza" });
    expect(seen.body).not.toHaveProperty("paid");
    expect(await audit()).toMatchObject({ clean: true });
  });

  it("exchanges one's own money, which nobody else is told of", async () => {
    await setRates();
    const { id } = await quote();
    world.newEvents();
    const body = { payee: { id: ada }, amount: eur(1_000), quoteId: id, audience: "public" };
    const reply = await transfer(body, "own");
    expect(reply).toMatchObject({ status: 201, body: { payer: ada, payee: ada, paid: usd(1_263) } });
    expect([await world.balance(ada), await world.balance(ada, "EUR")]).toEqual([8_737, 1_000]);
    expect(world.newEvents()).toEqual([]);
    expect(await transfer(body, "own")).toMatchObject({ status: 201, body: reply.body });
    const shown = await transfers.call("getTransfer", { as: "ada", params: { id: reply.body.id } });
    expect(shown.body).toEqual(reply.body);
    expect((await world.ledger.transfer(reply.body.id))?.["kind"]).toBe("exchange");
    expect(await audit()).toMatchObject({ clean: true });
  });

  it("is the same again under its key when the quote is used and over", async () => {
    await setRates();
    const { id } = await quote();
    const body = { payee: { id: bob }, amount: eur(1_000), quoteId: id };
    const first = await transfer(body, "one");
    world.clock.advance(DAY);
    expect(await transfer(body, "one")).toMatchObject({
      status: 201,
      body: first.body,
      headers: { "idempotent-replayed": "true" },
    });
    expect(await world.balance(ada)).toBe(8_737);
  });

  it("uses a quote once, however many use it at once", async () => {
    await setRates();
    const { id } = await quote();
    const body = { payee: { id: bob }, amount: eur(1_000), quoteId: id };
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, index) => transfer(body, `key-${index}`)),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = replies.filter(({ status }) => status !== 201);
    expect(new Set(refused.map(({ body: { code } }) => code))).toEqual(new Set(["quote-not-valid"]));
    expect([await world.balance(ada), await world.balance(bob, "EUR")]).toEqual([8_737, 1_000]);
  });

  it("refuses a quote that is another's, unknown, over, or for another amount", async () => {
    await setRates();
    const { id } = await quote();
    const body = { payee: { id: bob }, amount: eur(1_000), quoteId: id };
    await world.person("cleo", { funds: usd(5_000) });
    const answers = [
      await transfer(body, undefined, "cleo"),
      await transfer({ ...body, quoteId: `quo_${"0".repeat(26)}` }),
      await transfer({ ...body, amount: eur(999) }),
      await transfer({ ...body, amount: usd(1_000) }),
    ];
    world.clock.advance(60 * SECOND);
    answers.push(await transfer(body));
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 409, body: { code: "quote-not-valid" } });
    expect(await world.balance(ada)).toBe(10_000);
  });

  it("keeps the quote when the money is not there, and when the account is frozen", async () => {
    await setRates();
    const { id } = await quote(eur(9_000));
    const body = { payee: { id: bob }, amount: eur(9_000), quoteId: id };
    expect((await transfer(body)).body.code).toBe("insufficient-funds");
    await world.fund(ada, usd(5_000));
    const freezes = freezesArea(world);
    const freeze = { as: "olivia!", params: { id: ada }, body: { reason: "ops" } };
    await freezes.call("freezeAccount", freeze);
    expect((await transfer(body)).body.code).toBe("account-frozen");
    await freezes.call("unfreezeAccount", freeze);
    expect((await transfer(body)).status).toBe(201);
  });

  it("counts what is sold towards the limits", async () => {
    world.close();
    world = await createWorld({
      limits: {
        USD: { perTransfer: 1_000, perDay: 1_000, perMonth: 1_000 },
        EUR: { perTransfer: 1, perDay: 1, perMonth: 1 },
      },
    });
    ada = await world.person("ada", { funds: usd(10_000) });
    bob = await world.person("bob");
    await world.person("olivia");
    transfers = transfersArea(world);
    rates = ratesArea(world);
    await setRates();
    const { id } = await quote(eur(1_000));
    expect((await transfer({ payee: { id: bob }, amount: eur(1_000), quoteId: id })).body).toMatchObject({
      code: "limit-exceeded",
      remaining: 1_000,
    });
    const small = await quote(eur(500));
    expect((await transfer({ payee: { id: bob }, amount: eur(500), quoteId: small.id })).status).toBe(201);
  });

  it("is told to no session that was revoked", async () => {
    await setRates();
    const { id } = await quote();
    const body = { payee: { id: bob }, amount: eur(1_000), quoteId: id };
    await transfer(body, "one");
    const account = await world.accounts.get(ada);
    if (account === undefined) throw new Error("there is an account");
    const revoked = { ...account.access, signedInAfter: Math.floor(world.clock.now() / 1000) };
    await world.accounts.replace(account, { ...account, access: revoked });
    expect((await transfer(body, "one")).status).toBe(401);
  });
});
