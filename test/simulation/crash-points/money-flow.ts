/** A flow of money whose every await is crashed at: what comes before it, and the flow itself. */
import type { ChannelName } from "../../../shared/channels/registry.ts";
import { derivedId } from "../../../shared/platform/ids.ts";
import type { Provider } from "../cloud/providers/provider.ts";
import { textOf } from "../society/mirror.ts";
import type { Member } from "../society/society.ts";
import { isMember } from "../society/society.ts";
import type { World } from "../world.ts";

export type MoneyFlow = {
  readonly name: string;
  /** The channel that money comes through; Stripe, when it is left out. */
  readonly channel?: ChannelName;
  /** Nothing goes wrong here. */
  readonly prepare: (stage: FlowStage) => Promise<void>;
  /** The awaits in here, and in everything that follows from it, are crashed at. */
  readonly act: (stage: FlowStage) => Promise<void>;
};

export type FlowStage = {
  readonly world: World;
  readonly ada: Member;
  readonly bo: Member;
  /** What `prepare` leaves for `act`. */
  readonly kept: Record<string, string>;
};

export const HOUR = 3_600_000;

export const usd = (value: number) => ({ value, currency: "USD" });

/** Signs both people up, without money. */
export async function stageOf(world: World): Promise<FlowStage> {
  const { society } = world;
  for (const person of society.people) {
    const reply = await society.call(person, "identity", "getMe");
    person.id = reply?.body.id;
    const consents = [{ purpose: "terms", version: 1, granted: true }];
    await society.call(person, "identity", "putConsents", { body: { consents } });
    await society.call(person, "identity", "patchMe", { body: { paymentAudience: "public" } });
  }
  await society.call(society.ops, "ops", "getOpsHealth");
  const [ada, bo] = society.people.filter(isMember);
  if (ada === undefined || bo === undefined) throw new Error("the people did not sign up");
  return { world, ada, bo, kept: {} };
}

/** The provider that these flows pay through: the first. */
export function providerOf({ world }: FlowStage): Provider {
  const [provider] = world.cloud.outside.providers;
  if (provider === undefined) throw new Error("there is no payment provider");
  return provider;
}

/** Begins a top-up. @returns the channel's id of it. */
export async function beginTopUp(stage: FlowStage, person: Member, value = 5_000, currency = "USD") {
  const provider = providerOf(stage);
  const body = { channel: provider.name, amount: { value, currency } };
  const reply = await stage.world.society.call(person, "payments", "createTopUp", { body });
  return channelIdOf(stage, String(reply?.body.id));
}

/** The channel's id of a payment. */
export const channelIdOf = ({ world }: FlowStage, paymentId: string): string =>
  textOf(world.mirror.get(`PAYMENT#${paymentId}`, "PAYMENT"), "channelPaymentId");

/** Begins a payment to a person through the channel, the balance first. `kept.payment` is its id afterwards. */
export async function beginPayment(stage: FlowStage, from: Member, to: Member, value: number): Promise<void> {
  const body = {
    to: { id: to.id },
    amount: usd(value),
    channel: providerOf(stage).name,
    audience: "public",
  };
  const reply = await stage.world.society.call(from, "payments", "createPayment", { body });
  stage.kept["payment"] = String(reply?.body.id);
}

/** The payer pays what was begun. */
export const payBegun = (stage: FlowStage): void =>
  payIntent(stage, channelIdOf(stage, stage.kept["payment"] ?? ""));

/** A payment of which 2 000 came from the balance and the rest through the channel; the payee has it. */
export async function paidFromBoth(stage: FlowStage, value = 5_000): Promise<void> {
  const { scheduler } = stage.world;
  await fund(stage, stage.ada, "USD", 2_000);
  await beginPayment(stage, stage.ada, stage.bo, value);
  await scheduler.sleep(5_000);
  payBegun(stage);
  await scheduler.sleep(5_000);
}

export const refund = (
  { world: { society }, bo, kept }: FlowStage,
  to: "balance" | "channel",
  value: number,
) =>
  society.call(bo, "payments", "createRefund", {
    params: { id: kept["payment"] ?? "" },
    body: { amount: usd(value), to },
  });

/** Takes money out. `kept.withdrawal` is its id afterwards. */
export async function withdraw(stage: FlowStage, value = 2_000): Promise<void> {
  const provider = providerOf(stage);
  const reply = await stage.world.society.call(stage.ada, "payments", "createWithdrawal", {
    body: { amount: usd(value), channel: provider.name, recipient: provider.recipient },
  });
  stage.kept["withdrawal"] = String(reply?.body.id);
}

/** The channel's id of the withdrawal. */
export const channelPayoutOf = ({ world, kept }: FlowStage): string =>
  textOf(world.mirror.get(`PAYOUT#${kept["withdrawal"]}`, "PAYOUT"), "channelPayoutId");

/** What becomes of the withdrawal at the channel. */
export function payoutAct(stage: FlowStage, action: "return"): void {
  providerOf(stage).act({ kind: "payout", id: channelPayoutOf(stage), action });
}

/** The payer contests what was paid, or the channel decides about it. */
export const contest = (stage: FlowStage, action: "open" | "win" | "lose"): void =>
  providerOf(stage).act({ kind: "dispute", id: channelIdOf(stage, stage.kept["payment"] ?? ""), action });

export const payIntent = (stage: FlowStage, intent: string): void =>
  providerOf(stage).act({ kind: "payment", id: intent, action: "approve" });

/** Money in a wallet, the way it comes in. */
export async function fund(stage: FlowStage, person: Member, currency = "USD", value = 5_000): Promise<void> {
  payIntent(stage, await beginTopUp(stage, person, value, currency));
  await stage.world.scheduler.sleep(5_000);
}

export const pay = ({ world: { society } }: FlowStage, from: Member, to: Member, value = 1_200) =>
  society.call(from, "transfers", "createTransfer", {
    body: { payee: { id: to.id }, amount: usd(value), audience: "public" },
  });

export const holdId = derivedId("hold", "crash-points");

export const sweepAfter = async ({ world }: FlowStage, ms: number): Promise<void> => {
  await world.scheduler.sleep(ms);
  await world.cloud.sweep();
};
