/** A freeze holds in every currency at once, and a session that was ended does nothing any more. */
import { chainPartition } from "../../../shared/table/keys.ts";
import { CURRENCIES } from "../cloud/wiring.ts";
import { partOf, textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

const accessOf = (access: Readonly<Record<string, unknown>>): string =>
  JSON.stringify([access["frozenFor"] ?? [], access["revokedSessions"] ?? [], access["signedInAfter"] ?? 0]);

export const access: Invariant = {
  name: "access",
  watch({ mirror, violated }) {
    /** Every chain of a person says what their account says. */
    function checkPerson(accountId: string): void {
      const account = mirror.get(`ACCOUNT#${accountId}`, "ACCOUNT");
      const wanted = accessOf(partOf(account, "access"));
      const known = Array.isArray(account?.["currencies"]) ? account["currencies"] : [];
      for (const currency of CURRENCIES) {
        const head = mirror.newest(chainPartition(`user:${accountId}`, currency));
        if (head === undefined) continue;
        if (!known.includes(currency)) violated(`${accountId}: does not know of its ${currency} chain`);
        if (accessOf(partOf(head, "access")) !== wanted)
          violated(`${accountId}: ${currency} has another access state`);
      }
    }

    /** Session → when its end was acknowledged. */
    const ended = new Map<string, number>();
    return {
      onChanges(changes) {
        const people = new Set<string>();
        for (const { pk } of changes) {
          if (pk.startsWith("ACCOUNT#")) people.add(pk.slice("ACCOUNT#".length));
          if (pk.startsWith("LEDGER#user:")) people.add(pk.slice("LEDGER#user:".length).split("#")[0] ?? "");
        }
        for (const id of people) checkPerson(id);
      },
      onReply({ session, name, route, reply, startedAt, endedAt }) {
        if (name === "revoke" && reply.status === 204) {
          ended.set(session.session, Math.min(endedAt, ended.get(session.session) ?? Infinity));
        }
        const since = ended.get(session.session);
        if (route.auth !== "user" || since === undefined || startedAt <= since) return;
        if (reply.status < 300)
          violated(`${session.session}: ended, and ${name} still answered ${reply.status}`);
      },
      atRest() {
        for (const account of mirror.under("ACCOUNT#")) checkPerson(textOf(account, "id"));
      },
    };
  },
};
