/**
 * The bill of the account of a day: everything that changed the merchant's balance, in the order of time. A transfer
 * takes its money when it is made, and one that fails or comes back has a second line.
 */
import type { Movement } from "../kit/statement.ts";
import type { Transfer } from "./state.ts";
import { BEIJING_MINUTES, type BillTexts, beijing, dayRange, fromBeijing, yuan } from "./wire-format.ts";
import type { World } from "./world.ts";

/** Amounts are without a sign: `comesIn` has it. A fee that comes in is given back. */
type AccountMovement = Movement & {
  readonly comesIn: boolean;
  readonly type: string;
  readonly business: string;
  readonly order: string;
  readonly subject: string;
  /** What the line of its fee says. */
  readonly feeNote: string;
};

const payment = { type: "在线支付", comesIn: true, feeNote: "商家服务费" } as const;
const refund = { type: "交易退款", comesIn: false, feeNote: "商家服务费退回" } as const;
const transfer = { type: "转账", comesIn: false, feeNote: "转账服务费" } as const;
const transferBack = { type: "转账退回", comesIn: true, feeNote: "" } as const;

function* transferMovements(of: Transfer): Generator<AccountMovement> {
  const { number, fundOrderId, value, status, createdAtMs, endedAtMs } = of;
  const common = { amount: value, fee: 0, business: fundOrderId, order: number, subject: "转账" };
  yield { ...common, ...transfer, id: number, atMs: createdAtMs };
  if (status === "FAIL" || status === "REFUND") {
    yield { ...common, ...transferBack, id: `${number}-back`, atMs: endedAtMs ?? createdAtMs };
  }
}

function* movements({ kit }: World): Generator<AccountMovement> {
  for (const trade of kit.state.trades.values()) {
    const { tradeNo: business, order, subject, paidAtMs } = trade;
    if (paidAtMs === undefined) continue;
    const common = { business, order, subject };
    yield { ...common, ...payment, id: order, atMs: paidAtMs, amount: trade.value, fee: trade.fee };
    for (const { request, value, fee, atMs } of trade.refunds) {
      yield { ...common, ...refund, id: request, atMs, amount: value, fee: 0 - fee };
    }
  }
  for (const of of kit.state.transfers.values()) yield* transferMovements(of);
}

type Line = Omit<AccountMovement, "fee" | "feeNote"> & { readonly note: string };

/** A movement's own line, and one for its fee. */
function linesOf({ fee, feeNote, ...movement }: AccountMovement): readonly Line[] {
  const own = { ...movement, note: "" };
  if (fee === 0) return [own];
  const type = fee > 0 ? "收费" : "退费";
  return [own, { ...own, type, comesIn: fee < 0, amount: Math.abs(fee), note: feeNote }];
}

const signed = ({ comesIn, amount }: Line): number => (comesIn ? amount : -amount);

const HEAD =
  "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注";

/** What the account held when the day began: what it holds now, without all that came since. */
function openingOf(world: World, start: number): number {
  let balance = world.kit.state.balance;
  for (const movement of movements(world)) {
    if (movement.atMs < start) continue;
    for (const line of linesOf(movement)) balance -= signed(line);
  }
  return balance;
}

const sumOf = (lines: readonly Line[], comesIn: boolean) => {
  const chosen = lines.filter((line) => line.comesIn === comesIn);
  return { count: chosen.length, total: chosen.reduce((sum, { amount }) => sum + amount, 0) };
};

function detailOf(world: World, day: string, start: number, lines: readonly Line[]): string {
  const { sellerId, kit } = world;
  const [income, expense] = [sumOf(lines, true), sumOf(lines, false)];
  let balance = openingOf(world, start);
  const rows = lines.map((line, index) => {
    balance += signed(line);
    const flow = `${day.replaceAll("-", "")}${String(index).padStart(10, "0")}`;
    const [came, went] = line.comesIn ? [yuan(line.amount), "0.00"] : ["0.00", yuan(-line.amount)];
    return [
      ...[`${flow}\t`, `${line.business}\t`, `${line.order}\t`, `${line.subject}\t`, beijing(line.atMs)],
      ...["*友(pay***@example.com)\t", came, went, yuan(balance), "支付宝", `${line.type}\t`, line.note],
    ].join(",");
  });
  return [
    "#支付宝账务明细查询",
    `#账号：[${sellerId}0156]`,
    `#起始日期：${dayRange(day)}`,
    "#-----------------------------------------账务明细列表----------------------------------------",
    HEAD,
    ...rows,
    "#-----------------------------------------账务明细列表结束------------------------------------",
    `#支出合计：${expense.count}笔，共${yuan(expense.total)}元`,
    `#收入合计：${income.count}笔，共${yuan(income.total)}元`,
    `#导出时间：[${beijing(kit.now())}]`,
    "",
  ].join("\r\n");
}

function sumsOf(lines: readonly Line[]): string {
  const [income, expense] = [sumOf(lines, true), sumOf(lines, false)];
  const total = yuan(income.total - expense.total);
  return [
    "#支付宝账务汇总查询",
    "类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）",
    `合计,${income.count},${yuan(income.total)},${expense.count},${yuan(expense.total)},${total}`,
    "",
  ].join("\r\n");
}

/** `undefined` for a day on which nothing moved. An extra movement below zero is a transfer that nobody ordered. */
export function accountBill(world: World, day: string): BillTexts | undefined {
  const start = fromBeijing(`${day} 00:00:00`) ?? 0;
  const shown = world.kit.statementOf(movements(world), day, {
    utcOffsetMinutes: BEIJING_MINUTES,
    extra: ({ id, amount }) => ({
      ...(amount < 0 ? transfer : payment),
      ...{ id, business: id, order: id, subject: "extra", amount: Math.abs(amount), fee: 0 },
      atMs: fromBeijing(`${day} 12:00:00`) ?? 0,
    }),
  });
  const lines = shown.toSorted((a, b) => a.atMs - b.atMs).flatMap(linesOf);
  if (lines.length === 0) return undefined;
  return { name: "账务明细", detail: detailOf(world, day, start, lines), sums: sumsOf(lines) };
}
