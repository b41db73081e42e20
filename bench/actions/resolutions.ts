/** What it costs when a channel is silent: what people end, and asking about what was delivered. */
import { paymentsRoutes } from "../../functions/payments/contract.ts";
import { DAY, HOUR } from "../../shared/platform/clock.ts";
import { FAKE, lost } from "../../test/builders/fake-channel.ts";
import { createFakePaymentsWorld } from "../../test/builders/fake-payments-world.ts";
import { fakePayouts, withdrawalsOf } from "../../test/builders/withdrawals.ts";
import { usd } from "../../test/builders/world.ts";
import type { ActionSet } from "./action-set.ts";

const OPS = "olivia!";
const found = { reason: "Looked up at the provider", evidence: "TICKET-4711" };

/** A world with Ada and somebody of ops, who have both been there before. */
async function worldOf() {
  const w = await createFakePaymentsWorld({ capabilities: { payouts: fakePayouts } });
  await w.world.person("ada", { funds: usd(100_00) });
  await w.world.person("olivia");
  return { w, of: { world: w.world, name: "payments", routes: paymentsRoutes, area: w.api } as const };
}

export const resolutionsActions: ActionSet = async (recorder) => {
  await withdrawal(recorder);
  await refund(recorder);
  await delivered(recorder);
};

const withdrawal: ActionSet = async ({ route }) => {
  const { w, of } = await worldOf();
  w.provider.fail(lost("payout", "after", 10_000));
  w.provider.payouts.settings.findsByOurId = false;
  const { body } = await withdrawalsOf(w).create();
  await w.live(2 * DAY, HOUR);
  const params = { id: String(body.id) };
  await route(
    of,
    "resolveWithdrawal",
    { as: OPS, params, body: { outcome: "succeeded", ...found } },
    { scene: "one that the channel cannot find" },
  );
  await w.close();
};

const refund: ActionSet = async ({ route }) => {
  const { w, of } = await worldOf();
  const top = { as: "ada", key: "top", body: { amount: usd(15_00), channel: FAKE } };
  const { body: payment } = await w.api.call("createTopUp", top);
  w.provider.move("fp_1", "succeeded");
  await w.tell("payment", { channelPaymentId: "fp_1" });
  w.provider.fail(lost("refund", "before", 10_000));
  const back = { as: "ada", key: "back", params: { id: payment.id }, body: {} };
  const { body: made } = await w.api.call("createRefund", back);
  await w.live(26 * HOUR, HOUR);
  await route(
    of,
    "resolveRefund",
    { as: OPS, params: { id: String(made.id) }, body: { outcome: "failed", ...found } },
    { scene: "one whose request got lost" },
  );
  await w.close();
};

const delivered: ActionSet = async ({ worker }) => {
  const { w } = await worldOf();
  w.provider.payouts.settings.status = "succeeded";
  await withdrawalsOf(w).create();
  w.world.clock.advance(DAY);
  await worker(
    { world: w.world, name: "payments-sweep", trigger: "schedule" },
    { variant: "a delivered withdrawal", scene: "one that may come back, and has not" },
    async () => {
      const report = await w.sweep();
      if (report.done !== 1 || report.failed > 0) throw new Error(`swept ${JSON.stringify(report)}`);
      return 0;
    },
  );
  await w.close();
};
