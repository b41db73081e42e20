/** Paying a person, with all that people get wrong: too much, themselves, nobody, the same key for something else. */
import { chainPartition } from "../../../shared/table/keys.ts";
import { numberOf, partOf } from "../society/mirror.ts";
import type { Flow } from "../society/society.ts";
import { read } from "./feed.ts";

export const pay: Flow = {
  name: "pay",
  weight: 9,
  async run(actor, { dice, call, others, mirror, pause }) {
    const payee = dice.chance(0.03) ? actor : dice.pick(others(actor));
    const to = dice.chance(0.2) && payee.handle !== "" ? { handle: payee.handle } : { id: payee.id };
    const currency = dice.chance(0.9) ? "USD" : "EUR";
    const left = numberOf(
      partOf(mirror.newest(chainPartition(`user:${actor.id}`, currency)), "balance"),
      "available",
    );
    if (left === 0 && dice.chance(0.7)) return;
    const affordable = Math.max(1, Math.floor((left * dice.between(5, 60)) / 100));
    const body = {
      payee: to,
      amount: { value: dice.chance(0.8) ? affordable : dice.pick([1, 2_500, left + 1, 25_000]), currency },
      audience: dice.pick(["participants", "friends", "friends", "public", "public"]),
      ...(dice.chance(0.5) ? { note: "Lunch" } : {}),
    };
    const key = `pay-${actor.name}-${dice.between(1, 1_000_000)}`;
    const reply = await call(actor, "transfers", "createTransfer", { body }, key);
    if (reply?.status !== 201) return;
    if (dice.chance(0.15)) await call(actor, "transfers", "createTransfer", { body }, key);
    if (dice.chance(0.15)) {
      const other = { ...body, amount: { value: body.amount.value + 1, currency } };
      await call(actor, "transfers", "createTransfer", { body: other }, key);
    }
    if (dice.chance(0.5)) {
      await pause(300, 3_000);
      await read(dice.pick([payee, ...others(actor)]), 20, call);
    }
    const reader = dice.pick([actor, ...others(actor)]);
    if (dice.chance(0.2)) await call(reader, "transfers", "getTransfer", { params: { id: reply.body.id } });
  },
};

/** A birthday: everybody pays one person in the same moment. */
export const rush: Flow = {
  name: "rush",
  weight: 1,
  async run(actor, { call, others }) {
    const body = { payee: { id: actor.id }, amount: { value: 100, currency: "USD" }, audience: "public" };
    await Promise.all(others(actor).map((other) => call(other, "transfers", "createTransfer", { body })));
  },
};
