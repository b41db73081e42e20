/** Exchanging currencies: one's own money, or to pay somebody in theirs; a quote is good once, and for a minute. */
import type { Flow, Society } from "../society/society.ts";
import { availableOf } from "./at-channel.ts";

/** Ops sets the rates of the day. */
export async function setRates({ call, ops, dice }: Society): Promise<void> {
  const rates = { USD: "1.08", CNY: "7.8", INR: `${90 + dice.between(0, 9)}.5` };
  await call(ops, "ops", "putFxRates", { body: { base: "EUR", rates, spreadBasisPoints: 150 } });
}

export const exchange: Flow = {
  name: "exchange",
  weight: 3,
  async run(actor, society) {
    const { dice, call, others, pause } = society;
    if (dice.chance(0.15)) await setRates(society);
    const [from, to] = dice.shuffled(["USD", "EUR", dice.pick(["CNY", "INR"])]);
    if (from === undefined || to === undefined) return;
    const left = availableOf(society, actor, from);
    if (left === 0 && dice.chance(0.8)) return;
    const value = Math.max(1, Math.floor((left * dice.between(5, 60)) / 100));
    const amount = dice.chance(0.7)
      ? { value, currency: from }
      : { value: Math.ceil(value / 2), currency: to };
    const reply = await call(actor, "transfers", "createQuote", { body: { from, to, amount } });
    if (reply?.status !== 201) return;
    await pause(10, dice.chance(0.1) ? 90_000 : 5_000);
    const payee = dice.chance(0.4) ? actor : dice.pick(others(actor));
    const body = {
      payee: { id: payee.id },
      amount: reply.body.buy,
      quoteId: reply.body.id,
      audience: "friends",
    };
    const key = `exchange-${actor.name}-${dice.between(1, 1_000_000)}`;
    const paid = call(actor, "transfers", "createTransfer", { body }, key);
    // With another key it is another use of the same quote.
    const again = dice.chance(0.3) ? call(actor, "transfers", "createTransfer", { body }) : undefined;
    await Promise.all([paid, again]);
    if (dice.chance(0.2)) await call(actor, "transfers", "createTransfer", { body }, key);
  },
};
