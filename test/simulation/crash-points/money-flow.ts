/** A flow of money whose every await is crashed at: what comes before it, and the flow itself. */
import { derivedId } from "../../../shared/platform/ids.ts";
import type { Member } from "../society/society.ts";
import { isMember } from "../society/society.ts";
import type { World } from "../world.ts";

export type MoneyFlow = {
  readonly name: string;
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

/** Begins a top-up. @returns the channel's id of it. */
export async function beginTopUp(
  { world: { society } }: FlowStage,
  person: Member,
  value = 5_000,
  currency = "USD",
) {
  const body = { channel: "stripe", amount: { value, currency } };
  const reply = await society.call(person, "payments", "createTopUp", { body });
  return String(reply?.body.action?.paymentIntentId);
}

export const payIntent = ({ world }: FlowStage, intent: string): void =>
  world.cloud.outside.stripe.control.act(intent, "pay");

/** Money in a wallet, the way it comes in. */
export async function fund(stage: FlowStage, person: Member, currency = "USD"): Promise<void> {
  payIntent(stage, await beginTopUp(stage, person, 5_000, currency));
  await stage.world.scheduler.sleep(5_000);
}

export const pay = ({ world: { society } }: FlowStage, from: Member, to: Member, value = 1_200) =>
  society.call(from, "transfers", "createTransfer", {
    body: { payee: { id: to.id }, amount: usd(value), audience: "public" },
  });

export const holdId = derivedId("hold", "crash-points");
