/** Payments of which a provider's answers say something else than what is so. */
import type { Misreport } from "../simulator.ts";

/** What can be told wrongly. `value` in minor units. */
export type Reported = { readonly value: number; readonly currency: string; readonly merchant: string };

export type Misreports = {
  /** Replaces what was ordered of the same payment before. */
  readonly add: (order: Misreport) => void;
  /** What an answer says; one with a number of times is used up by asking. */
  readonly reported: (id: string, truth: Reported) => Reported;
};

export function createMisreports(): Misreports {
  const orders = new Map<string, { readonly order: Misreport; after: number; left: number }>();
  return {
    add(order) {
      const { after = 0, times = Number.POSITIVE_INFINITY } = order;
      orders.set(order.id, { order, after, left: times });
    },
    reported(id, truth) {
      const found = orders.get(id);
      if (found === undefined) return truth;
      if (found.after > 0) {
        found.after -= 1;
        return truth;
      }
      found.left -= 1;
      if (found.left <= 0) orders.delete(id);
      const { value, currency, merchant } = found.order;
      return {
        value: value ?? truth.value,
        currency: currency ?? truth.currency,
        merchant: merchant ?? truth.merchant,
      };
    },
  };
}
