/**
 * The trade bill of a day: payments and refunds, read line by line.
 * @see https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
 */
import { parseDecimal } from "../decimal.ts";
import { BEIJING, fromLocalTime } from "../local-time.ts";
import { fromReference } from "../reference.ts";
import { StatementError, type StatementLine, type StatementReader } from "../statement.ts";
import { createBillReader, type Row, understood } from "./bill-file.ts";

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

/** Minor units of an amount that may be negative or finer than a fen, as fees are; rounded to the nearest. */
export function parseFee(text: string): number | undefined {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,2})(\d{0,8}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", places = "", rest = ""] = match;
  const fen = Number(whole) * 100 + Number(places.padEnd(2, "0")) + (/^[5-9]/.test(rest) ? 1 : 0);
  return sign === "-" ? 0 - fen : fen;
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
  const value = understood(parseDecimal(row(amountColumn), currency), amountColumn);
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
    fee: understood(parseFee(row(columns.fee)), columns.fee),
    occurredAtMs: understood(fromLocalTime(row(columns.time), BEIJING), columns.time),
    rawType,
  };
}

/**
 * A reader of one bill, fed with the uncompressed file.
 * @param sha1 of the file, hexadecimal, from the signed answer that named it
 */
export const createTradeBillReader = (sha1: string): StatementReader =>
  createBillReader(sha1, {
    lineOf,
    checkSummary(summary, rows) {
      if (parseDecimal(summary(SUMMARY_COUNT), "JPY") !== rows)
        throw new StatementError("the summary counts other rows than there are");
    },
  });
