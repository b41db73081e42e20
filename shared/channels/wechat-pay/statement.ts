/**
 * The trade bill of a day: payments and refunds, read line by line. CSV with one row of headings, each value behind a
 * backtick, then a summary with headings of its own. The answer that names the file is signed; the file itself is
 * vouched for by its SHA-1 in that answer, so lines count only once `end` has passed.
 */
import { createHash } from "node:crypto";
import { StringDecoder } from "node:string_decoder";
import { parseDecimal } from "../decimal.ts";
import { BEIJING, fromLocalTime } from "../local-time.ts";
import { fromReference } from "../reference.ts";
import { StatementError, type StatementLine, type StatementReader } from "../statement.ts";

/** Longest row that is held, in characters. */
const MAX_ROW = 64 * 1024;

const columns = {
  time: "交易时间",
  transactionId: "微信订单号",
  outTradeNo: "商户订单号",
  state: "交易状态",
  currency: "货币种类",
  refundId: "微信退款单号",
  outRefundNo: "商户退款单号",
  refundStatus: "退款状态",
  fee: "手续费",
  orderAmount: "订单金额",
  refundAmount: "申请退款金额",
} as const;

const SUMMARY_COUNT = "总交易单数";

type Row = (column: string) => string;

/** Minor units of an amount that may be negative or finer than a fen, as fees are; rounded to the nearest. */
export function parseFee(text: string): number | undefined {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,2})(\d{0,8}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", places = "", rest = ""] = match;
  const fen = Number(whole) * 100 + Number(places.padEnd(2, "0")) + (/^[5-9]/.test(rest) ? 1 : 0);
  return sign === "-" ? 0 - fen : fen;
}

function numberOf<T>(value: T | undefined, column: string): T {
  if (value === undefined) throw new StatementError(`a value of ${column} cannot be read`);
  return value;
}

const kindsByState: ReadonlyMap<string, "payment" | "refund" | "reversal"> = new Map([
  ["SUCCESS", "payment"],
  ["REFUND", "refund"],
  ["REVOKED", "reversal"],
]);

/** One row as a line; `undefined` for a refund that moved nothing. @throws StatementError on what cannot be read. */
function lineOf(row: Row): StatementLine | undefined {
  const rawType = row(columns.state);
  const kind = kindsByState.get(rawType);
  if (kind === undefined) throw new StatementError(`the state ${rawType.slice(0, 32)} is not known`);
  if (kind === "refund" && row(columns.refundStatus) === "FAIL") return undefined;
  const currency = row(columns.currency);
  const amountColumn = kind === "payment" ? columns.orderAmount : columns.refundAmount;
  const value = numberOf(parseDecimal(row(amountColumn), currency), amountColumn);
  const channelPaymentId = row(columns.outTradeNo);
  const isRefund = kind === "refund";
  const ourId = isRefund
    ? fromReference("refund", row(columns.outRefundNo))
    : fromReference("payment", channelPaymentId);
  return {
    // A payment by barcode that was taken back: none of ours.
    kind: kind === "reversal" ? "other" : kind,
    ...(ourId === undefined ? {} : { ourId }),
    channelPaymentId,
    transactionId: row(isRefund ? columns.refundId : columns.transactionId),
    amount: { value: kind === "reversal" ? -value : value, currency },
    fee: numberOf(parseFee(row(columns.fee)), columns.fee),
    occurredAtMs: numberOf(fromLocalTime(row(columns.time), BEIJING), columns.time),
    rawType,
  };
}

/** The values of a row: each behind a backtick, a comma between them. */
const cellsOf = (text: string): readonly string[] => text.slice(1).split(",`");

function rowUnder(headings: readonly string[], text: string): Row {
  const cells = cellsOf(text);
  if (cells.length !== headings.length) throw new StatementError("a row does not fit the headings");
  return (column) => {
    const cell = cells[headings.indexOf(column)];
    if (cell === undefined) throw new StatementError(`the column ${column} is missing`);
    return cell.trim();
  };
}

const headingsOf = (text: string): readonly string[] => text.split(",").map((heading) => heading.trim());

/**
 * A reader of one bill, fed with the uncompressed file.
 * @param sha1 of the file, hexadecimal, from the signed answer that named it
 */
export function createTradeBillReader(sha1: string): StatementReader {
  const hash = createHash("sha1");
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let headings: readonly string[] | undefined;
  let summaryHeadings: readonly string[] | undefined;
  let count = 0;
  let isComplete = false;

  function finish(text: string, under: readonly string[]): void {
    const total = parseDecimal(rowUnder(under, text)(SUMMARY_COUNT), "JPY");
    if (total !== count) throw new StatementError("the summary counts other rows than there are");
    isComplete = true;
  }

  function read(text: string): readonly StatementLine[] {
    if (text.trim() === "") return [];
    if (isComplete) throw new StatementError("the file goes on after its summary");
    if (headings === undefined) {
      headings = headingsOf(text.replace(/^\uFEFF/, ""));
    } else if (!text.startsWith("`")) {
      if (summaryHeadings !== undefined) throw new StatementError("the summary has no values");
      summaryHeadings = headingsOf(text);
    } else if (summaryHeadings !== undefined) {
      finish(text, summaryHeadings);
    } else {
      count += 1;
      const line = lineOf(rowUnder(headings, text));
      return line === undefined ? [] : [line];
    }
    return [];
  }

  return {
    push(chunk) {
      hash.update(chunk);
      const rows = (rest + decoder.write(Buffer.from(chunk))).split(/\r?\n/);
      rest = rows.pop() ?? "";
      if (rest.length > MAX_ROW) throw new StatementError("a row is too long");
      return rows.flatMap(read);
    },
    end() {
      const lines = read(rest + decoder.end());
      if (hash.digest("hex") !== sha1.toLowerCase())
        throw new StatementError("the file is not the one announced");
      if (!isComplete) throw new StatementError("the file ends before its summary");
      return lines;
    },
  };
}
