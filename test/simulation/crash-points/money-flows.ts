/** The flows of money. A new one is an entry here. */
import { systemAccount, userAccount } from "../../../shared/ledger/account.ts";
import { money } from "../../../shared/money/money.ts";
import { persistHold } from "../flows/hold.ts";
import {
  beginTopUp,
  type FlowStage,
  fund,
  HOUR,
  holdId,
  type MoneyFlow,
  pay,
  payIntent,
  providerOf,
  sweepAfter,
  usd,
} from "./money-flow.ts";
import { outgoingFlows } from "./outgoing-flows.ts";
import { paymentFlows } from "./payment-flows.ts";

const campaignBody = {
  name: "Spring",
  rewardInviter: usd(500),
  rewardInvited: usd(300),
  minimum: usd(1_000),
  budget: usd(8_000),
};

async function startCampaign(stage: FlowStage): Promise<void> {
  const { society } = stage.world;
  const reply = await society.call(society.ops, "ops", "createCampaign", { body: campaignBody });
  stage.kept["campaign"] = String(reply?.body.id);
}

/** Bo is invited by ada and has claimed it. */
async function invite(stage: FlowStage): Promise<void> {
  const { society } = stage.world;
  await startCampaign(stage);
  const mine = await society.call(stage.ada, "referrals", "getMyReferrals");
  await society.call(stage.bo, "referrals", "claimReferral", { body: { code: mine?.body.code } });
}

const placeHold = ({ world, ada }: FlowStage): Promise<void> =>
  persistHold(world.society, (holds) =>
    holds.place({
      id: holdId,
      account: userAccount(ada.id),
      amount: money(900, "USD"),
      expiresAt: world.scheduler.now() + HOUR,
    }),
  );

const freeze = ({ world: { society }, ada }: FlowStage, name: "freezeAccount" | "unfreezeAccount") =>
  society.call(society.ops, "ops", name, { params: { id: ada.id }, body: { reason: "ops" } });

const bothCurrencies = async (stage: FlowStage): Promise<void> => {
  await fund(stage, stage.ada);
  await fund(stage, stage.ada, "EUR");
};

export const moneyFlows: readonly MoneyFlow[] = [
  {
    name: "transfer",
    prepare: async (stage) => {
      await fund(stage, stage.ada);
      await fund(stage, stage.bo);
    },
    act: async (stage) => void (await pay(stage, stage.ada, stage.bo)),
  },
  {
    name: "transfer that opens the payee's chain",
    prepare: (stage) => fund(stage, stage.ada),
    act: async (stage) => void (await pay(stage, stage.ada, stage.bo)),
  },
  {
    name: "two transfers that cross",
    prepare: async (stage) => {
      await fund(stage, stage.ada);
      await fund(stage, stage.bo);
    },
    act: async (stage) =>
      void (await Promise.all([pay(stage, stage.ada, stage.bo), pay(stage, stage.bo, stage.ada, 700)])),
  },
  {
    name: "top-up: creation",
    prepare: async () => {},
    act: async (stage) => void (await beginTopUp(stage, stage.ada)),
  },
  {
    name: "top-up: callback and consumer",
    prepare: async (stage) => {
      stage.kept["intent"] = await beginTopUp(stage, stage.ada);
      await stage.world.scheduler.sleep(5_000);
    },
    act: async (stage) => payIntent(stage, stage.kept["intent"] ?? ""),
  },
  {
    name: "top-up: sweep finds it paid",
    prepare: async (stage) => {
      const intent = await beginTopUp(stage, stage.ada);
      await stage.world.scheduler.sleep(5_000);
      providerOf(stage).holdCallbacks();
      payIntent(stage, intent);
    },
    act: (stage) => sweepAfter(stage, 60_000),
  },
  {
    name: "top-up: expiry",
    prepare: async (stage) => void (await beginTopUp(stage, stage.ada)),
    act: (stage) => sweepAfter(stage, 25 * HOUR),
  },
  {
    name: "top-up: late success",
    prepare: async (stage) => {
      const intent = await beginTopUp(stage, stage.ada);
      await stage.world.scheduler.sleep(5_000);
      providerOf(stage).holdCallbacks();
      payIntent(stage, intent);
    },
    act: (stage) => sweepAfter(stage, 25 * HOUR),
  },
  ...paymentFlows,
  ...outgoingFlows,
  {
    name: "reward for a payment",
    prepare: async (stage) => {
      await fund(stage, stage.bo, "EUR");
      await invite(stage);
      stage.kept["intent"] = await beginTopUp(stage, stage.bo);
      await stage.world.scheduler.sleep(5_000);
    },
    act: async (stage) => payIntent(stage, stage.kept["intent"] ?? ""),
  },
  { name: "campaign: creation", prepare: async () => {}, act: startCampaign },
  {
    name: "campaign: more budget",
    prepare: startCampaign,
    act: async ({ world: { society }, kept }) =>
      void (await society.call(society.ops, "ops", "patchCampaign", {
        params: { id: kept["campaign"] ?? "" },
        body: { addBudget: usd(2_000) },
      })),
  },
  {
    name: "freeze in two currencies",
    prepare: bothCurrencies,
    act: async (stage) => void (await freeze(stage, "freezeAccount")),
  },
  {
    name: "unfreeze",
    prepare: async (stage) => {
      await bothCurrencies(stage);
      await freeze(stage, "freezeAccount");
    },
    act: async (stage) => void (await freeze(stage, "unfreezeAccount")),
  },
  {
    name: "sign-out",
    prepare: bothCurrencies,
    act: async ({ world: { society }, ada }) => {
      await society.call(ada, "identity", "revoke", { body: { refreshToken: "refresh" } });
      ada.session = { ...ada.session, session: "ada2" };
    },
  },
  { name: "hold: placing", prepare: (stage) => fund(stage, stage.ada), act: placeHold },
  {
    name: "hold: capture of a part",
    prepare: async (stage) => {
      await fund(stage, stage.ada);
      await placeHold(stage);
    },
    act: ({ world }) =>
      persistHold(world.society, (holds) =>
        holds.capture({ id: holdId, amount: money(600, "USD"), to: systemAccount("fees") }),
      ),
  },
  {
    name: "hold: release",
    prepare: async (stage) => {
      await fund(stage, stage.ada);
      await placeHold(stage);
    },
    act: ({ world }) => persistHold(world.society, (holds) => holds.release(holdId)),
  },
  {
    name: "hold: expiry",
    prepare: async (stage) => {
      await fund(stage, stage.ada);
      await placeHold(stage);
    },
    act: (stage) => sweepAfter(stage, 2 * HOUR),
  },
];
