/** The part of the tour that goes through channels: paying people, giving back, withdrawing, contesting, reconciling. */
import { opsRoutes } from "../../../functions/ops/contract.ts";
import { paymentsRoutes } from "../../../functions/payments/contract.ts";
import { type ApiClient, signedIn } from "../../../local/client/api-client.ts";
import { channelOf, type RunningCloud } from "../../../local/client/running-cloud.ts";
import { advance, control, drained, type Person, payAtStripe, topUp, usd } from "./system.ts";
import type { Visit } from "./tour.ts";

const HOUR_MS = 3_600_000;

async function order(cloud: RunningCloud, channel: string, name: string, body: object): Promise<void> {
  const answer = await fetch(`${channelOf(cloud, channel)}/control/${name}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${channel} ${name}: ${await answer.text()}`);
}

/** Pays, calls off, gives back and withdraws, and looks at all of it. */
export async function throughChannels(
  visit: Visit,
  cloud: RunningCloud,
  { una, vic, ops }: { readonly una: Person; readonly vic: Person; readonly ops: ApiClient },
): Promise<void> {
  await visit(vic.api, paymentsRoutes.listChannels);
  await visit(vic.api, paymentsRoutes.quotePayment, { body: { amount: usd(2_000), country: "FR" } });
  const { body: wallet } = await vic.api.get("/wallet");
  const has = wallet.balances.find(({ currency }: { currency: string }) => currency === "USD").available;
  const buy = (value: number) => ({
    to: { id: una.id },
    amount: usd(value),
    channel: "stripe",
    note: "Bike",
  });

  const both = await visit(vic.api, paymentsRoutes.createPayment, { body: buy(has + 900) });
  await payAtStripe(cloud, both.action.paymentIntentId);
  await drained(cloud);
  const params = { id: both.id };
  const back = await visit(una.api, paymentsRoutes.createRefund, {
    params,
    body: { amount: usd(700), to: "channel" },
  });
  await drained(cloud);
  await visit(una.api, paymentsRoutes.createRefund, { params, body: { amount: usd(500), to: "balance" } });
  await visit(vic.api, paymentsRoutes.listRefunds, { params });
  // The payer contests it, and loses.
  await order(cloud, "stripe", "act", { kind: "dispute", id: both.action.paymentIntentId, action: "open" });
  await drained(cloud);
  await order(cloud, "stripe", "act", { kind: "dispute", id: both.action.paymentIntentId, action: "win" });
  await drained(cloud);

  const left = await visit(vic.api, paymentsRoutes.createPayment, { body: buy(1_400) });
  await visit(vic.api, paymentsRoutes.cancelPayment, { params: { id: left.id } });
  await visit(vic.api, paymentsRoutes.createPayment, { body: { ...buy(100), from: "balance" } });

  await topUp(cloud, vic, 4_000);
  const out = await visit(vic.api, paymentsRoutes.createWithdrawal, {
    body: {
      amount: usd(600),
      channel: "stripe",
      recipient: { type: "stripe_account", accountId: "acct_1KithTour" },
    },
  });
  const waits = await visit(vic.api, paymentsRoutes.createWithdrawal, {
    body: {
      amount: usd(800),
      channel: "paypal",
      recipient: { type: "paypal_email", email: "unclaimed@kith.example" },
    },
  });
  await drained(cloud);
  // By now the provider knows that nobody takes it.
  await advance(cloud, 3 * 60_000);
  await control(cloud, "POST", "/schedules/payments-sweep/run");
  await drained(cloud);
  await visit(vic.api, paymentsRoutes.cancelWithdrawal, { params: { id: waits.id } });
  await visit(vic.api, paymentsRoutes.getWithdrawal, { params: { id: out.id } });
  await visit(vic.api, paymentsRoutes.listWithdrawals);
  await drained(cloud);
  await visit(ops, opsRoutes.getPaymentHistory, { params });
  await visit(ops, opsRoutes.getWithdrawalHistory, { params: { id: out.id } });
  // Both have ended so at their channel, which is what people say too.
  const body = { outcome: "succeeded", reason: "On the provider's pages", evidence: "TOUR-1" };
  await visit(ops, paymentsRoutes.resolveWithdrawal, { params: { id: out.id }, body });
  await visit(ops, paymentsRoutes.resolveRefund, { params: { id: back.id }, body });
}

/** Days later: a statement with a line too many, and what becomes of it. */
export async function reconciled(visit: Visit, cloud: RunningCloud, day: string): Promise<void> {
  await order(cloud, "stripe", "spoil", { fault: "extra", day, amount: 77 });
  for (let hours = 0; hours < 48; hours += 12) {
    await advance(cloud, 12 * HOUR_MS);
    await drained(cloud);
  }
  const ops = await signedIn(cloud, "olivia");
  const asked = await visit(ops, opsRoutes.createReconciliation, { body: { channel: "stripe", day } });
  await drained(cloud);
  await visit(ops, opsRoutes.getReconciliation, { params: { id: asked.id } });
  await visit(ops, opsRoutes.listReconciliations);
  const { items } = await visit(ops, opsRoutes.listExceptions, { query: { status: "open" } });
  const [open] = items;
  if (open === undefined) throw new Error("the line too many was not found");
  await visit(ops, opsRoutes.resolveException, {
    params: { id: open.id },
    body: { resolution: "explained", note: "A line of the tour's own" },
  });
}
