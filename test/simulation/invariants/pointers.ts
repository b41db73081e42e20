/** What is found by another name is found: handles lead to their accounts, push tokens to the one phone that has them. */
import { textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

export const pointers: Invariant = {
  name: "pointers",
  watch({ mirror, violated }) {
    return {
      onChanges(changes) {
        for (const { pk, after } of changes) {
          if (pk.startsWith("ACCOUNT#") && after !== undefined) {
            const owner = textOf(mirror.get(`HANDLE#${textOf(after, "handle")}`, "HANDLE"), "accountId");
            if (owner !== textOf(after, "id")) violated(`${pk}: its handle leads to ${owner || "nobody"}`);
          }
          if (pk.startsWith("DEVICE#") && after?.["former"] === false) {
            const token = mirror.get(`PUSHTOKEN#${textOf(after, "tokenDigest")}`, "PUSHTOKEN");
            const leadsHere = textOf(token, "accountId") === pk.slice("DEVICE#".length);
            if (!leadsHere) violated(`${pk}: its push token leads to somebody else`);
          }
        }
      },
      atRest() {
        const accounts = new Set([...mirror.under("ACCOUNT#")].map((account) => textOf(account, "handle")));
        for (const handle of mirror.under("HANDLE#")) {
          const name = textOf(handle, "pk").slice("HANDLE#".length);
          if (!accounts.has(name)) violated(`the handle ${name} leads to an account that has another`);
        }
      },
    };
  },
};
