/** What payers do at a payment channel, and what people do about a payment that is there. */
import { chainPartition } from "../../../shared/table/keys.ts";
import type { Item } from "../../../shared/table/table.ts";
import type { Called } from "../../builders/world.ts";
import type { Provider } from "../cloud/providers/provider.ts";
import { numberOf, partOf, textOf } from "../society/mirror.ts";
import type { Member, Society } from "../society/society.ts";

/** `cancel`: the payer calls it off in our app. The others happen on the channel's side. */
export type PayerAct = "approve" | "pend" | "settle" | "decline" | "abandon" | "cancel";

/** How payments end, from the choice of a way to pay on. */
export const endings: readonly (readonly PayerAct[])[] = [
  ["approve"],
  ["approve"],
  ["approve"],
  ["approve"],
  ["pend", "settle"],
  ["pend"],
  ["decline", "approve"],
  ["decline"],
  ["cancel"],
  ["cancel", "approve"],
  ["abandon"],
  [],
];

export const endsInMoney: readonly PayerAct[] = ["approve"];

/** The item of a payment, a refund or another record that has one of its own. */
export const paymentItem = ({ mirror }: Society, id: string) => mirror.get(`PAYMENT#${id}`, "PAYMENT");

/** The part of a payment that comes through the channel. */
export const channelValueOf = (payment: Item): number =>
  numberOf(partOf(payment, "amount"), "value") - numberOf(partOf(payment, "fromBalance"), "value");

/** A provider of this run, which may be out of order from now on. */
export function someProvider({ dice, stage, cloud }: Society): Provider {
  const provider = dice.pick(cloud.outside.providers);
  if (stage.chaos.strikes("provider-down"))
    provider.downFor(dice.between(2_000, dice.chance(0.3) ? 3 * 3_600_000 : 30_000));
  return provider;
}

/** At the provider, where it may be too late for it. */
export function tryAct({ stage }: Society, what: string, act: () => void): boolean {
  const tell = (text: string): void => stage.trace.add(stage.scheduler.now(), "outside", text);
  tell(what);
  try {
    act();
    return true;
  } catch {
    tell("too late");
    return false;
  }
}

/** What an account has of a currency. */
export const availableOf = ({ mirror }: Society, { id }: Member, currency: string): number =>
  numberOf(partOf(mirror.newest(chainPartition(`user:${id}`, currency)), "balance"), "available");

/**
 * From the answer to a payment on: the payer's app opens what it was given, and the payer acts.
 * @param acts in this order, each after a moment.
 */
export async function payAt(
  actor: Member,
  society: Society,
  provider: Provider,
  reply: Called | undefined,
  acts: readonly PayerAct[],
): Promise<void> {
  const { dice, pause, call } = society;
  const id = String(reply?.body?.id);
  if (reply === undefined || reply.status >= 300 || reply.body.channel === undefined) return;
  if (reply.body.action !== undefined) await provider.present(reply.body.action);
  for (const action of acts) {
    await pause(10, 2_500);
    if (action === "cancel") {
      // Then it is called off here, and not there.
      if (dice.chance(0.3)) provider.downFor(dice.between(200, 3_000));
      const asked = call(actor, "payments", "cancelPayment", { params: { id } });
      // Some have hardly called it off when they pay all the same.
      if (dice.chance(0.5)) await asked;
      continue;
    }
    const payment = textOf(paymentItem(society, id), "channelPaymentId");
    if (payment === "") continue;
    tryAct(society, `${action} ${id.slice(0, 12)}`, () =>
      provider.act({ kind: "payment", id: payment, action }),
    );
  }
}
