/** A withdrawal leaves once, comes back at most once, and is never given up while its outcome is open. */
import type { Item } from "../../../shared/table/table.ts";
import { textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

const OPEN = ["created", "requires_action", "processing"];

export const withdrawals: Invariant = {
  name: "withdrawals",
  watch({ society, mirror, violated }) {
    function checkPayout(before: Item | undefined, after: Item): void {
      const id = textOf(after, "withdrawalId");
      const [was, status] = [textOf(before, "status"), textOf(after, "status")];
      const isOpen = OPEN.includes(status);
      const isAllowed = was === "" || OPEN.includes(was) || was === status || status === "returned";
      if (!isAllowed || (was !== status && ["failed", "cancelled", "returned"].includes(was)))
        violated(`${id}: went from ${was} to ${status}`);
      if (isOpen !== (typeof after["dueAt"] === "number"))
        violated(`${id}: ${status}, next check ${after["dueAt"]}`);
      const hold = textOf(mirror.get(`HOLD#${textOf(after, "holdId")}`, "HOLD"), "status");
      const delivered = status === "succeeded" || (status === "returned" && hold === "captured");
      const wanted = isOpen ? "pending" : delivered ? "captured" : "released";
      if (hold !== wanted) violated(`${id}: ${status}, its hold is ${hold}`);
    }

    return {
      onChanges(changes) {
        for (const { pk, sk, before, after } of changes)
          if (pk.startsWith("PAYOUT#") && sk === "PAYOUT" && after !== undefined) checkPayout(before, after);
      },
      atRest() {
        const known = new Map<string, string>();
        for (const item of mirror.under("PAYOUT#")) {
          if (textOf(item, "sk") !== "PAYOUT") continue;
          const status = textOf(item, "status");
          if (OPEN.includes(status)) violated(`${textOf(item, "withdrawalId")}: is still ${status} at rest`);
          known.set(textOf(item, "channelPayoutId"), status);
        }
        for (const { kind, id } of society.cloud.outside.providers.flatMap(({ moved }) => moved()))
          if (kind === "paid-out" && known.get(id) !== "succeeded")
            violated(`${id}: paid out, and is ${known.get(id) ?? "not known"}`);
      },
    };
  },
};
