/** Payments to people, their refunds and disputes, as flows of money. */
import { textOf } from "../society/mirror.ts";
import {
  beginPayment,
  contest,
  type FlowStage,
  fund,
  HOUR,
  type MoneyFlow,
  paidFromBoth,
  pay,
  payBegun,
  providerOf,
  refund,
  sweepAfter,
} from "./money-flow.ts";

const cancelBegun = ({ world: { society }, ada, kept }: FlowStage) =>
  society.call(ada, "payments", "cancelPayment", { params: { id: kept["payment"] ?? "" } });

/** Ada has 3 000 and begins to pay 8 000; the rest comes through the channel. */
const begun = async (stage: FlowStage): Promise<void> => {
  await fund(stage, stage.ada, "USD", 3_000);
  await beginPayment(stage, stage.ada, stage.bo, 8_000);
  await stage.world.scheduler.sleep(5_000);
};

export const paymentFlows: readonly MoneyFlow[] = [
  {
    name: "payment that we capture",
    channel: "paypal",
    prepare: begun,
    act: async (stage) => payBegun(stage),
  },
  {
    name: "payment from both: creation",
    prepare: (stage) => fund(stage, stage.ada, "USD", 3_000),
    act: (stage) => beginPayment(stage, stage.ada, stage.bo, 8_000),
  },
  {
    name: "payment from the balance",
    prepare: (stage) => fund(stage, stage.ada, "USD", 3_000),
    act: (stage) => beginPayment(stage, stage.ada, stage.bo, 2_000),
  },
  {
    name: "payment from both: success",
    prepare: begun,
    act: async (stage) => payBegun(stage),
  },
  {
    name: "payment from both: expiry",
    prepare: async (stage) => {
      await fund(stage, stage.ada, "USD", 3_000);
      await beginPayment(stage, stage.ada, stage.bo, 8_000);
    },
    act: (stage) => sweepAfter(stage, 25 * HOUR),
  },
  {
    name: "payment from both: cancel",
    prepare: begun,
    act: async (stage) => void (await cancelBegun(stage)),
  },
  {
    name: "payment from both: paid while it is called off",
    prepare: async (stage) => {
      await begun(stage);
      providerOf(stage).holdCallbacks();
      payBegun(stage);
    },
    act: async (stage) => void (await cancelBegun(stage)),
  },
  {
    name: "refund to the balance",
    prepare: paidFromBoth,
    act: async (stage) => void (await refund(stage, "balance", 1_000)),
  },
  {
    name: "refund through the channel",
    prepare: paidFromBoth,
    act: async (stage) => void (await refund(stage, "channel", 1_000)),
  },
  {
    name: "refund that comes back",
    prepare: async (stage) => {
      await paidFromBoth(stage);
      const reply = await refund(stage, "channel", 1_000);
      stage.kept["refund"] = String(reply?.body.id);
      await stage.world.scheduler.sleep(5_000);
    },
    act: async (stage) => {
      const { mirror } = stage.world;
      const item = mirror.get(`PAYMENT#${stage.kept["payment"]}`, `REFUND#${stage.kept["refund"]}`);
      const id = textOf(item, "channelRefundId");
      providerOf(stage).act({ kind: "refund", id, action: "fail" });
    },
  },
  {
    name: "dispute: opened",
    prepare: paidFromBoth,
    act: async (stage) => contest(stage, "open"),
  },
  {
    name: "dispute: won",
    prepare: async (stage) => {
      await paidFromBoth(stage);
      contest(stage, "open");
      await stage.world.scheduler.sleep(5_000);
    },
    act: async (stage) => contest(stage, "win"),
  },
  {
    name: "dispute: lost, and not covered",
    prepare: async (stage) => {
      await paidFromBoth(stage);
      await pay(stage, stage.bo, stage.ada, 4_000);
      contest(stage, "open");
      await stage.world.scheduler.sleep(5_000);
    },
    act: async (stage) => contest(stage, "lose"),
  },
];
