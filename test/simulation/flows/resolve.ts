/**
 * Ops ends what waits for people: after somebody has brought it to its end at the provider, which may not answer just
 * then. For what does not wait for people it asks in vain.
 */
import type { Item } from "../../../shared/table/table.ts";
import { textOf } from "../society/mirror.ts";
import type { Flow, Society } from "../society/society.ts";
import { tryAct } from "./at-channel.ts";

const found = { reason: "Looked up at the provider", evidence: "TICKET-4711" };

const isRefund = (item: Item): boolean =>
  /^REFUND#[^#]*$/.test(textOf(item, "sk")) && textOf(item, "to") === "channel";

/** Refunds that a provider cannot finish by itself. */
const stuckRefunds = ({ mirror }: Society): readonly Item[] =>
  [...mirror.under("PAYMENT#")].filter(
    (item) =>
      isRefund(item) &&
      textOf(item, "status") === "needs_attention" &&
      textOf(item, "channelRefundId") !== "",
  );

async function endRefund(society: Society, refund: Item): Promise<void> {
  const { dice, call, ops, cloud, pause } = society;
  const provider = cloud.outside.providers.find(({ name }) => name === textOf(refund, "channel"));
  if (provider === undefined) return;
  const [action, outcome] = dice.pick([
    ["succeed", "succeeded"],
    ["fail", "failed"],
  ] as const);
  const refundId = textOf(refund, "refundId");
  const id = textOf(refund, "channelRefundId");
  const isDone = tryAct(society, `${action} ${refundId.slice(0, 12)}`, () =>
    provider.act({ kind: "refund", id, action }),
  );
  if (!isDone) return;
  if (dice.chance(0.7)) provider.downFor(dice.between(1_000, 20_000));
  const asked = { params: { id: refundId }, body: { outcome, ...found } };
  const first = call(ops, "payments", "resolveRefund", asked);
  if (dice.chance(0.3)) await call(ops, "payments", "resolveRefund", asked);
  await first;
  await pause(10, 5_000);
  if (dice.chance(0.3)) await call(ops, "payments", "resolveRefund", asked);
}

/** What its channel is still asked about, or what has ended, is not people's to end. */
async function askInVain(society: Society): Promise<void> {
  const { dice, call, ops, mirror } = society;
  const body = { outcome: dice.pick(["succeeded", "failed"]), ...found };
  const payouts = [...mirror.under("PAYOUT#")].filter(
    (item) => textOf(item, "sk") === "PAYOUT" && item["attention"] === undefined,
  );
  const refunds = [...mirror.under("PAYMENT#")].filter(
    (item) => isRefund(item) && ["succeeded", "failed"].includes(textOf(item, "status")),
  );
  const [payout, refund] = [payouts.at(-1), refunds.at(-1)];
  if (payout !== undefined) {
    const params = { id: textOf(payout, "withdrawalId") };
    await call(ops, "payments", "resolveWithdrawal", { params, body });
  }
  if (refund !== undefined)
    await call(ops, "payments", "resolveRefund", { params: { id: textOf(refund, "refundId") }, body });
}

export const resolve: Flow = {
  name: "resolve",
  weight: 1,
  async run(_actor, society) {
    const stuck = stuckRefunds(society);
    await (stuck.length === 0 ? askInVain(society) : endRefund(society, society.dice.pick(stuck)));
  },
};
