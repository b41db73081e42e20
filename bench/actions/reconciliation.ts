/** What comparing a statement with the ledger costs, and asking for it. */

import { opsRoutes } from "../../functions/ops/contract.ts";
import { askForDays } from "../../functions/reconciliation/ask-for-days.ts";
import { reconcile } from "../../functions/reconciliation/run.ts";
import { dailyReconciliationId } from "../../shared/reconciliation/run.ts";
import { FAKE } from "../../test/builders/fake-channel.ts";
import { createReconciliationWorld, OPS } from "../../test/builders/reconciliation-world.ts";
import type { ActionSet } from "./action-set.ts";

const LINES = 10;

export const reconciliationActions: ActionSet = async ({ route, worker }) => {
  const w = await createReconciliationWorld();
  const { world, reconciling, ops } = w;
  const of = { world, name: "ops", routes: opsRoutes, area: ops } as const;
  await world.person("olivia");
  const day = w.today();
  const lines = [];
  for (let line = 0; line < LINES; line += 1) lines.push({ ...(await w.topUp(10_00)), fee: 30 });
  w.states(day, lines);
  w.nextDay();

  const { statement } = w.provider.channel.capabilities;
  const ask = async (): Promise<number> => {
    await askForDays({ ...reconciling, channels: [{ name: FAKE, statement }] });
    return 0;
  };
  const schedule = { world, name: "reconciliation-schedule", trigger: "schedule" } as const;
  await worker(schedule, { scene: "one channel, three days that are new" }, ask);
  await worker(schedule, { variant: "nothing due", scene: "one channel, three days that are known" }, ask);
  const queue = { world, name: "reconciliation-consumer", trigger: "queue" } as const;
  await worker(queue, { scene: `${LINES} payments that all fit, and their fees` }, async () => {
    await reconcile(reconciling, dailyReconciliationId(FAKE, day), w.platform.log);
    return 0;
  });

  const body = { channel: FAKE, day };
  const asked = await route(of, "createReconciliation", { as: OPS, body }, { scene: "a day again" });
  const params = { id: String(asked.body.id) };
  await route(of, "getReconciliation", { as: OPS, params }, { scene: "one run" });
  await route(of, "listReconciliations", { as: OPS }, { scene: "four runs" });
  w.states(day, [
    ...lines,
    {
      kind: "payment",
      transactionId: "tx_foreign",
      amount: { value: 7_00, currency: "USD" },
      fee: 0,
      occurredAtMs: world.clock.now(),
      rawType: "charge",
    },
  ]);
  await w.run(day);
  await route(of, "listExceptions", { as: OPS }, { scene: "one difference" });
  const [exception] = await w.exceptions();
  const resolution = {
    as: OPS,
    params: { id: exception?.id },
    body: { resolution: "explained", note: "ours" },
  };
  await route(of, "resolveException", resolution, { scene: "what was entered goes back" });
  await w.close();
};
