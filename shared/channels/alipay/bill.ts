/**
 * The day's bill of trades: a ZIP file with a CSV file of single trades and one of sums, both in GBK, without quotes.
 * Lines that begin with `#` are about the file. Columns are found by their names, as Alipay has added some over time.
 */
import { parseDecimal } from "../decimal.ts";
import { BEIJING, fromLocalTime } from "../local-time.ts";
import { fromReference } from "../reference.ts";
import { StatementError, type StatementLine, type StatementReader } from "../statement.ts";
import { createZipReader, type ZipEntrySink } from "./zip.ts";

const LONGEST_LINE = 64 * 1024;
const CURRENCY = "CNY";

/** Column names without their unit. */
const columns = {
  trade: "支付宝交易号",
  order: "商户订单号",
  type: "业务类型",
  finishedAt: "完成时间",
  amount: "订单金额",
  request: "退款批次号/请求号",
  fee: "服务费",
} as const;
type Column = keyof typeof columns;
type Row = Readonly<Record<Column, string>>;

const PAYMENT = "交易";
const REFUND = "退款";
const END_MARK = "业务明细列表结束";
/** `#交易合计：2笔，…` */
const COUNT = /^#(交易|退款)合计[：:](\d+)笔/;

const unquoted = (line: string): readonly string[] => line.split(",").map((cell) => cell.trim());

const withoutUnit = (name: string): string => name.replace(/[（(][^）)]*[）)]$/, "");

/** Where each column is; `undefined` for the head of another table. */
function layoutOf(head: readonly string[]): ReadonlyMap<Column, number> | undefined {
  const names = head.map(withoutUnit);
  const layout = new Map<Column, number>();
  for (const column of Object.keys(columns) as Column[]) layout.set(column, names.indexOf(columns[column]));
  return [...layout.values()].includes(-1) ? undefined : layout;
}

/** Minor units of an amount with or without a sign. */
function signedAmount(text: string): number {
  const value = parseDecimal(text.replace(/^[+-]/, ""), CURRENCY);
  if (value === undefined) throw new StatementError("a line of the bill has an amount that cannot be read");
  return text.startsWith("-") && value !== 0 ? -value : value;
}

/**
 * One line. Refunds have a minus before the amount; fees have one where the merchant pays them in some bills, so what
 * counts is whose fee it is: kept of a payment, given back with a refund.
 */
function lineOf(row: Row): StatementLine {
  const occurredAtMs = fromLocalTime(row.finishedAt, BEIJING);
  if (occurredAtMs === undefined) throw new StatementError("a line of the bill has no time");
  const value = signedAmount(row.amount);
  const fee = Math.abs(signedAmount(row.fee === "" ? "0" : row.fee));
  const common = {
    ...(row.order !== "" && { channelPaymentId: row.order }),
    occurredAtMs,
    rawType: row.type,
  };
  const amount = { value: Math.abs(value), currency: CURRENCY };
  if (row.type === PAYMENT) {
    const ourId = fromReference("payment", row.order);
    return { kind: "payment", ...(ourId && { ourId }), ...common, transactionId: row.trade, amount, fee };
  }
  if (row.type === REFUND) {
    const ourId = fromReference("refund", row.request);
    const transactionId = row.request === "" ? row.trade : row.request;
    return {
      kind: "refund",
      ...(ourId && { ourId }),
      ...common,
      transactionId,
      amount,
      fee: fee === 0 ? 0 : -fee,
    };
  }
  return { kind: "other", ...common, transactionId: row.trade, amount: { value, currency: CURRENCY }, fee };
}

/** Reads the lines of one file of the bill. */
class BillTable {
  readonly #emit: (line: StatementLine) => void;
  readonly #counted = new Map<string, number>();
  #width = 0;
  #layout: ReadonlyMap<Column, number> | undefined;
  #headSeen = false;
  #ended = false;

  constructor(emit: (line: StatementLine) => void) {
    this.#emit = emit;
  }

  get isDetail(): boolean {
    return this.#layout !== undefined;
  }

  get isComplete(): boolean {
    return this.#ended;
  }

  read(line: string): void {
    if (line.startsWith("#")) this.#note(line);
    else if (line.trim() !== "") this.#cells(unquoted(line));
  }

  #note(line: string): void {
    if (!this.isDetail) return;
    if (line.includes(END_MARK)) this.#ended = true;
    const [, type = "", count] = COUNT.exec(line) ?? [];
    if (count !== undefined && Number(count) !== (this.#counted.get(type) ?? 0)) {
      throw new StatementError("the bill has another number of lines than it says");
    }
  }

  #cells(cells: readonly string[]): void {
    if (!this.#headSeen) {
      this.#headSeen = true;
      this.#width = cells.length;
      this.#layout = layoutOf(cells);
      return;
    }
    const layout = this.#layout;
    if (layout === undefined) return;
    if (cells.length !== this.#width || this.#ended) {
      throw new StatementError("a line of the bill has not the columns of its head");
    }
    const at = (column: Column) => cells[layout.get(column) ?? -1] ?? "";
    const line = lineOf({
      ...{ trade: at("trade"), order: at("order"), type: at("type"), finishedAt: at("finishedAt") },
      ...{ amount: at("amount"), request: at("request"), fee: at("fee") },
    });
    this.#counted.set(line.rawType, (this.#counted.get(line.rawType) ?? 0) + 1);
    this.#emit(line);
  }
}

/** Cuts an entry's bytes into lines of text. */
function linesOf(table: BillTable): ZipEntrySink {
  const decoder = new TextDecoder("gbk", { fatal: true });
  let rest = "";
  const read = (text: string, last: boolean) => {
    const lines = `${rest}${text}`.split("\n");
    rest = last ? "" : (lines.pop() ?? "");
    if (rest.length > LONGEST_LINE) throw new StatementError("a line of the bill is too long");
    for (const line of lines) table.read(line.replace(/\r$/, ""));
  };
  const decode = (piece: Uint8Array | undefined): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch (cause) {
      throw new StatementError("the bill is not GBK text", { cause });
    }
  };
  return { data: (piece) => read(decode(piece), false), end: () => read(decode(undefined), true) };
}

/** Reads a bill as it arrives. */
export function createBillReader(): StatementReader {
  const tables: BillTable[] = [];
  let lines: StatementLine[] = [];
  const zip = createZipReader(() => {
    const table = new BillTable((line) => lines.push(line));
    tables.push(table);
    return linesOf(table);
  });
  const taken = () => {
    const read = lines;
    lines = [];
    return read;
  };
  return {
    push(chunk) {
      zip.push(chunk);
      return taken();
    },
    end() {
      zip.end();
      const details = tables.filter(({ isDetail }) => isDetail);
      if (details.length !== 1 || details[0]?.isComplete !== true) {
        throw new StatementError("the ZIP file does not hold one complete bill of single trades");
      }
      return taken();
    },
  };
}
