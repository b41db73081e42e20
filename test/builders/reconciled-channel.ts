/** A channel's simulator, the payments area and reconciliation in one world: money moves, days end, statements are compared. */
import type { ReconciliationDeps } from "../../functions/reconciliation/deps.ts";
import { reconcile } from "../../functions/reconciliation/run.ts";
import { reconciliationStores } from "../../functions/reconciliation/wiring.ts";
import { localDay } from "../../shared/channels/local-time.ts";
import { type ChannelName, channelModules } from "../../shared/channels/registry.ts";
import { clearingAccounts } from "../../shared/ledger/account.ts";
import { DAY, HOUR, MINUTE } from "../../shared/platform/clock.ts";
import { derivedId } from "../../shared/platform/ids.ts";
import type { Exception } from "../../shared/reconciliation/exception.ts";
import { newReconciliation, type Reconciliation } from "../../shared/reconciliation/run.ts";
import { testedChannels } from "../channels/index.ts";
import { createChannelBase } from "./channel-base.ts";

/** A payment's or payout's id here and at the provider. */
export type Moved = { readonly id: string; readonly object: string };

/** Ada is there, without money. */
export async function createReconciledChannel(name: ChannelName) {
  const world = await createChannelBase(name);
  const { base, outside, live } = world;
  const { clock } = base.world;
  const [currency] = testedChannels[name].currencies;
  const { control } = outside.providers.of(name);
  const { statement } = channelModules[name].capabilities;
  await base.world.person("ada");

  const deps: ReconciliationDeps = { ...base.deps, ...reconciliationStores(base.deps), feeRules: {} };
  let keys = 0;
  const nextKey = (): string => {
    keys += 1;
    return `key-${keys}`;
  };
  const known = () => new Set(control.objects().map(({ id }) => id));
  const newest = (kind: "payment" | "payout", before: ReadonlySet<string>): string => {
    const object = control.objects().find((one) => one.kind === kind && !before.has(one.id));
    if (object === undefined) throw new Error(`the provider has no new ${kind}`);
    return object.id;
  };

  return {
    ...{ name, base, outside, control, currency, deps, live, close: world.close },
    today: () => localDay(clock.now(), statement.utcOffsetMinutes),
    /** Time passes without anything being done. */
    wait: (ms: number): void => clock.advance(ms),
    /** Ada tops up, and it succeeds. */
    async topUp(value: number): Promise<Moved> {
      const before = known();
      const { status, body } = await base.api.call("createTopUp", {
        ...{ as: "ada", key: nextKey(), body: { amount: { value, currency }, channel: name } },
      });
      if (status !== 201) throw new Error(`the top-up was refused: ${JSON.stringify(body)}`);
      await live(1);
      const { orderString } = body.action;
      // Alipay knows of a payment once the payer's app opens what it was given.
      if (orderString !== undefined) {
        await outside.providers.fetch(`https://openapi.alipay.com/pay?${orderString}`, {});
      }
      const object = newest("payment", before);
      control.act({ kind: "payment", id: object, action: "approve" });
      await live(2);
      const found = await base.api.call("getPayment", { as: "ada", params: { id: body.id } });
      if (found.body.status !== "succeeded") throw new Error(`the top-up is ${found.body.status}`);
      return { id: body.id, object };
    },
    /** Ada withdraws; how it goes on is the test's. */
    async withdraw(value: number, recipient: Readonly<Record<string, string>>): Promise<Moved> {
      const before = known();
      const { status, body } = await base.api.call("createWithdrawal", {
        ...{ as: "ada", key: nextKey(), body: { amount: { value, currency }, channel: name, recipient } },
      });
      if (status !== 201) throw new Error(`the withdrawal was refused: ${JSON.stringify(body)}`);
      await live(1);
      return { id: body.id, object: newest("payout", before) };
    },
    withdrawal: async (id: string): Promise<string> =>
      (await base.api.call("getWithdrawal", { as: "ada", params: { id } })).body.status,
    /** The day is over, and its statement is there. */
    ready(): void {
      const local = clock.now() + statement.utcOffsetMinutes * MINUTE;
      clock.advance(DAY - (local % DAY) + statement.readyAfterMs + HOUR);
    },
    /** Compares a day, each time in a run of its own. */
    async run(day: string): Promise<Reconciliation> {
      const id = derivedId("reconciliation", nextKey());
      const now = clock.now();
      const fresh = newReconciliation({ id, channel: name, day, fingerprint: "f", correlationId: "c", now });
      await deps.reconciliations.request(fresh);
      await reconcile(deps, id, base.platform.log);
      const run = await deps.reconciliations.get(id);
      if (run === undefined) throw new Error("the run is gone");
      return run;
    },
    /** Those that nobody has dealt with. */
    unresolved: (): Promise<readonly Exception[]> => deps.exceptions.unresolved(name),
    /** What the provider owes us by our books. */
    async owed(): Promise<number> {
      const accounts = clearingAccounts(name, deps.clearingShards);
      const heads = await Promise.all(
        accounts.map((account) => base.world.ledger.head({ account, currency })),
      );
      return 0 - heads.reduce((sum, head) => sum + (head?.state.available ?? 0), 0);
    },
  };
}

export type ReconciledChannel = Awaited<ReturnType<typeof createReconciledChannel>>;
