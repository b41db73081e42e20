/**
 * Taking money out through a channel: confirmed, refused, called off, or returned after it was delivered, which its
 * callback may fail to tell.
 */
import { textOf } from "../society/mirror.ts";
import type { Flow } from "../society/society.ts";
import { availableOf, someProvider, tryAct } from "./at-channel.ts";

const endings = [
  ["confirm"],
  ["confirm", "succeed"],
  ["succeed"],
  ["fail"],
  ["expire"],
  ["succeed", "return"],
  ["succeed", "unheard", "return"],
  ["return"],
  ["cancel"],
  ["cancel", "confirm"],
  ["confirm", "cancel"],
  [],
] as const;

export const withdraw: Flow = {
  name: "withdraw",
  weight: 4,
  async run(actor, society) {
    const { dice, call, mirror, pause } = society;
    const provider = someProvider(society);
    const currency = dice.pick(provider.currencies);
    const left = availableOf(society, actor, currency);
    if (left === 0 && dice.chance(0.7)) return;
    const value = dice.chance(0.8) ? Math.max(1, Math.floor(left / 3)) : dice.pick([1, 2_500, left + 1]);
    const recipient = provider.recipient ?? { type: "paypal_email", email: "recipient@kith.example" };
    const body = { amount: { value, currency }, channel: provider.name, recipient };
    const key = `withdraw-${actor.name}-${dice.between(1, 1_000_000)}`;
    const ask = (): ReturnType<typeof call> => call(actor, "payments", "createWithdrawal", { body }, key);
    const reply = await ask();
    if (reply?.status !== 201) return;
    const params = { id: String(reply.body.id) };
    for (const action of dice.pick(endings)) {
      await pause(10, 4_000);
      if (action === "cancel") {
        const asked = call(actor, "payments", "cancelWithdrawal", { params });
        if (dice.chance(0.5)) await asked;
        continue;
      }
      const id = textOf(mirror.get(`PAYOUT#${params.id}`, "PAYOUT"), "channelPayoutId");
      if (action === "unheard") {
        if (id !== "") provider.loseCallbacksAbout(id);
        continue;
      }
      tryAct(society, `${action} ${params.id.slice(0, 12)}`, () =>
        provider.act({ kind: "payout", id, action }),
      );
    }
    if (dice.chance(0.25)) await ask();
    if (dice.chance(0.3)) await call(actor, "payments", "getWithdrawal", { params });
    if (dice.chance(0.1)) await call(actor, "payments", "listWithdrawals");
  },
};
