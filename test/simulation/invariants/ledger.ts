/** Money is never made or lost: entries are only added, chains are whole, transfers balance, nobody is below zero. */
import { fromEntryItem } from "../../../shared/ledger/codec.ts";
import type { Entry } from "../../../shared/ledger/entry.ts";
import { verifyChain } from "../../../shared/ledger/verify.ts";
import type { Change } from "../cloud/changes.ts";
import { numberOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

export const ledger: Invariant = {
  name: "ledger",
  watch({ mirror, violated }) {
    const heads = new Map<string, Entry>();

    function checkEntry(pk: string, entry: Entry): void {
      const head = heads.get(pk);
      heads.set(pk, entry);
      const at = `${entry.account} ${entry.currency} ${entry.sequence}`;
      if (entry.sequence !== (head?.sequence ?? 0) + 1) violated(`${at}: a gap or a fork`);
      const faults = verifyChain(entry, head === undefined ? [entry] : [head, entry]);
      const fault = faults.find(({ sequence }) => sequence === entry.sequence);
      if (fault !== undefined) violated(`${at}: ${fault.fault}`);
      const { available, held } = entry.state;
      if (held < 0) violated(`${at}: holds ${held}`);
      if (available < 0 && !entry.account.startsWith("system:")) violated(`${at}: has ${available}`);
      const wasFrozen = (head?.state.access.frozenFor.length ?? 0) > 0;
      // What a payer contests is kept even then.
      const isContested = entry.kind === "hold" && entry.memo?.startsWith("dispute:") === true;
      if (wasFrozen && entry.amount.available < 0 && !isContested)
        violated(`${at}: money left a frozen account`);
    }

    function checkTransfers(entries: readonly Entry[]): void {
      const sums = new Map<string, number>();
      const counts = new Map<string, number>();
      for (const { transferId, currency, amount } of entries) {
        const name = `${transferId} ${currency}`;
        sums.set(name, (sums.get(name) ?? 0) + amount.available + amount.held);
        counts.set(transferId, (counts.get(transferId) ?? 0) + 1);
      }
      for (const [name, sum] of sums) if (sum !== 0) violated(`${name}: off balance by ${sum}`);
      for (const [id, count] of counts) {
        const record = mirror.get(`TRANSFER#${id}`, "TRANSFER");
        if (record === undefined) violated(`${id}: has no record`);
        else if (numberOf(record, "entryCount") !== count) violated(`${id}: ${count} entries at once`);
      }
    }

    const isFixed = ({ pk }: Change): boolean => pk.startsWith("LEDGER#") || pk.startsWith("TRANSFER#");
    return {
      onChanges(changes) {
        const entries: Entry[] = [];
        for (const change of changes) {
          if (isFixed(change) && change.kind !== "INSERT")
            violated(`${change.pk}: was changed (${change.kind})`);
          if (!change.pk.startsWith("LEDGER#") || change.after === undefined) continue;
          const entry = fromEntryItem(change.after);
          checkEntry(change.pk, entry);
          entries.push(entry);
        }
        if (entries.length > 0) checkTransfers(entries);
      },
    };
  },
};
