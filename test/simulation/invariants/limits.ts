/** No more leaves a person's wallet in a transfer, a UTC day or a UTC month than the limits say. */
import { isCurrency } from "../../../shared/money/currencies.ts";
import { LIMITS } from "../cloud/wiring.ts";
import { numberOf, partOf, textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

export const limits: Invariant = {
  name: "limits",
  watch({ violated }) {
    const left = new Map<string, number>();
    const add = (name: string, value: number): number => {
      const sum = (left.get(name) ?? 0) + value;
      left.set(name, sum);
      return sum;
    };
    return {
      onChanges(changes) {
        for (const { pk, after } of changes) {
          // What was reserved and came back is left out: only what is gone for good counts here. What is given back
          // does not count.
          if (textOf(after, "memo").startsWith("refund:")) continue;
          if (!pk.startsWith("LEDGER#user:") || textOf(after, "kind") !== "transfer") continue;
          const value = -numberOf(partOf(after, "amount"), "available");
          const currency = textOf(after, "currency");
          const limit = isCurrency(currency) ? LIMITS[currency] : undefined;
          if (value <= 0 || limit === undefined) continue;
          const day = new Date(numberOf(after, "at")).toISOString().slice(0, 10);
          if (value > limit.perTransfer) violated(`${pk}: ${value} at once`);
          if (add(`${pk} ${day}`, value) > limit.perDay) violated(`${pk}: too much on ${day}`);
          if (add(`${pk} ${day.slice(0, 7)}`, value) > limit.perMonth) violated(`${pk}: too much in a month`);
        }
      },
    };
  },
};
