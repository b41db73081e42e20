/** Giving money of a payment back: in parts, in whole, more than there is, to the balance or through the channel. */
import type { Item } from "../../../shared/table/table.ts";
import { numberOf, partOf, textOf } from "../society/mirror.ts";
import { type Flow, isMember, type Member, type Society } from "../society/society.ts";
import { tryAct } from "./at-channel.ts";

/** Payments whose money somebody has. */
const paidPayments = ({ mirror }: Society): readonly Item[] =>
  [...mirror.under("PAYMENT#")].filter(
    (item) => textOf(item, "sk") === "PAYMENT" && textOf(item, "status") === "succeeded",
  );

/** Who can give it back. */
const beneficiaryOf = ({ people }: Society, payment: Item): Member | undefined => {
  const id = textOf(payment, "landed") === "payee" ? textOf(payment, "payee") : textOf(payment, "owner");
  return people.filter(isMember).find((person) => person.id === id);
};

/** What becomes of it at the channel. */
async function atChannel(society: Society, refundId: string, paymentId: string): Promise<void> {
  const { dice, mirror, pause, cloud } = society;
  await pause(10, 3_000);
  const refund = mirror.get(`PAYMENT#${paymentId}`, `REFUND#${refundId}`);
  const provider = cloud.outside.providers.find(({ name }) => name === textOf(refund, "channel"));
  const id = textOf(refund, "channelRefundId");
  if (provider === undefined || id === "") return;
  for (const action of dice.pick([
    ["fail"],
    ["stall", "succeed"],
    ["succeed"],
    ["succeed", "fail"],
    [],
  ] as const)) {
    tryAct(society, `${action} ${refundId.slice(0, 12)}`, () => provider.act({ kind: "refund", id, action }));
    await pause(100, 5_000);
  }
}

export const refund: Flow = {
  name: "refund",
  weight: 5,
  async run(actor, society) {
    const { dice, call, pause } = society;
    const payments = paidPayments(society);
    if (payments.length === 0) return;
    const toPeople = payments.filter((item) => textOf(item, "kind") === "payment");
    const payment = dice.pick(toPeople.length > 0 && dice.chance(0.6) ? toPeople : payments);
    const person = dice.chance(0.1) ? actor : (beneficiaryOf(society, payment) ?? actor);
    const id = textOf(payment, "paymentId");
    const amount = partOf(payment, "amount");
    const whole = numberOf(amount, "value");
    const value = dice.pick([whole, Math.ceil(whole / 2), Math.ceil(whole / 3), whole + 1]);
    const to = dice.pick(["balance", "channel", "channel"]);
    const body = {
      ...(dice.chance(0.8) ? { amount: { value, currency: textOf(amount, "currency") } } : {}),
      ...(dice.chance(0.75) ? { to } : {}),
      ...(dice.chance(0.3) ? { reason: "Returned" } : {}),
    };
    const key = `refund-${person.name}-${dice.between(1, 1_000_000)}`;
    const ask = (): ReturnType<typeof call> =>
      call(person, "payments", "createRefund", { params: { id }, body }, key);
    // Two different refunds at once race for what is left.
    const rival = dice.chance(0.25)
      ? call(person, "payments", "createRefund", { params: { id }, body: {} })
      : undefined;
    const reply = await ask();
    await rival;
    if (reply?.status === 201 && reply.body.to === "channel")
      await atChannel(society, String(reply.body.id), id);
    await pause(10, 2_000);
    if (reply?.status === 201 && dice.chance(0.3)) await ask();
    if (dice.chance(0.2)) await call(actor, "payments", "listRefunds", { params: { id } });
  },
};
