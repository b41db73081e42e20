/** What watching for anomalies costs. */
import { riskEvents } from "../../functions/risk/event-handlers.ts";
import type { EventOf } from "../../shared/events/catalogue.ts";
import { DAY } from "../../shared/platform/clock.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import { derivedId, newId } from "../../shared/platform/ids.ts";
import { createWorld, usd } from "../../test/builders/world.ts";
import type { ActionSet } from "./action-set.ts";

const RISK = {
  freezeHours: 24,
  rules: {
    "new-payees": { count: 10, withinMinutes: 60 },
    "pass-through": { count: 5, withinMinutes: 30, percent: 90, youngerThanDays: 30 },
    "failed-payments": { count: 2, withinMinutes: 60 },
  },
};

export const riskActions: ActionSet = async ({ worker }) => {
  const world = await createWorld();
  const handlers = riskEvents({ ...world, risk: RISK });
  const { clock, random, log } = world.platform;
  const header = () => ({ id: newId("event", clock, random), at: clock.now(), correlationId: "bench" });
  const paid = (payer: AccountId, payee: AccountId): EventOf<"transfer.completed"> => ({
    ...header(),
    type: "transfer.completed",
    data: {
      transferId: newId("transfer", clock, random),
      payer,
      payee,
      amount: usd(12_50),
      audience: "participants",
    },
  });
  const failed = (owner: AccountId): EventOf<"payment.failed"> => ({
    ...header(),
    type: "payment.failed",
    data: {
      paymentId: newId("payment", clock, random),
      owner,
      amount: usd(20_00),
      status: "failed",
    },
  });
  const of = { world, name: "risk-consumer", trigger: "queue" } as const;

  const old = await world.person("old", { funds: usd(100) });
  const payee = await world.person("payee", { funds: usd(100) });
  world.clock.advance(40 * DAY);
  await world.person("young", { funds: usd(100) });
  await handlers["transfer.completed"](paid(old, payee), log);
  await worker(of, { scene: "a payment to somebody who was paid before" }, async () => {
    await handlers["transfer.completed"](paid(old, payee), log);
    return 0;
  });
  const somebody = derivedId("account", "somebody");
  await worker(of, { variant: "new payee", scene: "a payment to somebody new" }, async () => {
    await handlers["transfer.completed"](paid(old, somebody), log);
    return 0;
  });
  const young = (await world.accounts.idBySubject("sub-young")) ?? payee;
  await worker(of, { variant: "new accounts", scene: "payer and payee are new" }, async () => {
    await handlers["transfer.completed"](paid(young, newId("account", clock, random)), log);
    return 0;
  });
  await handlers["payment.failed"](failed(old), log);
  await worker(of, { variant: "freeze", scene: "one currency is frozen" }, async () => {
    await handlers["payment.failed"](failed(old), log);
    const account = await world.accounts.get(old);
    if (account?.access.frozenFor[0] !== "risk:failed-payments") throw new Error("nobody was frozen");
    return 0;
  });
  world.close();
};
