/** Faults that were asked for: API calls that fail, connections that break, a provider that is down. */
import * as z from "zod";

/**
 * What happens to an API call.
 * - `status`: refused with that status before it takes effect. With `keep`, the answer is also kept for the
 *   call's idempotency key, as Stripe does with a real 500.
 * - `drop-before-effect`: the connection breaks and nothing happened.
 * - `drop-after-effect`: it happened, and the reply is lost.
 */
export const FaultShape = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("status"),
    status: z.int().min(400).max(599),
    keep: z.boolean().optional(),
    retryAfterSeconds: z.int().nonnegative().optional(),
  }),
  z.strictObject({ kind: z.literal("drop-before-effect") }),
  z.strictObject({ kind: z.literal("drop-after-effect") }),
]);
export type Fault = z.infer<typeof FaultShape>;

/** A fault for the next `times` calls whose `METHOD /path` contains `match` (every call without it). */
export const FaultOrderShape = z.strictObject({
  times: z.int().positive(),
  fault: FaultShape,
  match: z.string().optional(),
});
export type FaultOrder = z.infer<typeof FaultOrderShape>;

/** The faults that are waiting for their calls. Not kept over a restart. */
export interface Faults {
  failNext(order: FaultOrder): void;
  downFor(ms: number): void;
  /** Milliseconds until the provider is up again; 0 when it is up. */
  downForMs(): number;
  /** The fault of this call, used up by asking. */
  take(call: string): Fault | undefined;
}

/** Faults on the clock `nowMs`. */
export function createFaults(nowMs: () => number): Faults {
  const orders: FaultOrder[] = [];
  let downUntilMs = 0;
  return {
    failNext(order) {
      orders.push({ ...order });
    },
    downFor(ms) {
      downUntilMs = nowMs() + ms;
    },
    downForMs: () => Math.max(0, downUntilMs - nowMs()),
    take(call) {
      const index = orders.findIndex(({ match }) => match === undefined || call.includes(match));
      const order = orders[index];
      if (!order) return undefined;
      order.times -= 1;
      if (order.times === 0) orders.splice(index, 1);
      return order.fault;
    },
  };
}
