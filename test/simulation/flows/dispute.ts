/** A payer contests a payment at the channel: it takes or holds the money, and decides later. */
import { numberOf, textOf } from "../society/mirror.ts";
import type { Flow } from "../society/society.ts";
import { channelValueOf, tryAct } from "./at-channel.ts";

export const dispute: Flow = {
  name: "dispute",
  weight: 1.5,
  async run(_actor, society) {
    const { dice, cloud, mirror, pause } = society;
    const provider = dice.pick(cloud.outside.providers.filter(({ capabilities }) => capabilities.disputes));
    // What went back through the channel in whole is not contested any more.
    const paid = [...mirror.under("PAYMENT#")].filter(
      (item) =>
        textOf(item, "status") === "succeeded" &&
        textOf(item, "channel") === provider.name &&
        numberOf(item, "refundedToChannel") < channelValueOf(item),
    );
    const ids = paid.map((item) => textOf(item, "channelPaymentId")).filter((id) => id !== "");
    if (ids.length === 0) return;
    const id = dice.pick(ids);
    const act = (action: "open" | "win" | "lose"): boolean =>
      tryAct(society, `dispute ${action} ${id.slice(0, 12)}`, () =>
        provider.act({ kind: "dispute", id, action }),
      );
    if (!act("open")) return;
    await pause(10, 20_000);
    if (dice.chance(0.9)) act(dice.chance(0.5) ? "win" : "lose");
  },
};
