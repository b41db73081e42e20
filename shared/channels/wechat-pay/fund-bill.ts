/**
 * The fund bill of a day: what changed the balance of one of the merchant's accounts. Of its rows those of transfers to
 * people count; payments and refunds, with their fees, are in the trade bill, and other movements of the account
 * (withdrawals to our bank, deposits) in neither.
 *
 * The columns and the summary are the provider's. What no text confirms: that a transfer's voucher number is our
 * `out_bill_no`, which words its rows go by (`billWords` of the settings), that its row is of the moment in which the
 * money was set aside, and that a transfer which comes to nothing has a second row that brings the money back.
 * @see https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-fundflow.html
 */
import { parseDecimal } from "../decimal.ts";
import { BEIJING, fromLocalTime } from "../local-time.ts";
import { fromReference } from "../reference.ts";
import { StatementError, type StatementLine, type StatementReader } from "../statement.ts";
import { createBillReader, type Row, understood } from "./bill-file.ts";

/** Names without their unit. */
const columns = {
  time: "记账时间",
  businessNumber: "微信支付业务单号",
  flowNumber: "资金流水单号",
  name: "业务名称",
  type: "业务类型",
  direction: "收支类型",
  amount: "收支金额",
  voucher: "业务凭证号",
} as const;

const CURRENCY = "CNY";
/** In the type of a row that is about what the provider keeps. */
const FEE = "手续费";

type Direction = "in" | "out";
const directions: ReadonlyMap<string, Direction> = new Map([
  ["收入", "in"],
  ["支出", "out"],
]);

const summaries = {
  in: { count: "收入笔数", total: "收入金额" },
  out: { count: "支出笔数", total: "支出金额" },
} as const;
const SUMMARY_COUNT = "资金流水总笔数";

type Movement = { readonly direction: Direction; readonly fen: number };

const movementOf = (row: Row): Movement => ({
  direction: understood(directions.get(row(columns.direction)), columns.direction),
  fen: understood(parseDecimal(row(columns.amount), CURRENCY), columns.amount),
});

/** What a transfer's row says of money: kept by the provider, gone to a person, come back, or come from elsewhere. */
function moneyOf(
  { direction, fen }: Movement,
  isFee: boolean,
  isOurs: boolean,
): Pick<StatementLine, "kind" | "amount" | "fee"> {
  const amount = { value: fen, currency: CURRENCY };
  if (isFee) {
    return direction === "out"
      ? { kind: "fee", amount, fee: 0 }
      : { kind: "fee", amount: { ...amount, value: 0 }, fee: 0 - fen };
  }
  if (direction === "out") return { kind: "payout", amount, fee: 0 };
  return { kind: isOurs ? "payout-return" : "other", amount, fee: 0 };
}

function transferOf(row: Row, movement: Movement): StatementLine {
  const ourId = fromReference("payout", row(columns.voucher));
  const type = row(columns.type);
  const [businessNumber, flowNumber] = [row(columns.businessNumber), row(columns.flowNumber)];
  const isFee = type.includes(FEE);
  return {
    ...(ourId === undefined ? {} : { ourId }),
    ...moneyOf(movement, isFee, ourId !== undefined),
    // Fees and what comes back are movements of their own beside the transfer's, and may have its number.
    transactionId: isFee || movement.direction === "in" ? flowNumber : businessNumber || flowNumber,
    occurredAtMs: understood(fromLocalTime(row(columns.time), BEIJING), columns.time),
    rawType: type || row(columns.name),
  };
}

/**
 * A reader of one bill, fed with the uncompressed file.
 * @param sha1 of the file, hexadecimal, from the signed answer that named it
 * @param words one of which the name or type of a transfer's row contains
 */
export function createFundBillReader(sha1: string, words: readonly string[]): StatementReader {
  const seen = { in: { count: 0, fen: 0 }, out: { count: 0, fen: 0 } };

  function checkSum(summary: Row, direction: Direction): void {
    const { count, total } = summaries[direction];
    const { [direction]: found } = seen;
    if (parseDecimal(summary(count), "JPY") !== found.count)
      throw new StatementError(`${count} of the summary counts other rows than there are`);
    if (parseDecimal(summary(total), CURRENCY) !== found.fen)
      throw new StatementError(`${total} of the summary is not the sum of the rows`);
  }

  return createBillReader(sha1, {
    lineOf(row) {
      const movement = movementOf(row);
      const sum = seen[movement.direction];
      sum.count += 1;
      sum.fen += movement.fen;
      const isTransfer = words.some(
        (word) => row(columns.name).includes(word) || row(columns.type).includes(word),
      );
      return isTransfer ? transferOf(row, movement) : undefined;
    },
    checkSummary(summary, rows) {
      if (parseDecimal(summary(SUMMARY_COUNT), "JPY") !== rows)
        throw new StatementError("the summary counts other rows than there are");
      checkSum(summary, "in");
      checkSum(summary, "out");
    },
  });
}
