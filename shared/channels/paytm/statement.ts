/**
 * Statements: a day's settlement report as CSV, as the team's transfer job stores it. The first line names the columns,
 * in any order; others than these are passed over. Amounts are rupees with at most two places.
 *
 * | column | meaning |
 * | --- | --- |
 * | `transaction_type` | `ACQUIRING` for a payment, `REFUND`, or any other word |
 * | `order_id` | the order; empty where there is none |
 * | `transaction_id` | Paytm's id of the movement |
 * | `ref_id` | the merchant's id of a refund; empty otherwise |
 * | `amount` | what moved, without a sign for payments and refunds |
 * | `commission`, `gst` | what Paytm kept, and the tax on it; negative when it came back |
 * | `settled_amount` | what it adds to the settlement: the amount, negative for a refund, less commission and tax |
 * | `transaction_date` | `yyyy-MM-dd HH:mm:ss`, Indian time |
 */
import { parseDecimal } from "../decimal.ts";
import { fromLocalTime, INDIA } from "../local-time.ts";
import { fromReference } from "../reference.ts";
import { StatementError, type StatementLine, type StatementReader } from "../statement.ts";

const columns = [
  "transaction_type",
  "order_id",
  "transaction_id",
  "ref_id",
  "amount",
  "commission",
  "gst",
  "settled_amount",
  "transaction_date",
] as const;
type Column = (typeof columns)[number];
type Row = Readonly<Record<Column, string>>;

const MAX_LINE_CHARACTERS = 16_384;

/** The fields of a line of CSV: plain, or in quotes with quotes doubled. */
function fieldsOf(line: string): readonly string[] {
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  while (true) {
    const match = field.exec(line);
    if (match === null) throw new StatementError("a line is no CSV");
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] !== ",") return fields;
  }
}

/** Where each column is. */
function headingOf(line: string): ReadonlyMap<Column, number> {
  const names = fieldsOf(line).map((name) => name.trim().toLowerCase());
  return new Map(
    columns.map((column) => {
      const index = names.indexOf(column);
      if (index < 0 || names.lastIndexOf(column) !== index) {
        throw new StatementError(`the column ${column} must be there once`);
      }
      return [column, index];
    }),
  );
}

/** Paise with a sign. */
function paise(text: string, column: Column): number {
  const negative = text.startsWith("-");
  const value = parseDecimal(negative ? text.slice(1) : text, "INR");
  if (value === undefined) throw new StatementError(`${column} is no amount`);
  return negative && value > 0 ? -value : value;
}

function kindOf(row: Row): Pick<StatementLine, "kind" | "ourId" | "channelPaymentId"> {
  const order = row.order_id === "" ? {} : { channelPaymentId: row.order_id };
  if (row.transaction_type === "ACQUIRING") {
    const ourId = fromReference("payment", row.order_id);
    return { kind: "payment", ...(ourId === undefined ? {} : { ourId }), ...order };
  }
  if (row.transaction_type === "REFUND") {
    const ourId = fromReference("refund", row.ref_id);
    return { kind: "refund", ...(ourId === undefined ? {} : { ourId }), ...order };
  }
  return { kind: "other", ...order };
}

function lineOf(row: Row): StatementLine {
  const kind = kindOf(row);
  const value = paise(row.amount, "amount");
  const fee = paise(row.commission, "commission") + paise(row.gst, "gst");
  if (value < 0 && kind.kind !== "other")
    throw new StatementError("a payment or refund has a negative amount");
  const moved = kind.kind === "refund" ? -value : value;
  if (paise(row.settled_amount, "settled_amount") !== moved - fee) {
    throw new StatementError("settled_amount is not the amount less commission and tax");
  }
  const occurredAtMs = fromLocalTime(row.transaction_date, INDIA);
  if (occurredAtMs === undefined) throw new StatementError("transaction_date is no time");
  if (row.transaction_id === "") throw new StatementError("a line has no transaction_id");
  const amount = { value, currency: "INR" };
  const { transaction_id: transactionId, transaction_type: rawType } = row;
  return { ...kind, transactionId, amount, fee, occurredAtMs, rawType };
}

function rowOf(line: string, heading: ReadonlyMap<Column, number>): Row {
  const fields = fieldsOf(line);
  const at = (column: Column) => {
    const field = fields[heading.get(column) ?? -1];
    if (field === undefined) throw new StatementError("a line is shorter than the heading");
    return field.trim();
  };
  return {
    transaction_type: at("transaction_type"),
    order_id: at("order_id"),
    transaction_id: at("transaction_id"),
    ref_id: at("ref_id"),
    amount: at("amount"),
    commission: at("commission"),
    gst: at("gst"),
    settled_amount: at("settled_amount"),
    transaction_date: at("transaction_date"),
  };
}

/** Reads such a file piece by piece, holding one line. */
export function createStatementReader(): StatementReader {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  let heading: ReadonlyMap<Column, number> | undefined;

  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      throw new StatementError("the file is no UTF-8", { cause });
    }
  };

  const read = (line: string): readonly StatementLine[] => {
    if (line.trim() === "") return [];
    if (heading === undefined) {
      heading = headingOf(line);
      return [];
    }
    return [lineOf(rowOf(line, heading))];
  };

  const take = (text: string): readonly StatementLine[] => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE_CHARACTERS) throw new StatementError("a line is too long");
    return lines.flatMap((line) => read(line.replace(/\r$/, "")));
  };

  return {
    push: (chunk) => take(decode(chunk)),
    end() {
      const last = [...take(decode()), ...read(rest.replace(/\r$/, ""))];
      if (heading === undefined) throw new StatementError("the file has no heading");
      return last;
    },
  };
}
