/**
 * The fund bill of a day: everything that changed the balance of one of the merchant's accounts, in the order of time.
 * A transfer takes its money when it is made, and one that comes to nothing brings it back.
 */
import type { ExtraMovement, Movement } from "../kit/statement.ts";
import { DAY_MS, extraAt, nothingMoved, quoted, yuan } from "./bills.ts";
import { paramError } from "./refusal.ts";
import type { Transfer } from "./state.ts";
import { BEIJING_MINUTES, localTime, startOfDay } from "./times.ts";
import type { World } from "./world.ts";

type Account = "BASIC" | "OPERATION" | "FEES";

/** Amounts are without a sign: `direction` has it. */
type FundMovement = Movement & {
  readonly account: Account;
  readonly direction: "收入" | "支出";
  readonly name: string;
  readonly type: string;
  /** The type of the row of its fee. */
  readonly feeType: string;
  readonly businessNumber: string;
  readonly voucher: string;
  readonly remark: string;
};

const headings =
  "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,资金变更提交申请人,备注,业务凭证号";
const summaryHeadings = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额";

const payment = { name: "交易", type: "交易", feeType: "扣除交易手续费", direction: "收入" } as const;
const refundOut = { name: "退款", type: "退款", feeType: "退还交易手续费", direction: "支出" } as const;
const transferOut = { name: "商家转账", type: "转账", feeType: "扣除手续费", direction: "支出" } as const;
const transferBack = { ...transferOut, type: "转账退回", direction: "收入" } as const;

function* transferMovements(account: Account, transfer: Transfer): Generator<FundMovement> {
  const { outBillNo, billNo, amount, remark, createdAtMs, updatedAtMs, state } = transfer;
  const common = { account, amount, fee: 0, businessNumber: billNo, voucher: outBillNo, remark };
  yield { ...common, ...transferOut, id: outBillNo, atMs: createdAtMs };
  if (state === "FAIL" || state === "CANCELLED") {
    yield { ...common, ...transferBack, id: `${outBillNo}-back`, atMs: updatedAtMs };
  }
}

function* movements({ kit, settings }: World): Generator<FundMovement> {
  const { orders, refunds, transfers } = kit.state;
  for (const { state, outTradeNo, transactionId, total, fee, successAtMs } of orders.values()) {
    if (state !== "SUCCESS") continue;
    const numbers = { businessNumber: transactionId, voucher: outTradeNo, remark: "" };
    const money = { id: outTradeNo, atMs: successAtMs, amount: total, fee };
    yield { ...payment, ...numbers, ...money, account: "BASIC" };
  }
  for (const { status, outRefundNo, refundId, amount, fee, successAtMs, reason } of refunds.values()) {
    if (status !== "SUCCESS") continue;
    const numbers = { businessNumber: refundId, voucher: outRefundNo, remark: reason };
    const money = { id: outRefundNo, atMs: successAtMs, amount, fee: 0 - fee };
    yield { ...refundOut, ...numbers, ...money, account: "BASIC" };
  }
  const account = settings.payout?.account ?? "BASIC";
  for (const transfer of transfers.values()) yield* transferMovements(account, transfer);
}

/** Below zero it is a transfer that nobody ordered, else a payment. */
const extraOn =
  (account: Account) =>
  ({ id, amount, day }: ExtraMovement): FundMovement => ({
    ...(amount < 0 ? transferOut : payment),
    ...{ id, account, amount: Math.abs(amount), fee: 0, atMs: extraAt(day) },
    ...{ businessNumber: `13300${id}`, voucher: id, remark: "extra" },
  });

type Row = Omit<FundMovement, "fee" | "feeType">;

/** A movement's own row, and one for its fee. */
function rowsOf({ fee, feeType, ...movement }: FundMovement): readonly Row[] {
  if (fee === 0) return [movement];
  const direction = fee > 0 ? "支出" : "收入";
  return [movement, { ...movement, type: feeType, direction, amount: Math.abs(fee) }];
}

const signed = ({ direction, amount }: Row): number => (direction === "收入" ? amount : -amount);

/** What the account held when the day began: what it holds now, without all that came since. */
function openingOf(world: World, account: Account, start: number): number {
  let balance = world.kit.state.balance;
  for (const movement of movements(world)) {
    if (movement.account !== account || movement.atMs < start) continue;
    for (const row of rowsOf(movement)) balance -= signed(row);
  }
  return balance;
}

function summaryOf(rows: readonly Row[]): string {
  const part = (direction: Row["direction"]) => {
    const chosen = rows.filter((row) => row.direction === direction);
    return [`${chosen.length}.0`, yuan(chosen.reduce((sum, { amount }) => sum + amount, 0))];
  };
  return quoted([`${rows.length}.0`, ...part("收入"), ...part("支出")]);
}

/** A line break in a remark is printed as its two characters, as this bill does. */
const plain = (text: string) => text.replaceAll("\r", "\\r").replaceAll("\n", "\\n");

/** @throws Refusal for an account that there is not, or on which nothing moved */
export function fundBill(world: World, day: string, query: URLSearchParams): Buffer {
  const account = query.get("account_type") ?? "BASIC";
  if (account !== "BASIC" && account !== "OPERATION" && account !== "FEES") {
    throw paramError("account_type: not BASIC, OPERATION or FEES");
  }
  const own = movements(world).filter((movement) => movement.account === account);
  const shown = world.kit.statementOf(own, day, {
    utcOffsetMinutes: BEIJING_MINUTES,
    extra: extraOn(account),
  });
  const rows = shown.toSorted((a, b) => a.atMs - b.atMs).flatMap(rowsOf);
  if (rows.length === 0) throw nothingMoved();
  const start = startOfDay(day) ?? 0;
  let balance = openingOf(world, account, start);
  const lines = rows.map((row, index) => {
    balance += signed(row);
    const flowNumber = `${world.settings.mchId}${Math.floor(start / DAY_MS)}${String(index).padStart(9, "0")}`;
    return quoted([
      ...[localTime(row.atMs), row.businessNumber, flowNumber, row.name, row.type, row.direction],
      ...[yuan(row.amount), yuan(balance), `${world.settings.mchId}API`, plain(row.remark), row.voucher],
    ]);
  });
  return Buffer.from(
    `\uFEFF${[headings, ...lines, summaryHeadings, summaryOf(rows), ""].join("\r\n")}`,
    "utf8",
  );
}
