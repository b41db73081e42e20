/** No more goes back than came, every refund and dispute has one effect, and what waits has a hold and a next check. */
import type { Item } from "../../../shared/table/table.ts";
import { numberOf, partOf, textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

const OPEN = ["created", "processing", "needs_attention", "open"];

/** Where an end may still go: a bank may return what was refunded. */
const AFTER_END: Readonly<Record<string, readonly string[]>> = {
  succeeded: ["succeeded", "failed"],
  failed: ["failed"],
  won: ["won"],
  lost: ["lost"],
};

const valueIn = (item: Item | undefined, member: string): number => numberOf(partOf(item, member), "value");

export const refunds: Invariant = {
  name: "refunds",
  watch({ mirror, violated }) {
    const givenBack = new Map<string, number>();

    /** A refund or a dispute. */
    function checkRecord(id: string, before: Item | undefined, after: Item): void {
      const status = textOf(after, "status");
      const was = textOf(before, "status");
      const isOpen = OPEN.includes(status);
      if (was !== "" && !OPEN.includes(was) && AFTER_END[was]?.includes(status) !== true)
        violated(`${id}: went from ${was} to ${status}`);
      if (isOpen !== (typeof after["dueAt"] === "number"))
        violated(`${id}: ${status}, next check ${after["dueAt"]}`);
      const hold = mirror.get(`HOLD#${textOf(after, "holdId")}`, "HOLD");
      if (hold !== undefined && isOpen !== (textOf(hold, "status") === "pending"))
        violated(`${id}: ${status}, its hold is ${textOf(hold, "status")}`);
    }

    function checkCounters(pk: string): void {
      const payment = mirror.get(pk, "PAYMENT");
      let all = 0;
      let toChannel = 0;
      for (const refund of mirror.under(pk)) {
        if (!/^REFUND#[^#]*$/.test(textOf(refund, "sk")) || textOf(refund, "status") === "failed") continue;
        all += valueIn(refund, "amount");
        if (textOf(refund, "to") === "channel") toChannel += valueIn(refund, "amount");
      }
      const amount = valueIn(payment, "amount");
      if (all !== numberOf(payment, "refunded") || toChannel !== numberOf(payment, "refundedToChannel"))
        violated(`${pk}: refunds of ${all} and ${toChannel}, counted ${numberOf(payment, "refunded")}`);
      if (all > amount) violated(`${pk}: ${all} of ${amount} went back`);
      if (toChannel > amount - valueIn(payment, "fromBalance"))
        violated(`${pk}: ${toChannel} went back through the channel, more than came`);
    }

    return {
      onChanges(changes) {
        const payments = new Set<string>();
        for (const { pk, sk, before, after } of changes) {
          if (pk.startsWith("TRANSFER#") && textOf(after, "kind") === "refund") {
            const id = textOf(after, "refundId");
            givenBack.set(id, (givenBack.get(id) ?? 0) + 1);
            if (givenBack.get(id) !== 1) violated(`${id}: given back twice`);
          }
          if (!pk.startsWith("PAYMENT#")) continue;
          payments.add(pk);
          if (after !== undefined && /^(REFUND|DISPUTE)#[^#]*$/.test(sk)) checkRecord(sk, before, after);
        }
        for (const pk of payments) checkCounters(pk);
      },
      atRest() {
        for (const item of mirror.under("PAYMENT#")) {
          const sk = textOf(item, "sk");
          if (/^(REFUND|DISPUTE)#[^#]*$/.test(sk) && OPEN.includes(textOf(item, "status")))
            violated(`${sk}: is still ${textOf(item, "status")} at rest`);
        }
      },
    };
  },
};
