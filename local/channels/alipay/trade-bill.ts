/** The bill of trades of a day: payments and refunds, each with its fee. */
import type { Movement } from "../kit/statement.ts";
import { BEIJING_MINUTES, type BillTexts, beijing, dayRange, fromBeijing, yuan } from "./wire-format.ts";
import type { World } from "./world.ts";

type TradeMovement = Movement & {
  readonly type: "交易" | "退款";
  readonly tradeNo: string;
  readonly order: string;
  readonly request: string;
  readonly subject: string;
  readonly createdAtMs: number;
};

function* movementsOf({ kit }: World): Generator<TradeMovement> {
  for (const trade of kit.state.trades.values()) {
    const { tradeNo, order, subject, createdAtMs, paidAtMs } = trade;
    if (paidAtMs === undefined) continue;
    const common = { tradeNo, order, subject, createdAtMs };
    yield {
      ...common,
      id: order,
      atMs: paidAtMs,
      amount: trade.value,
      fee: trade.fee,
      type: "交易",
      request: "",
    };
    for (const { request, value, fee, atMs } of trade.refunds) {
      yield { ...common, id: request, atMs, amount: value, fee, type: "退款", request };
    }
  }
}

/** Of extra movements those above zero: what left the account is no trade. */
const dayOf = (world: World, day: string): readonly TradeMovement[] =>
  world.kit
    .statementOf(movementsOf(world), day, {
      utcOffsetMinutes: BEIJING_MINUTES,
      extra: ({ id, amount }): TradeMovement => ({
        ...{ id, atMs: fromBeijing(`${day} 12:00:00`) ?? 0, amount, fee: 0, type: "交易" },
        ...{ tradeNo: id, order: id, request: "", subject: "extra" },
        createdAtMs: fromBeijing(`${day} 12:00:00`) ?? 0,
      }),
    })
    .filter(({ amount }) => amount >= 0);

const HEAD =
  "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注";

function lineOf(movement: TradeMovement): string {
  const sign = movement.type === "退款" ? -1 : 1;
  const amount = yuan(sign * movement.amount);
  const cells = [
    ...[`${movement.tradeNo}\t`, `${movement.order}\t`, `${movement.type}\t`, movement.subject],
    ...[
      beijing(movement.createdAtMs),
      beijing(movement.atMs),
      "\t",
      "\t",
      "\t",
      "\t",
      "*友(pay***@example.com)\t",
    ],
    ...[amount, amount, "0.00", "0.00", "0.00", "0.00", "0.00", "", "0.00\t", "0.00"],
    ...[`${movement.request}\t`, yuan(-sign * movement.fee), "0.00", ""],
  ];
  return cells.join(",");
}

const sumOf = (movements: readonly TradeMovement[], type: TradeMovement["type"]) => {
  const chosen = movements.filter((movement) => movement.type === type);
  const total = chosen.reduce((sum, { amount }) => sum + (type === "退款" ? -amount : amount), 0);
  return { count: chosen.length, total: yuan(total) };
};

function detailOf({ sellerId, kit }: World, day: string, movements: readonly TradeMovement[]): string {
  const paid = sumOf(movements, "交易");
  const refunded = sumOf(movements, "退款");
  return [
    "#支付宝业务明细查询",
    `#账号：[${sellerId}0156]`,
    `#起始日期：${dayRange(day)}`,
    "#-----------------------------------------业务明细列表----------------------------------------",
    HEAD,
    ...movements.map(lineOf),
    "#-----------------------------------------业务明细列表结束------------------------------------",
    `#交易合计：${paid.count}笔，商家实收共${paid.total}元，商家优惠共0.00元`,
    `#退款合计：${refunded.count}笔，商家实收退款共${refunded.total}元，商家优惠退款共0.00元`,
    `#导出时间：[${beijing(kit.now())}]`,
    "",
  ].join("\r\n");
}

const summaryOf = (movements: readonly TradeMovement[]): string => {
  const paid = sumOf(movements, "交易");
  const refunded = sumOf(movements, "退款");
  return [
    "#支付宝业务汇总查询",
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）",
    `合计\t,\t,${paid.count},${refunded.count},${paid.total},${paid.total}`,
    "",
  ].join("\r\n");
};

/** `undefined` for a day without a trade. */
export function tradeBill(world: World, day: string): BillTexts | undefined {
  const movements = dayOf(world, day);
  if (movements.length === 0) return undefined;
  return { name: "业务明细", detail: detailOf(world, day, movements), sums: summaryOf(movements) };
}
