/** What paying out costs: a withdrawal, its callback, its checks, its cancellation and its history. */
import { opsRoutes } from "../../functions/ops/contract.ts";
import { opsHandlers } from "../../functions/ops/handlers.ts";
import { paymentsEventHandlers } from "../../functions/payments/consumer-handlers.ts";
import { paymentsRoutes } from "../../functions/payments/contract.ts";
import { createCampaigns } from "../../shared/campaigns/store.ts";
import { consumeEvents } from "../../shared/events/consume.ts";
import { MINUTE } from "../../shared/platform/clock.ts";
import { createFakePaymentsWorld } from "../../test/builders/fake-payments-world.ts";
import { fakePayouts, withdrawalsOf } from "../../test/builders/withdrawals.ts";
import { lambdaContext, messagesFor, sqsEvent, usd } from "../../test/builders/world.ts";
import type { ActionSet } from "./action-set.ts";
import { handled } from "./handled.ts";

export const withdrawalsActions: ActionSet = async ({ route, worker }) => {
  const w = await createFakePaymentsWorld({ capabilities: { payouts: fakePayouts } });
  const t = withdrawalsOf(w);
  const { world } = w;
  const of = { world, name: "payments", routes: paymentsRoutes, area: w.api } as const;
  await world.person("ada", { funds: usd(100_00) });
  // Everybody has been there before.
  await t.create("first");

  const asked = t.request("priced");
  const made = await route(of, "createWithdrawal", asked, { scene: "a payout that is on its way" });
  await route(of, "createWithdrawal", asked, { variant: "replay", scene: "" });
  const id = String(made.body.id);
  await route(of, "getWithdrawal", { as: "ada", params: { id } }, { scene: "" });
  await route(of, "listWithdrawals", { as: "ada" }, { scene: "two withdrawals" });

  const sweep = async (): Promise<number> => {
    const report = await w.sweep();
    if (report.done === 0 || report.failed > 0) throw new Error(`swept ${JSON.stringify(report)}`);
    return 0;
  };
  world.clock.advance(MINUTE);
  await worker(
    { world, name: "payments-sweep", trigger: "schedule" },
    { variant: "withdrawals due", scene: "two withdrawals that are still on their way" },
    sweep,
  );

  const consumer = consumeEvents(paymentsEventHandlers(w.deps), w.deps.platform);
  t.move(id, "succeeded");
  await w.consume();
  world.newEvents();
  await w.tell("payout", { payoutId: id }, { follow: false });
  const arrived = messagesFor("payments", world.newEvents());
  await worker(
    { world, name: "payments-consumer", trigger: "queue" },
    { variant: "withdrawal", scene: "a callback that a withdrawal was delivered" },
    async () => handled(await consumer(sqsEvent(...arrived), lambdaContext)),
  );

  w.provider.payouts.settings.status = "requires_action";
  const waiting = await t.create("waiting");
  await route(
    of,
    "cancelWithdrawal",
    { as: "ada", params: { id: String(waiting.body.id) } },
    { scene: "one that the channel ends" },
  );

  const ops = world.area(
    opsRoutes,
    opsHandlers({ ...w.deps, campaigns: createCampaigns(w.deps), currencies: ["USD"], channelNames: [] }),
  );
  await world.person("olivia");
  await route(
    { world, name: "ops", routes: opsRoutes, area: ops },
    "getWithdrawalHistory",
    { as: "olivia!", params: { id } },
    { scene: "one that was delivered" },
  );
  await w.close();
};
