/**
 * All that is known of one withdrawal, in the order of time: what its channel said and was asked, the callbacks that
 * led there, and the ledger entries of its money. Whom the money goes to and what confirms it are not shown.
 */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { fromPayoutItem } from "../../shared/payouts/codec.ts";
import { returnTransferId, settleTransferId } from "../../shared/payouts/payout.ts";
import { payoutPartition } from "../../shared/table/keys.ts";
import { queryAll } from "../../shared/table/table.ts";
import type { opsRoutes } from "./contract.ts";
import type { OpsDeps } from "./deps.ts";
import {
  below,
  callbackLines,
  factsOf,
  holdTransfers,
  ledgerLines,
  lineOfFact,
  shownLines,
  startOf,
} from "./history-lines.ts";

/** Its partition is one query; what it refers to are three batches of reads at most. */
export const getWithdrawalHistory =
  ({ table }: Pick<OpsDeps, "table">): RouteHandler<typeof opsRoutes.getWithdrawalHistory> =>
  async ({ params }) => {
    const items = await queryAll(table, { partition: payoutPartition(params.id), consistent: true });
    const [record] = below(items, "PAYOUT");
    if (record === undefined) return problem("not-found");
    const payout = fromPayoutItem(record);
    const { id, status, owner, amount, channel, holdId, attention } = payout;
    const facts = factsOf(items);
    const transfers = [...holdTransfers(holdId), settleTransferId(id), returnTransferId(id)];
    const [callbacks, entries] = await Promise.all([
      callbackLines(table, channel, facts),
      ledgerLines(table, transfers),
    ]);
    const lines = shownLines([
      startOf("withdrawal", payout),
      ...facts.map((fact) => lineOfFact(fact, "withdrawal")),
      ...callbacks,
      ...entries,
    ]);
    return {
      body: { id, status, owner, amount, channel, ...(attention === undefined ? {} : { attention }), lines },
    };
  };
