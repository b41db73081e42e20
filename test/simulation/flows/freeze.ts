/** Ops freezes a person, looks into it, and sets them free again. */
import type { Flow } from "../society/society.ts";

export const freeze: Flow = {
  name: "freeze",
  weight: 1.2,
  async run(actor, { dice, call, ops, others, pause }) {
    const params = { id: actor.id };
    const body = { reason: dice.pick(["ops", "fraud-suspected"]) };
    await call(ops, "ops", "freezeAccount", { params, body });
    const attempt = { payee: { id: dice.pick(others(actor)).id }, amount: { value: 50, currency: "USD" } };
    await call(actor, "transfers", "createTransfer", { body: attempt });
    await pause(10, 20_000);
    if (dice.chance(0.85)) await call(ops, "ops", "unfreezeAccount", { params, body });
  },
};
