/** An entry as the API shows it: everything its hash covers, so that the owner can verify it. */
import type { z } from "zod";
import type { Entry } from "../../shared/ledger/entry.ts";
import { toTimestamp } from "../../shared/platform/clock.ts";
import type { entryView } from "./contract.ts";

export const toEntryView = (entry: Entry): z.input<typeof entryView> => {
  const { access } = entry.state;
  return {
    account: entry.account,
    currency: entry.currency,
    sequence: entry.sequence,
    transferId: entry.transferId,
    kind: entry.kind,
    amount: entry.amount,
    balance: { available: entry.state.available, held: entry.state.held },
    outflow: entry.state.outflow,
    frozenFor: [...access.frozenFor],
    revokedSessions: [...access.revokedSessions],
    ...(access.signedInAfter === undefined ? {} : { signedInAfter: access.signedInAfter }),
    ...(entry.counterparty === undefined ? {} : { counterparty: entry.counterparty }),
    ...(entry.memo === undefined ? {} : { memo: entry.memo }),
    at: toTimestamp(entry.at),
    previousHash: entry.previousHash,
    hash: entry.hash,
  };
};
