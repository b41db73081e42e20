/** What paying a person costs. */
import { transfersRoutes } from "../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../functions/transfers/handlers.ts";
import { addRates } from "../../shared/fx/rates-store.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import { type Area, createWorld, usd, type World } from "../../test/builders/world.ts";
import type { ActionSet } from "./action-set.ts";
import type { Recorder } from "./recorder.ts";

type Of = {
  readonly world: World;
  readonly name: "transfers";
  readonly routes: typeof transfersRoutes;
  readonly area: Area<typeof transfersRoutes>;
};

/** Asking, each way a request ends, and looking. */
async function requests({ route }: Recorder, of: Of, payer: AccountId): Promise<void> {
  await of.world.fund(payer, usd(100_00));
  const asks = (key: string) => ({
    as: "ada",
    key,
    body: { from: { id: payer }, amount: usd(8_00), note: "the tickets" },
  });
  /** One more request, which is not measured again. */
  const another = async (key: string) => {
    const reply = await of.area.call("createPaymentRequest", asks(key));
    return { id: String(reply.body.id) };
  };
  const made = await route(of, "createPaymentRequest", asks("asked"), {
    scene: "payer by id, few requests today",
  });
  const params = { id: String(made.body.id) };
  await route(of, "getPaymentRequest", { as: "ada", params }, { scene: "a party of it" });
  const pay = { as: "ben", params, key: "paid", body: {} };
  await route(of, "remindPaymentRequest", { as: "ada", params }, { scene: "the first reminder" });
  await route(of, "payPaymentRequest", pay, { scene: "both have held the currency before" });
  await route(of, "payPaymentRequest", pay, { variant: "replay", scene: "the same key and body again" });
  const declined = await another("to-decline");
  await route(of, "declinePaymentRequest", { as: "ben", params: declined }, { scene: "an open one" });
  const cancelled = await another("to-cancel");
  await route(of, "cancelPaymentRequest", { as: "ada", params: cancelled }, { scene: "an open one" });
  await route(of, "listPaymentRequests", { as: "ben" }, { scene: "three to the caller" });
  const outgoing = { as: "ada", query: { direction: "outgoing" } };
  await route(of, "listPaymentRequests", outgoing, { variant: "outgoing", scene: "three of the caller" });
}

/** A quote and the transfer that uses it. */
async function exchanges({ route }: Recorder, of: Of, payee: AccountId): Promise<void> {
  const olivia = await of.world.person("olivia");
  await addRates(of.world.table, {
    base: "EUR",
    rates: { USD: "1.09" },
    spreadBasisPoints: 50,
    asOf: of.world.clock.now(),
    setBy: olivia,
  });
  const amount = { value: 10_00, currency: "EUR" };
  const asks = (key: string) => ({ as: "ada", key, body: { from: "USD", to: "EUR", amount } });
  const transfer = async (key: string, quoteId: unknown, variant: string, scene: string) =>
    route(
      of,
      "createTransfer",
      { as: "ada", key, body: { payee: { id: payee }, amount, quoteId } },
      { variant, scene },
    );
  const first = await route(of, "createQuote", asks("quote-1"), { scene: "buys an amount" });
  await transfer("exchange-1", first.body.id, "exchange, first in a currency", "the payee's first euros");
  const second = await of.area.call("createQuote", asks("quote-2"));
  await transfer("exchange-2", second.body.id, "exchange", "both have held the currencies before");
}

export const transfersActions: ActionSet = async (recorder) => {
  const { route } = recorder;
  const world = await createWorld();
  const of = {
    world,
    name: "transfers",
    routes: transfersRoutes,
    area: world.area(transfersRoutes, transfersHandlers(world)),
  } as const;
  await world.person("ada", { funds: usd(100_00) });
  const ben = await world.person("ben", { funds: usd(1) });
  const cleo = await world.person("cleo");
  const handle = (await world.accounts.get(ben))?.handle;
  const pay = (payee: object, key: string) => ({
    as: "ada",
    key,
    body: { payee, amount: usd(12_50), note: "dinner", audience: "friends" },
  });

  const paid = await route(of, "createTransfer", pay({ id: ben }, "first"), {
    scene: "payee by id, both have held the currency before",
  });
  await route(of, "createTransfer", pay({ handle }, "second"), {
    variant: "by handle",
    scene: "payee by handle",
  });
  await route(of, "createTransfer", pay({ id: cleo }, "third"), {
    variant: "first in a currency",
    scene: "the payee's first money in the currency",
  });
  await route(of, "createTransfer", pay({ id: ben }, "first"), {
    variant: "replay",
    scene: "the same key and body again",
  });
  await route(of, "getTransfer", { as: "ada", params: { id: paid.body.id } }, { scene: "a party of it" });
  await requests(recorder, of, ben);
  await exchanges(recorder, of, ben);
  world.close();
};
