/** What every channel took, gave back and paid out is what its clearing accounts say; and at rest nothing is held. */
import { numberOf, partOf, textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

export const clearing: Invariant = {
  name: "clearing",
  watch({ society, mirror, violated }) {
    /** Currency → what the channel owes us, by our books. */
    function ownBooks(channel: string): Map<string, number> {
      const chains = new Set(
        [...mirror.under(`LEDGER#system:clearing:${channel}:`)].map((item) => textOf(item, "pk")),
      );
      const sums = new Map<string, number>();
      for (const chain of chains) {
        const head = mirror.newest(chain);
        const currency = textOf(head, "currency");
        // An account that money comes from goes below zero by it.
        const owed = -numberOf(partOf(head, "balance"), "available");
        sums.set(currency, (sums.get(currency) ?? 0) + owed);
      }
      return sums;
    }

    return {
      atRest() {
        for (const provider of society.cloud.outside.providers) {
          const ours = ownBooks(provider.name);
          const theirs = new Map<string, number>();
          for (const { kind, value, currency } of provider.moved())
            theirs.set(currency, (theirs.get(currency) ?? 0) + (kind === "received" ? value : -value));
          for (const currency of new Set([...ours.keys(), ...theirs.keys()])) {
            const [own = 0, its = 0] = [ours.get(currency), theirs.get(currency)];
            if (own !== its) violated(`${provider.name} says ${its} ${currency}, our books ${own}`);
          }
        }
        for (const hold of mirror.under("HOLD#")) {
          if (textOf(hold, "status") === "pending") violated(`${textOf(hold, "pk")} is left`);
        }
      },
    };
  },
};
