/** Topping up: the app gets what it needs to pay, and the payer does, in time or not, well or not. */
import type { Flow, Member, Society } from "../society/society.ts";
import { endings, endsInMoney, type PayerAct, payAt, someProvider } from "./at-channel.ts";

/** @param acts what the payer does, in this order. */
async function topUpAs(actor: Member, society: Society, acts: readonly PayerAct[]): Promise<void> {
  const { dice, call } = society;
  const provider = someProvider(society);
  const [first] = provider.currencies;
  const currency = dice.chance(0.85) ? first : dice.pick(provider.currencies);
  const value = dice.chance(0.03) ? 20 : dice.pick([1_000, 2_000, 3_000, 5_000, 19_000]);
  const body = { channel: provider.name, amount: { value, currency } };
  const key = `top-${actor.name}-${dice.between(1, 1_000_000)}`;
  const reply = await call(actor, "payments", "createTopUp", { body }, key);
  await payAt(actor, society, provider, reply, acts);
  if (reply?.status !== 201) return;
  if (dice.chance(0.2)) await call(actor, "payments", "createTopUp", { body }, key);
  if (dice.chance(0.3)) await call(actor, "payments", "getPayment", { params: { id: reply.body.id } });
}

/** The first one, that nearly always goes well: without money there is little to do. */
export const firstTopUp = (actor: Member, society: Society): Promise<void> =>
  topUpAs(actor, society, society.dice.chance(0.9) ? endsInMoney : ["pend", "settle"]);

export const topUp: Flow = {
  name: "top-up",
  weight: 4,
  run: (actor, society) => topUpAs(actor, society, society.dice.pick(endings)),
};
