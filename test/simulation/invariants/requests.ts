/** A request is paid once, and only while it is open; a quote is used once, in the transaction that moves its money. */
import type { Item } from "../../../shared/table/table.ts";
import { partOf, textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

export const requests: Invariant = {
  name: "requests",
  watch({ mirror, violated }) {
    const paidBy = new Map<string, string>();

    function checkTransfer(transfer: Item, usedQuotes: readonly Item[]): void {
      const id = textOf(transfer, "transferId");
      const request = textOf(transfer, "requestId");
      if (request !== "") {
        if (paidBy.has(request)) violated(`${request}: paid twice`);
        paidBy.set(request, id);
        const item = mirror.get(`REQUEST#${request}`, "REQUEST");
        if (textOf(item, "status") !== "paid" || textOf(item, "transferId") !== id)
          violated(`${request}: paid, and is ${textOf(item, "status")}`);
      }
      const isExchange = textOf(partOf(transfer, "paid"), "currency") !== "";
      const used = usedQuotes.filter((quote) => textOf(quote, "usedBy") === id).length;
      if (used !== (isExchange ? 1 : 0)) violated(`${id}: uses ${used} quotes`);
    }

    return {
      onChanges(changes) {
        const quotes: Item[] = [];
        for (const { pk, before, after } of changes) {
          if (pk.startsWith("QUOTE#") && after !== undefined && textOf(after, "usedBy") !== "") {
            if (textOf(before, "usedBy") !== "") violated(`${pk}: used twice`);
            quotes.push(after);
          }
          if (pk.startsWith("REQUEST#") && before !== undefined) {
            const [was, is] = [textOf(before, "status"), textOf(after, "status")];
            if (was !== "open" && was !== is) violated(`${pk}: went from ${was} to ${is}`);
          }
        }
        for (const { pk, after } of changes)
          if (pk.startsWith("TRANSFER#") && after !== undefined) checkTransfer(after, quotes);
      },
      atRest() {
        for (const item of mirror.under("REQUEST#")) {
          if (textOf(item, "sk") !== "REQUEST") continue;
          const id = textOf(item, "requestId");
          if (textOf(item, "status") === "open") violated(`${id}: is still open at rest`);
          if ((textOf(item, "status") === "paid") !== paidBy.has(id))
            violated(`${id}: ${textOf(item, "status")}, and paid by ${paidBy.get(id) ?? "nobody"}`);
        }
      },
    };
  },
};
