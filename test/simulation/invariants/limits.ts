/** No more leaves a person's wallet in a transfer, a UTC day or a UTC month than the limits say. */
import { isCurrency } from "../../../shared/money/currencies.ts";
import type { Item } from "../../../shared/table/table.ts";
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
    function count(account: string, currency: string, value: number, at: number): void {
      const limit = isCurrency(currency) ? LIMITS[currency] : undefined;
      if (value <= 0 || limit === undefined) return;
      const day = new Date(at).toISOString().slice(0, 10);
      const pk = `${account} ${currency}`;
      if (value > limit.perTransfer) violated(`${pk}: ${value} at once`);
      if (add(`${pk} ${day}`, value) > limit.perDay) violated(`${pk}: too much on ${day}`);
      if (add(`${pk} ${day.slice(0, 7)}`, value) > limit.perMonth) violated(`${pk}: too much in a month`);
    }

    /** What was reserved counts on the day it was, once it is gone for good. */
    function countHold(hold: Item): void {
      if (textOf(hold, "status") !== "captured" || hold["uncounted"] === true) return;
      if (!textOf(hold, "account").startsWith("user:")) return;
      const { value, currency } = { value: 0, currency: "", ...partOf(hold, "captured") };
      count(textOf(hold, "account"), currency, value, numberOf(hold, "placedAt"));
    }

    return {
      onChanges(changes) {
        for (const { pk, after } of changes) {
          if (pk.startsWith("HOLD#") && after !== undefined) countHold(after);
          // What was reserved is counted by its hold. What is given back does not count.
          if (textOf(after, "memo").startsWith("refund:")) continue;
          if (!pk.startsWith("LEDGER#user:") || textOf(after, "kind") !== "transfer") continue;
          const value = -numberOf(partOf(after, "amount"), "available");
          const account = pk.slice("LEDGER#".length).split("#")[0] ?? "";
          count(account, textOf(after, "currency"), value, numberOf(after, "at"));
        }
      },
    };
  },
};
