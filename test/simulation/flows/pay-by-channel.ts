/** Paying a person by `POST /payments`: from the balance, through a channel, or from both. */
import type { Flow } from "../society/society.ts";
import { availableOf, endings, endsInMoney, payAt, someProvider } from "./at-channel.ts";

export const payByChannel: Flow = {
  name: "pay-by-channel",
  weight: 6,
  async run(actor, society) {
    const { dice, call, others } = society;
    const provider = someProvider(society);
    const payee = dice.chance(0.03) ? actor : dice.pick(others(actor));
    const [first] = provider.currencies;
    const currency = dice.chance(0.85) ? first : dice.pick(provider.currencies);
    const from = dice.weighted(["both", "channel", "balance"] as const, (way) =>
      way === "both" ? 5 : way === "channel" ? 3 : 1,
    );
    const left = availableOf(society, actor, currency);
    // Of both when there is something and not enough.
    const value =
      from === "balance"
        ? Math.max(1, Math.floor(left / 3))
        : left > 0 && left <= 3_500 && dice.chance(0.8)
          ? left + dice.between(50, 2_000)
          : dice.pick([1_000, 2_500]);
    if (value === 0) return;
    const body = {
      to: dice.chance(0.2) && payee.handle !== "" ? { handle: payee.handle } : { id: payee.id },
      amount: { value, currency },
      from,
      ...(from === "balance" ? {} : { channel: provider.name }),
      ...(dice.chance(0.4) ? { note: "Tickets" } : {}),
      audience: dice.pick(["participants", "friends", "public"]),
    };
    const key = `payment-${actor.name}-${dice.between(1, 1_000_000)}`;
    const reply = await call(actor, "payments", "createPayment", { body }, key);
    const ending = dice.chance(0.4) ? endsInMoney : dice.pick(endings);
    // Meanwhile the money that was split by may be spent.
    const spends =
      dice.chance(0.2) && left > 0
        ? call(actor, "transfers", "createTransfer", {
            body: { payee: { id: dice.pick(others(actor)).id }, amount: { value: left, currency } },
          })
        : undefined;
    await payAt(actor, society, provider, reply, ending);
    await spends;
    if (reply?.status !== 201) return;
    if (dice.chance(0.2)) await call(actor, "payments", "createPayment", { body }, key);
    if (dice.chance(0.2)) {
      const other = { ...body, amount: { value: value + 1, currency } };
      await call(actor, "payments", "createPayment", { body: other }, key);
    }
    if (dice.chance(0.3)) await call(actor, "payments", "getPayment", { params: { id: reply.body.id } });
    if (dice.chance(0.1)) await call(actor, "payments", "listPayments");
  },
};
