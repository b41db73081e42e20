/** Withdrawals, requests and exchanges of currencies, as flows of money. */
import { setRates } from "../flows/exchange.ts";
import { type FlowStage, fund, type MoneyFlow, payoutAct, usd, withdraw } from "./money-flow.ts";

const withdrawn = async (stage: FlowStage): Promise<void> => {
  await fund(stage, stage.ada);
  await withdraw(stage);
  await stage.world.scheduler.sleep(5_000);
};

/** Bo asks ada for money. */
async function ask(stage: FlowStage): Promise<void> {
  await fund(stage, stage.ada);
  const reply = await stage.world.society.call(stage.bo, "transfers", "createPaymentRequest", {
    body: { from: { id: stage.ada.id }, amount: usd(1_200) },
  });
  stage.kept["request"] = String(reply?.body.id);
}

export const outgoingFlows: readonly MoneyFlow[] = [
  {
    name: "withdrawal",
    prepare: (stage) => fund(stage, stage.ada),
    act: (stage) => withdraw(stage),
  },
  {
    name: "withdrawal that is returned",
    prepare: withdrawn,
    act: async (stage) => payoutAct(stage, "return"),
  },
  {
    name: "withdrawal that the channel processes first",
    channel: "paypal",
    prepare: (stage) => fund(stage, stage.ada),
    act: async (stage) => {
      await withdraw(stage);
      await stage.world.scheduler.sleep(5_000);
    },
  },
  {
    name: "request: paid",
    prepare: ask,
    act: async ({ world: { society }, ada, kept }) =>
      void (await society.call(ada, "transfers", "payPaymentRequest", {
        params: { id: kept["request"] ?? "" },
        body: {},
      })),
  },
  {
    name: "exchange by a quote",
    prepare: async (stage) => {
      const { society } = stage.world;
      await fund(stage, stage.ada);
      await setRates(society);
      const reply = await society.call(stage.ada, "transfers", "createQuote", {
        body: { from: "USD", to: "EUR", amount: usd(1_000) },
      });
      stage.kept["quote"] = String(reply?.body.id);
      stage.kept["bought"] = String(reply?.body.buy.value);
    },
    act: async ({ world: { society }, ada, bo, kept }) =>
      void (await society.call(ada, "transfers", "createTransfer", {
        body: {
          payee: { id: bo.id },
          amount: { value: Number(kept["bought"]), currency: "EUR" },
          quoteId: kept["quote"],
        },
      })),
  },
];
