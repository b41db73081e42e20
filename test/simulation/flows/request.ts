/** Asking a person for money: they pay, once, or decline; or the request is taken back, or forgotten. */
import type { Flow } from "../society/society.ts";
import { availableOf } from "./at-channel.ts";

const endings = [
  ["pay"],
  ["pay", "pay"],
  ["decline"],
  ["cancel"],
  ["remind", "pay"],
  ["decline", "pay"],
  ["remind"],
] as const;

export const request: Flow = {
  name: "request",
  weight: 4,
  async run(actor, society) {
    const { dice, call, others, pause } = society;
    const payer = dice.chance(0.03) ? actor : dice.pick(others(actor));
    const left = availableOf(society, payer, "USD");
    const body = {
      from: dice.chance(0.2) && payer.handle !== "" ? { handle: payer.handle } : { id: payer.id },
      amount: { value: dice.chance(0.7) ? Math.max(1, Math.floor(left / 4)) : left + 1, currency: "USD" },
      ...(dice.chance(0.5) ? { note: "The taxi" } : {}),
      ...(dice.chance(0.3) ? { expiresInDays: 1 } : {}),
    };
    const key = `request-${actor.name}-${dice.between(1, 1_000_000)}`;
    const reply = await call(actor, "transfers", "createPaymentRequest", { body }, key);
    if (reply?.status !== 201) return;
    const params = { id: String(reply.body.id) };
    const act = {
      pay: () =>
        call(payer, "transfers", "payPaymentRequest", {
          params,
          body: { audience: dice.pick(["participants", "public"]) },
        }),
      decline: () => call(payer, "transfers", "declinePaymentRequest", { params }),
      cancel: () => call(actor, "transfers", "cancelPaymentRequest", { params }),
      remind: () => call(actor, "transfers", "remindPaymentRequest", { params }),
    };
    await pause(10, 3_000);
    const [first, second] = dice.pick(endings);
    const asked = act[first]();
    if (dice.chance(0.5)) await asked;
    // Of two ends at once one comes about.
    const rival = second ?? (dice.chance(0.3) ? dice.pick(["cancel", "decline"] as const) : undefined);
    await Promise.all([asked, rival === undefined ? undefined : act[rival]()]);
    if (dice.chance(0.15)) await call(actor, "transfers", "createPaymentRequest", { body }, key);
    if (dice.chance(0.2)) await call(dice.pick([actor, payer]), "transfers", "getPaymentRequest", { params });
    if (dice.chance(0.1)) await call(payer, "transfers", "listPaymentRequests");
  },
};
