/** The day's bill of trades: payments and refunds with their fees. */
import { BEIJING, fromLocalTime } from "../local-time.ts";
import { fromReference } from "../reference.ts";
import { StatementError, type StatementLine, type StatementReader } from "../statement.ts";
import { type BillFormat, CURRENCY, createBillFileReader, signedAmount } from "./bill-file.ts";

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

function tradeBill(): BillFormat<Column> {
  const counted = new Map<string, number>();
  return {
    columns,
    endMark: END_MARK,
    lineOf(row) {
      counted.set(row.type, (counted.get(row.type) ?? 0) + 1);
      return lineOf(row);
    },
    checkNote(note) {
      const [, type = "", count] = COUNT.exec(note) ?? [];
      if (count !== undefined && Number(count) !== (counted.get(type) ?? 0)) {
        throw new StatementError("the bill has another number of lines than it says");
      }
    },
  };
}

/** Reads a bill as it arrives. */
export const createBillReader = (): StatementReader => createBillFileReader(tradeBill);
