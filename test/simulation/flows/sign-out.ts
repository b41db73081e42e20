/** Signing out, on purpose or because a phone was lost: whoever has the old token tries to pay with it. */
import { tokenOf } from "../cloud/tokens.ts";
import type { Flow } from "../society/society.ts";

export const signOut: Flow = {
  name: "sign-out",
  weight: 1.2,
  async run(actor, { dice, client, call, others, pause, stage }) {
    const lost = actor.session;
    const now = (): number => Math.floor(stage.scheduler.now() / 1000);
    const token = tokenOf(lost, now());
    await call(actor, "identity", "revoke", { body: { refreshToken: "refresh" } });
    actor.sessions += 1;
    const signedInAt = now() + 1;
    await pause(1_100, 3_000);
    actor.session = { ...lost, session: `${actor.name}${actor.sessions}`, signedInAt };
    for (let tries = dice.between(1, 2); tries > 0; tries -= 1) {
      const body = { payee: { id: dice.pick(others(actor)).id }, amount: { value: 100, currency: "USD" } };
      const key = `thief-${dice.between(1, 1_000_000)}`;
      await client.once(lost, token, "transfers", "createTransfer", { body }, key);
      await pause(10, 60_000);
    }
  },
};
