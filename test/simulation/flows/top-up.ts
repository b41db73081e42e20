/** Topping up: the app gets what it needs to pay, and the payer does, in time or not, well or not. */
import type { PayAction } from "../../../local/stripe/pay-page.ts";
import type { Flow, Member, Society } from "../society/society.ts";

/** On the channel's page; it may be too late for it. */
function act({ cloud, stage }: Society, intent: string, action: PayAction): void {
  stage.trace.add(stage.scheduler.now(), "payer", `${action} ${intent.slice(0, 14)}`);
  try {
    cloud.outside.stripe.control.act(intent, action);
  } catch {
    stage.trace.add(stage.scheduler.now(), "payer", "too late");
  }
}

const endings: readonly (readonly PayAction[])[] = [
  ["pay"],
  ["pay"],
  ["pay"],
  ["pay"],
  ["pay"],
  ["pay-slow"],
  ["decline-generic", "pay"],
  ["decline-insufficient-funds"],
  ["cancel"],
  [],
];

/** @param acts what the payer does, in this order. */
async function topUpAs(actor: Member, society: Society, acts: readonly PayAction[]): Promise<void> {
  const { dice, call, pause, stage, cloud } = society;
  if (stage.chaos.strikes("provider-down")) {
    cloud.outside.stripe.control.downFor(dice.between(2_000, dice.chance(0.3) ? 3 * 3_600_000 : 30_000));
  }
  const currency = dice.chance(0.85) ? "USD" : "EUR";
  const value = dice.chance(0.03) ? 20 : dice.pick([1_000, 5_000, 19_000]);
  const body = { channel: "stripe", amount: { value, currency } };
  const key = `top-${actor.name}-${dice.between(1, 1_000_000)}`;
  const reply = await call(actor, "payments", "createTopUp", { body }, key);
  const intent: unknown = reply?.body.action?.paymentIntentId;
  if (typeof intent !== "string") return;
  for (const action of acts) {
    await pause(10, 2_500);
    act(society, intent, action);
  }
  if (dice.chance(0.2)) await call(actor, "payments", "createTopUp", { body }, key);
  if (dice.chance(0.3)) await call(actor, "payments", "getPayment", { params: { id: reply?.body.id } });
}

/** The first one, that nearly always goes well: without money there is little to do. */
export const firstTopUp = (actor: Member, society: Society): Promise<void> =>
  topUpAs(actor, society, society.dice.chance(0.9) ? ["pay"] : ["pay-slow"]);

export const topUp: Flow = {
  name: "top-up",
  weight: 5,
  run: (actor, society) => topUpAs(actor, society, society.dice.pick(endings)),
};
