/** A payment goes its way, never stops without a next check, and brings its money exactly once. */
import type { Item } from "../../../shared/table/table.ts";
import { numberOf, partOf, textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

const OPEN = ["created", "requires_action", "processing"];
/** Where an end may still go when money comes late, or when more is learnt. */
const AFTER_END: Readonly<Record<string, readonly string[]>> = {
  succeeded: ["succeeded"],
  failed: ["failed", "succeeded"],
  cancelled: ["cancelled", "expired", "failed", "succeeded"],
  expired: ["expired", "failed", "succeeded"],
};

export const payments: Invariant = {
  name: "payments",
  watch({ society, mirror, violated }) {
    const credited = new Map<string, number>();

    function checkPayment(before: Item | undefined, after: Item): void {
      const id = textOf(after, "paymentId");
      const status = textOf(after, "status");
      const was = textOf(before, "status");
      const isOpen = OPEN.includes(status);
      if (was !== "" && !OPEN.includes(was) && AFTER_END[was]?.includes(status) !== true)
        violated(`${id}: went from ${was} to ${status}`);
      if (isOpen !== (typeof after["dueAt"] === "number"))
        violated(`${id}: ${status}, next check ${after["dueAt"]}`);
      const amount = numberOf(partOf(after, "amount"), "value");
      if ((status === "succeeded" ? amount : 0) !== (credited.get(id) ?? 0))
        violated(`${id}: ${status} over ${amount}, credited ${credited.get(id) ?? 0}`);
    }

    return {
      onChanges(changes) {
        for (const { pk, after } of changes) {
          if (!pk.startsWith("TRANSFER#") || textOf(after, "kind") !== "top-up") continue;
          const id = textOf(after, "paymentId");
          credited.set(id, (credited.get(id) ?? 0) + numberOf(partOf(after, "amount"), "value"));
        }
        for (const { pk, sk, before, after } of changes) {
          if (pk.startsWith("PAYMENT#") && sk === "PAYMENT" && after !== undefined)
            checkPayment(before, after);
        }
      },
      atRest() {
        const known = new Map<string, Item>();
        for (const item of mirror.under("PAYMENT#")) {
          if (textOf(item, "sk") !== "PAYMENT") continue;
          if (OPEN.includes(textOf(item, "status")))
            violated(`${textOf(item, "paymentId")}: is still open at rest`);
          known.set(textOf(item, "channelPaymentId"), item);
        }
        // What the channel took is what was credited: neither more nor less.
        for (const { type, objectId } of society.cloud.outside.stripe.control.events()) {
          if (type !== "payment_intent.succeeded") continue;
          if (textOf(known.get(objectId), "status") !== "succeeded")
            violated(`${objectId}: paid, and not credited`);
          known.delete(objectId);
        }
        for (const [intent, item] of known) {
          if (textOf(item, "status") === "succeeded") violated(`${intent}: credited, and not paid`);
        }
      },
    };
  },
};
