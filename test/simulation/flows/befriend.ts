/** Friendship, its end, and blocks. */

import type { Flow } from "../society/society.ts";
import { read } from "./feed.ts";

export const befriend: Flow = {
  name: "befriend",
  weight: 5,
  async run(actor, { dice, call, others, pause }) {
    const other = dice.pick(others(actor));
    const ask = call(actor, "friends", "putFriend", { params: { userId: other.id } });
    if (dice.chance(0.7)) await ask;
    await pause(5, 500);
    await Promise.all([ask, call(other, "friends", "putFriend", { params: { userId: actor.id } })]);
  },
};

export const part: Flow = {
  name: "part",
  weight: 2,
  async run(actor, { dice, call, others, pause }) {
    const other = dice.pick(others(actor));
    const params = { userId: other.id };
    if (dice.chance(0.4)) {
      await call(actor, "friends", "deleteFriend", { params });
      return;
    }
    const crossing = dice.chance(0.5)
      ? call(other, "friends", "putFriend", { params: { userId: actor.id } })
      : undefined;
    await Promise.all([crossing, call(actor, "friends", "putBlock", { params })]);
    await pause(50, 5_000);
    await read(other, 20, call);
    if (dice.chance(0.5)) await call(actor, "friends", "deleteBlock", { params });
  },
};
