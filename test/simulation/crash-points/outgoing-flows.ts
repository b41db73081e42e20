/** Withdrawals, what people end, requests and exchanges of currencies, as flows of money. */
import { setRates } from "../flows/exchange.ts";
import {
  channelPayoutOf,
  type FlowStage,
  fund,
  HOUR,
  type MoneyFlow,
  paidFromBoth,
  payoutAct,
  providerOf,
  refund,
  sweepAfter,
  usd,
  withdraw,
} from "./money-flow.ts";

const withdrawn = async (stage: FlowStage): Promise<void> => {
  await fund(stage, stage.ada);
  await withdraw(stage);
  await stage.world.scheduler.sleep(5_000);
};

const DAY = 24 * HOUR;
const found = { reason: "Looked up at the provider", evidence: "TICKET-4711" };

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
    name: "withdrawal that comes back unheard",
    prepare: async (stage) => {
      await withdrawn(stage);
      providerOf(stage).loseCallbacksAbout(channelPayoutOf(stage));
    },
    act: async (stage) => {
      payoutAct(stage, "return");
      await sweepAfter(stage, 2 * DAY);
    },
  },
  {
    name: "withdrawal that people end",
    channel: "paypal",
    prepare: async (stage) => {
      await fund(stage, stage.ada);
      await withdraw(stage);
      // It is delivered, and nobody hears of it for longer than that may take.
      providerOf(stage).loseCallbacksAbout(channelPayoutOf(stage));
      providerOf(stage).downFor(30 * DAY);
      await sweepAfter(stage, 12 * DAY);
    },
    act: async ({ world: { society }, kept }) =>
      void (await society.call(society.ops, "payments", "resolveWithdrawal", {
        params: { id: kept["withdrawal"] ?? "" },
        body: { outcome: "succeeded", ...found },
      })),
  },
  {
    name: "refund that people end",
    prepare: async (stage) => {
      await paidFromBoth(stage);
      // Its request gets lost, and is repeated as long as that is safe.
      providerOf(stage).downFor(30 * DAY);
      const reply = await refund(stage, "channel", 1_000);
      stage.kept["refund"] = String(reply?.body.id);
      await sweepAfter(stage, 2 * DAY);
    },
    act: async ({ world: { society }, kept }) =>
      void (await society.call(society.ops, "payments", "resolveRefund", {
        params: { id: kept["refund"] ?? "" },
        body: { outcome: "failed", ...found },
      })),
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
