/** A payment goes its way, never stops without a next check, and brings its money exactly once, to one person. */
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

const valueIn = (item: Item, member: string): number => numberOf(partOf(item, member), "value");

/** Who gets the money of a payment and how much; nobody, while it has not come. */
function creditsOf(payment: Item): readonly string[] {
  if (textOf(payment, "status") !== "succeeded") return [];
  const amount = valueIn(payment, "amount");
  return textOf(payment, "landed") === "payee"
    ? [`${textOf(payment, "payee")} ${amount}`]
    : [`${textOf(payment, "owner")} ${amount - valueIn(payment, "fromBalance")}`];
}

export const payments: Invariant = {
  name: "payments",
  watch({ society, mirror, violated }) {
    const credited = new Map<string, string[]>();

    function creditedBy(record: Item): void {
      const id = textOf(record, "paymentId");
      const kind = textOf(record, "kind");
      const person = kind === "top-up" ? "owner" : kind === "person-to-person" ? "payee" : undefined;
      if (id === "" || person === undefined) return;
      const credit = `${textOf(record, person)} ${valueIn(record, "amount")}`;
      credited.set(id, [...(credited.get(id) ?? []), credit]);
    }

    function checkPayment(before: Item | undefined, after: Item): void {
      const id = textOf(after, "paymentId");
      const status = textOf(after, "status");
      const was = textOf(before, "status");
      const isOpen = OPEN.includes(status);
      if (was !== "" && !OPEN.includes(was) && AFTER_END[was]?.includes(status) !== true)
        violated(`${id}: went from ${was} to ${status}`);
      if (isOpen !== (typeof after["dueAt"] === "number"))
        violated(`${id}: ${status}, next check ${after["dueAt"]}`);
      const isLate = was !== "" && (!OPEN.includes(was) || before?.["cancelling"] === true);
      if (isLate && was !== "succeeded" && textOf(after, "landed") === "payee")
        violated(`${id}: what came too late went to the payee`);
      const due = creditsOf(after).join();
      const done = (credited.get(id) ?? []).join();
      if (due !== done)
        violated(`${id}: ${status}, due to ${due || "nobody"}, credited to ${done || "nobody"}`);
      const hold = mirror.get(`HOLD#${textOf(after, "holdId")}`, "HOLD");
      if (hold !== undefined && isOpen !== (textOf(hold, "status") === "pending"))
        violated(`${id}: ${status}, its hold is ${textOf(hold, "status")}`);
    }

    return {
      onChanges(changes) {
        for (const { pk, after } of changes)
          if (pk.startsWith("TRANSFER#") && after !== undefined) creditedBy(after);
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
          if (textOf(item, "channel") !== "") known.set(textOf(item, "channelPaymentId"), item);
        }
        // What the channel took is what was credited: neither more nor less.
        for (const { kind, id } of society.cloud.outside.providers.flatMap(({ moved }) => moved())) {
          if (kind !== "received") continue;
          if (textOf(known.get(id), "status") !== "succeeded") violated(`${id}: paid, and not credited`);
          known.delete(id);
        }
        for (const [intent, item] of known) {
          if (textOf(item, "status") === "succeeded") violated(`${intent}: credited, and not paid`);
        }
      },
    };
  },
};
