/**
 * The day's bill of the account (`signcustomer`): what came in and went out. Of its lines those of transfers to people
 * count; payments and refunds, with their fees, are in the bill of trades, and other movements (withdrawals to our bank,
 * deposits) in neither.
 *
 * The columns and sums are those of bills that others have published. What no text of Alipay's confirms: that a
 * transfer's `商户订单号` is our `out_biz_no`, which type its lines are of (`payoutBillWords` of the settings), that
 * its line is of the moment in which the money left, that money which comes back has a line under the same number, and
 * that the note of a fee names transfers.
 * @see https://opendocs.alipay.com/apis/api_15/alipay.data.dataservice.bill.downloadurl.query
 */
import { BEIJING, fromLocalTime } from "../local-time.ts";
import { fromReference } from "../reference.ts";
import { StatementError, type StatementLine, type StatementReader } from "../statement.ts";
import { type BillFormat, CURRENCY, createBillFileReader, signedAmount } from "./bill-file.ts";

const columns = {
  flow: "账务流水号",
  business: "业务流水号",
  order: "商户订单号",
  at: "发生时间",
  income: "收入金额",
  expense: "支出金额",
  type: "业务类型",
  note: "备注",
} as const;
type Column = keyof typeof columns;
type Row = Readonly<Record<Column, string>>;

const END_MARK = "账务明细列表结束";
/** `#支出合计：2笔，共3.00元` */
const SUM = /^#(支出|收入)合计[：:](\d+)笔[，,]共(-?[\d.]+)元/;
/** In the type of a line that is about what Alipay keeps, or gives back of it. */
const FEE = "费";

const absolute = (text: string): number => Math.abs(signedAmount(text === "" ? "0" : text));

/** Above zero it came in. @throws StatementError for a line that says both */
function movedBy(row: Row): number {
  const [income, expense] = [absolute(row.income), absolute(row.expense)];
  if (income !== 0 && expense !== 0) throw new StatementError("a line of the bill comes in and goes out");
  return income - expense;
}

function feeOf(moved: number): Pick<StatementLine, "kind" | "amount" | "fee"> {
  return moved > 0
    ? { kind: "fee", amount: { value: 0, currency: CURRENCY }, fee: -moved }
    : { kind: "fee", amount: { value: 0 - moved, currency: CURRENCY }, fee: 0 };
}

function lineOf(row: Row, moved: number, isFee: boolean): StatementLine {
  const occurredAtMs = fromLocalTime(row.at, BEIJING);
  if (occurredAtMs === undefined) throw new StatementError("a line of the bill has no time");
  const ourId = fromReference("payout", row.order);
  const common = { ...(ourId && { ourId }), occurredAtMs, rawType: row.type };
  // Fees and what comes back are movements of their own beside the transfer's, and may have its number.
  if (isFee) return { ...common, ...feeOf(moved), transactionId: row.flow };
  const came = ourId === undefined ? "other" : "payout-return";
  return {
    ...common,
    kind: moved > 0 ? came : "payout",
    transactionId: moved > 0 || row.business === "" ? row.flow : row.business,
    amount: { value: Math.abs(moved), currency: CURRENCY },
    fee: 0,
  };
}

function accountBill(words: readonly string[]): BillFormat<Column> {
  const sums = new Map<string, { count: number; value: number }>();
  const sumOf = (direction: string) => sums.get(direction) ?? { count: 0, value: 0 };
  const names = (text: string) => words.some((word) => text.includes(word));
  return {
    columns,
    endMark: END_MARK,
    lineOf(row) {
      const moved = movedBy(row);
      const direction = moved > 0 ? "收入" : "支出";
      const { count, value } = sumOf(direction);
      if (moved !== 0) sums.set(direction, { count: count + 1, value: value + Math.abs(moved) });
      const isFee = row.type.includes(FEE) && names(`${row.type} ${row.note}`);
      return isFee || names(row.type) ? lineOf(row, moved, isFee) : undefined;
    },
    checkNote(note) {
      const [, direction = "", count, total = ""] = SUM.exec(note) ?? [];
      if (count === undefined) return;
      const found = sumOf(direction);
      if (Number(count) !== found.count || absolute(total) !== found.value) {
        throw new StatementError("the bill has other sums than it says");
      }
    },
  };
}

/** Reads a bill as it arrives. @param words one of which the type of a transfer's line contains */
export const createAccountBillReader = (words: readonly string[]): StatementReader =>
  createBillFileReader(() => accountBill(words));
