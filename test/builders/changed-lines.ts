/** Lines of statements, for tests of what is made of them. */
import type { StatementLine } from "../../shared/channels/statement.ts";

/** The line with another amount. */
export const changedLine = (line: StatementLine, value: number, currency = "USD"): StatementLine => ({
  ...line,
  amount: { value, currency },
});

/** A payment that nobody here knows. */
export const foreignLine = (rest: Partial<StatementLine> = {}): StatementLine => ({
  kind: "payment",
  transactionId: "tx_foreign",
  amount: { value: 7_00, currency: "USD" },
  fee: 0,
  occurredAtMs: 0,
  rawType: "charge",
  ...rest,
});
