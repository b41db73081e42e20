/** Faults that were asked for: API calls that fail, connections that break, a provider that is down. */
import type { FaultOrder } from "../simulator.ts";

/** The faults that wait for their calls. Not kept over a restart. */
export type Faults = {
  readonly failNext: (order: FaultOrder) => void;
  readonly downFor: (ms: number) => void;
  /** Milliseconds until the provider is up again; 0 when it is up. */
  readonly downForMs: () => number;
  /** The fault of this call, used up by asking. A provider that is down drops every call before its effect. */
  readonly take: (operation: string) => FaultOrder | undefined;
};

/** Faults on the clock `now`. */
export function createFaults(now: () => number): Faults {
  const waiting: { readonly order: FaultOrder; left: number }[] = [];
  let downUntilMs = 0;
  const downForMs = () => Math.max(0, downUntilMs - now());
  return {
    failNext(order) {
      if (order.kind === "status" && order.status === undefined) {
        throw new Error("A fault of kind status needs a status.");
      }
      waiting.push({ order, left: order.times ?? 1 });
    },
    downFor(ms) {
      downUntilMs = now() + ms;
    },
    downForMs,
    take(operation) {
      if (downForMs() > 0) return { operation, kind: "drop-before-effect" };
      const index = waiting.findIndex(({ order }) => operation.includes(order.operation));
      const found = waiting[index];
      if (found === undefined) return undefined;
      found.left -= 1;
      if (found.left <= 0) waiting.splice(index, 1);
      return found.order;
    },
  };
}
