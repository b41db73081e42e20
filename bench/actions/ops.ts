/** What the work of ops costs: campaigns, freezes, suspense, health, the audit. */
import { opsRoutes } from "../../functions/ops/contract.ts";
import { opsHandlers } from "../../functions/ops/handlers.ts";
import { runAudit } from "../../functions/ops/run-audit.ts";
import { createCampaigns } from "../../shared/campaigns/store.ts";
import { MINUTE } from "../../shared/platform/clock.ts";
import { createWorld, usd } from "../../test/builders/world.ts";
import type { ActionSet } from "./action-set.ts";

const ENTRIES = 100;

export const opsActions: ActionSet = async ({ route, worker }) => {
  const world = await createWorld();
  const handlers = opsHandlers({
    ...world,
    campaigns: createCampaigns(world),
    currencies: ["USD", "EUR"],
    channelNames: ["stripe"],
  });
  const of = { world, name: "ops", routes: opsRoutes, area: world.area(opsRoutes, handlers) } as const;
  await world.person("olivia");
  const ada = await world.person("ada", { funds: usd(100) });
  const as = "olivia!";
  const campaign = {
    name: "Spring",
    rewardInviter: usd(500),
    rewardInvited: usd(300),
    minimum: usd(1000),
    budget: usd(80_000),
  };

  const made = await route(of, "createCampaign", { as, body: campaign }, { scene: "with its budget" });
  const params = { id: String(made.body.id) };
  await route(of, "listCampaigns", { as }, { scene: "one campaign" });
  await route(of, "getCampaign", { as, params }, { scene: "one campaign" });
  await route(of, "patchCampaign", { as, params, body: { name: "Summer" } }, { scene: "another name" });
  await route(
    of,
    "patchCampaign",
    { as, params, body: { addBudget: usd(10_000) } },
    { variant: "add budget", scene: "more budget" },
  );

  const account = { as, params: { id: ada }, body: { reason: "ops" } };
  await route(of, "freezeAccount", account, { scene: "a person with one currency" });
  await route(of, "unfreezeAccount", account, { scene: "a person with one currency" });
  await route(of, "getAccountRisk", { as, params: { id: ada } }, { scene: "nothing was found" });
  await route(of, "getSuspense", { as }, { scene: "nothing in suspense, two currencies" });
  const rates = { base: "USD", rates: { EUR: "0.92" }, spreadBasisPoints: 50 };
  await route(of, "putFxRates", { as, body: rates }, { scene: "one currency" });
  await route(of, "getFxRates", { as }, { scene: "one currency" });
  await route(of, "getOpsHealth", { as }, { scene: "nothing due" });

  for (let entry = 0; entry < ENTRIES; entry += 1) await world.fund(ada, usd(100));
  world.clock.advance(5 * MINUTE);
  await worker(
    { world, name: "audit", trigger: "schedule" },
    { scene: `a table with ${ENTRIES} transfers; grows with the table` },
    async () => {
      const { clean } = await runAudit(world);
      if (!clean) throw new Error("the audit of the bench's own table has findings");
      return 0;
    },
  );
  world.close();
};
