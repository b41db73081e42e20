/** A withdrawal leaves once, comes back at most once, and is never given up while its outcome is open. */
import type { Item } from "../../../shared/table/table.ts";
import { numberOf, textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

const OPEN = ["created", "requires_action", "processing"];

export const withdrawals: Invariant = {
  name: "withdrawals",
  watch({ society, mirror, violated }) {
    /** An open one has a next check; a delivered one that may come back is asked about, and one that people ended. */
    function checkNext(
      id: string,
      after: Item,
      { isOpen, hasEnded }: { readonly isOpen: boolean; readonly hasEnded: boolean },
    ): void {
      const status = textOf(after, "status");
      const mayReturn = status === "succeeded" && numberOf(after, "returnsWithinMs") > 0;
      const mayChange = status !== "returned" && (mayReturn || after["resolution"] !== undefined);
      const isDue = typeof after["dueAt"] === "number";
      const isWrong = isOpen ? !isDue : isDue ? !mayChange : hasEnded && mayChange;
      if (isWrong) violated(`${id}: ${status}, next check ${after["dueAt"]}`);
    }

    function checkPayout(before: Item | undefined, after: Item): void {
      const id = textOf(after, "withdrawalId");
      const [was, status] = [textOf(before, "status"), textOf(after, "status")];
      const isOpen = OPEN.includes(status);
      const isAllowed = was === "" || OPEN.includes(was) || was === status || status === "returned";
      if (!isAllowed || (was !== status && ["failed", "cancelled", "returned"].includes(was)))
        violated(`${id}: went from ${was} to ${status}`);
      checkNext(id, after, { isOpen, hasEnded: was !== status && !isOpen });
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
