/** The list of balance transactions as a statement, with the errors that were ordered for it. */
import type { StatementFault } from "../simulator.ts";
import type { Context } from "./context.ts";
import type { BalanceTransaction } from "./schema.ts";

const DAY_SECONDS = 86_400;

/** The object that a line is about, by the id it is asked by: a charge's line is its payment's. */
function subjectOf(sim: Context, { source }: BalanceTransaction): string | null {
  if (source === null) return null;
  return sim.state.charges.get(source)?.payment_intent ?? source;
}

/** Makes a line larger or smaller, whichever way it goes. */
function moreBy(line: BalanceTransaction, by: number): BalanceTransaction {
  const amount = line.amount < 0 ? line.amount - by : line.amount + by;
  return { ...line, amount, net: amount - line.fee };
}

function spoiled(line: BalanceTransaction, fault: StatementFault): BalanceTransaction | undefined {
  switch (fault.fault) {
    case "missing":
      return undefined;
    case "late":
      return { ...line, created: line.created + fault.days * DAY_SECONDS };
    case "amount":
      return moreBy(line, fault.by);
    case "fee":
      return { ...line, fee: line.fee + fault.by, net: line.net - fault.by };
    case "extra":
      return line;
  }
}

/** A payment that never was, at noon of its day. */
function extraLine({ day, amount }: StatementFault & { fault: "extra" }, index: number): BalanceTransaction {
  const created = Date.parse(`${day}T12:00:00Z`) / 1000;
  return {
    id: `txn_extra${index}`,
    object: "balance_transaction",
    amount,
    available_on: created,
    created,
    currency: "usd",
    description: null,
    exchange_rate: null,
    fee: 0,
    fee_details: [],
    net: amount,
    reporting_category: "charge",
    source: null,
    status: "pending",
    type: "charge",
  };
}

/** Every line in order of time, true but for what was ordered. */
export function statementLines(sim: Context): BalanceTransaction[] {
  const faults = sim.statementFaults();
  const shown = [...sim.state.balanceTransactions.values()].flatMap((line) => {
    const subject = subjectOf(sim, line);
    const own = faults.filter((fault) => fault.fault !== "extra" && fault.id === subject);
    const result = own.reduce<BalanceTransaction | undefined>(
      (known, fault) => known && spoiled(known, fault),
      line,
    );
    return result ? [result] : [];
  });
  const extra = faults.flatMap((fault, index) => (fault.fault === "extra" ? [extraLine(fault, index)] : []));
  return [...shown, ...extra].sort((a, b) => a.created - b.created);
}
