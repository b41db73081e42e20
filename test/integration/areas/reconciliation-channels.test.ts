/** Every channel's own statement, as its simulator prints it, against the ledger: true ones fit, and faults are found. */
import { expect, it } from "vitest";
import type { ReconciliationDeps } from "../../../functions/reconciliation/deps.ts";
import { reconcile } from "../../../functions/reconciliation/run.ts";
import { reconciliationStores } from "../../../functions/reconciliation/wiring.ts";
import { localDay } from "../../../shared/channels/local-time.ts";
import { type ChannelName, channelModules } from "../../../shared/channels/registry.ts";
import { clearingAccounts } from "../../../shared/ledger/account.ts";
import { DAY, HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import { derivedId } from "../../../shared/platform/ids.ts";
import { newReconciliation } from "../../../shared/reconciliation/run.ts";
import { createPaymentsBase, type PaymentsBase } from "../../builders/payments-base.ts";
import { createOutside, type Outside } from "../../builders/whole-outside.ts";

const currencies: Readonly<Record<ChannelName, "USD" | "CNY" | "INR">> = {
  stripe: "USD",
  "wechat-pay": "CNY",
  alipay: "CNY",
  paypal: "USD",
  paytm: "INR",
};

async function start(name: ChannelName) {
  let base: PaymentsBase | undefined;
  let outside: Outside | undefined;
  base = await createPaymentsBase(async ({ world, platform }) => {
    outside = await createOutside(world.clock, {
      names: [name],
      platform,
      async deliver(channel, headers, rawBody) {
        if (base === undefined) throw new Error("a callback came before there was anybody");
        const reply = await base.callbacks.call("receiveCallback", { params: { channel }, headers, rawBody });
        return { status: reply.status, body: typeof reply.body === "string" ? reply.body : "" };
      },
    });
    return outside.providers.channels;
  });
  if (outside === undefined) throw new Error("there is no world outside");
  await base.world.person("ada");
  return { base, outside };
}

it.each(Object.keys(currencies) as ChannelName[])("%s", async (name) => {
  const { base, outside } = await start(name);
  const { clock } = base.world;
  const currency = currencies[name];
  const { control } = outside.providers.of(name);
  const live = async (ms: number): Promise<void> => {
    for (const until = clock.now() + ms; clock.now() < until; ) {
      await outside.pass(Math.min(MINUTE, until - clock.now()));
      await base.consume();
      await base.sweep();
    }
    await base.consume();
  };
  const topUp = async (value: number): Promise<{ readonly id: string; readonly object: string }> => {
    const before = new Set(control.objects().map(({ id }) => id));
    const made = await base.api.call("createTopUp", {
      as: "ada",
      body: { amount: { value, currency }, channel: name },
    });
    expect(made.status).toBe(201);
    await live(MINUTE);
    const { orderString } = made.body.action;
    // Alipay knows of a payment once the payer's app opens what it was given.
    if (orderString !== undefined) {
      await outside.providers.fetch(`https://openapi.alipay.com/pay?${orderString}`, {});
    }
    const object = control.objects().find(({ id, kind }) => kind === "payment" && !before.has(id));
    if (object === undefined) throw new Error("the provider has no new payment");
    control.act({ kind: "payment", id: object.id, action: "approve" });
    await live(2 * MINUTE);
    const { body } = await base.api.call("getPayment", { as: "ada", params: { id: made.body.id } });
    expect(body.status).toBe("succeeded");
    return { id: made.body.id, object: object.id };
  };

  const { statement } = channelModules[name].capabilities;
  const today = () => localDay(clock.now(), statement.utcOffsetMinutes);
  const deps: ReconciliationDeps = {
    ...base.deps,
    ...reconciliationStores(base.deps),
    feeRules: {},
  };
  let runs = 0;
  const run = async (day: string) => {
    runs += 1;
    const id = derivedId("reconciliation", String(runs));
    const now = clock.now();
    const fresh = newReconciliation({ id, channel: name, day, fingerprint: "f", correlationId: "c", now });
    await deps.reconciliations.request(fresh);
    await reconcile(deps, id, base.platform.log);
    return deps.reconciliations.get(id);
  };
  /** The day is over, and its statement is there. */
  const ready = (): void => {
    const { utcOffsetMinutes, readyAfterMs } = statement;
    const local = clock.now() + utcOffsetMinutes * MINUTE;
    clock.advance(DAY - (local % DAY) + readyAfterMs + HOUR);
  };
  const owed = async (): Promise<number> => {
    const accounts = clearingAccounts(name, deps.clearingShards);
    const heads = await Promise.all(accounts.map((account) => base.world.ledger.head({ account, currency })));
    return 0 - heads.reduce((sum, head) => sum + (head?.state.available ?? 0), 0);
  };

  const truthful = today();
  const first = await topUp(50_00);
  await topUp(60_00);
  const refund = await base.api.call("createRefund", {
    as: "ada",
    params: { id: first.id },
    body: { to: "channel", amount: { value: 20_00, currency } },
  });
  expect(refund.status).toBe(201);
  await live(10 * MINUTE);
  for (const { id, kind, status } of control.objects()) {
    if (kind === "refund" && !/succe/i.test(status)) control.act({ kind: "refund", id, action: "succeed" });
  }
  await live(70 * MINUTE);
  expect(await owed()).toBe(90_00);
  ready();
  const fitting = await run(truthful);
  expect(fitting).toMatchObject({ status: "complete", counts: { entries: 3, exceptions: {} } });
  const net = fitting?.sums[currency]?.net ?? 0;
  expect(net).toBeGreaterThan(80_00);
  // The clearing accounts say what the provider says.
  expect(await owed()).toBe(net);

  const spoilt = today();
  const [missing, wrong] = [await topUp(30_00), await topUp(40_00)];
  control.spoilStatement({ fault: "missing", id: missing.object });
  control.spoilStatement({ fault: "amount", id: wrong.object, by: 5 });
  control.spoilStatement({ fault: "extra", day: spoilt, amount: 1_00 });
  ready();
  const spoiltRun = await run(spoilt);
  expect(spoiltRun).toMatchObject({ status: "complete" });
  const { exceptions } = spoiltRun?.counts ?? {};
  expect(exceptions).toMatchObject({ "missing-in-statement": 1, "amount-mismatch": 1 });
  expect((exceptions?.["missing-in-ledger"] ?? 0) + (exceptions?.["unknown-kind"] ?? 0)).toBe(1);
  expect(await base.ledgerTotal()).toBe(0);
  await outside.providers.close();
  base.world.close();
});
