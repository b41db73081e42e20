/** Withdrawals and refunds that nothing ends by itself, for the routes by which people end them. */
import type { ChannelName } from "../../../shared/channels/registry.ts";
import { toRefundItem } from "../../../shared/payments/refund-codec.ts";
import { createRefunds } from "../../../shared/payments/refund-store.ts";
import { createPayments } from "../../../shared/payments/store.ts";
import { toPayoutItem } from "../../../shared/payouts/codec.ts";
import { createPayouts } from "../../../shared/payouts/store.ts";
import { DAY, HOUR } from "../../../shared/platform/clock.ts";
import type { PayoutId, RefundId } from "../../../shared/platform/ids.ts";
import { usd } from "../../builders/world.ts";
import type { Stage } from "./stage.ts";

/** Longer ago than any channel lets a request be repeated. */
const AGO_MS = 90 * DAY;
const unknown = { code: "outcome-unknown", message: "Nobody knows." };

/** Done while the channel answers nobody. */
async function unheard<T>({ w }: Stage, channel: ChannelName, run: () => Promise<T>): Promise<T> {
  const { control } = w.outside.providers.of(channel);
  control.downFor(HOUR);
  const result = await run();
  control.downFor(0);
  return result;
}

/** A withdrawal of the owner whose request got lost months ago. PayPal finds none without an id of its own. */
export async function stuckWithdrawal(stage: Stage): Promise<PayoutId> {
  const { world } = stage.w;
  const recipient = { type: "paypal_email", email: "owner@example.com" };
  const body = { amount: usd(500), channel: "paypal", recipient };
  const made = await unheard(stage, "paypal", () =>
    stage.does("createWithdrawal", stage.owner.name, { key: "stuck", body }),
  );
  const payout = await createPayouts(world).get(made.body.id);
  if (payout?.status !== "created") throw new Error("PayPal has answered");
  const at = { createdAt: payout.createdAt - AGO_MS, nextCheckAt: world.clock.now() + DAY };
  await world.table.put({ put: toPayoutItem({ ...payout, ...at, attention: unknown }) });
  return payout.id;
}

/** A refund by the owner of their top-up whose request got lost months ago. */
export async function stuckRefund(stage: Stage): Promise<RefundId> {
  const { w, owner } = stage;
  const { id, intent } = await stage.toppedUp();
  w.outside.providers.of("stripe").control.act({ kind: "payment", id: intent, action: "approve" });
  await w.settle(HOUR);
  const made = await unheard(stage, "stripe", () =>
    stage.does("createRefund", owner.name, { key: "stuck", params: { id }, body: {} }),
  );
  const refunds = createRefunds({ table: w.world.table, payments: createPayments(w.world) });
  const refund = await refunds.get(id, made.body.id);
  if (refund?.status !== "created") throw new Error("Stripe has answered");
  const at = { createdAt: refund.createdAt - AGO_MS, nextCheckAt: w.world.clock.now() + DAY };
  await w.world.table.put({
    put: toRefundItem({ ...refund, ...at, status: "needs_attention", failure: unknown }),
  });
  return refund.id;
}
