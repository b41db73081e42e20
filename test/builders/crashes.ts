/** Processes that end at an effect of their own, for tests of what is left then. */
import type { Transport } from "../../shared/channels/transport.ts";
import type { Table } from "../../shared/table/table.ts";

/** Where the process ends: before or after the n-th write to the table or call of the channel, counted from 1. */
export type Crash = { readonly at: number; readonly when: "before" | "after" };

export class Crashed extends Error {}

/** Counts effects, and throws at the one that was asked for. */
export function createCrashes() {
  let count = 0;
  let planned: Crash | undefined;
  return {
    plan(crash: Crash | undefined) {
      count = 0;
      planned = crash;
    },
    count: () => count,
    async around<T>(effect: () => Promise<T>): Promise<T> {
      count += 1;
      const here = planned?.at === count ? planned.when : undefined;
      if (here === "before") throw new Crashed("the process ended before an effect");
      const result = await effect();
      if (here === "after") throw new Crashed("the process ended after an effect");
      return result;
    },
  };
}
export type Crashes = ReturnType<typeof createCrashes>;

export const crashingTable = (table: Table, crashes: Crashes): Table => ({
  ...table,
  put: (operation) => crashes.around(() => table.put(operation)),
  update: (operation) => crashes.around(() => table.update(operation)),
  remove: (operation) => crashes.around(() => table.remove(operation)),
  transact: (operations) => crashes.around(() => table.transact(operations)),
});

/** Counts what is asked of a channel. */
export const crashingTransport = (transport: Transport, crashes: Crashes): Transport => ({
  ...transport,
  run: (plan) => crashes.around(() => transport.run(plan)),
});
