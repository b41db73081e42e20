/** Bills of trades: one ZIP file a day, from ten in the next morning, at an address that is good for 30 seconds. */
import type { Movement } from "../kit/statement.ts";
import type { WireAnswer } from "../wire.ts";
import { failed, type Result } from "./answers.ts";
import { toGbk } from "./gbk.ts";
import type { Content } from "./requests.ts";
import { beijing, fromBeijing, yuan } from "./wire-format.ts";
import type { World } from "./world.ts";
import { zipOf } from "./zip.ts";

const BEIJING_MINUTES = 480;
const READY_AFTER_MS = (24 + 10) * 3_600_000;
const ADDRESS_GOOD_FOR_MS = 30_000;

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

const dayOf = (world: World, day: string): readonly TradeMovement[] =>
  world.kit.statementOf(movementsOf(world), day, {
    utcOffsetMinutes: BEIJING_MINUTES,
    extra: ({ id, amount }) => ({
      ...{
        id,
        atMs: fromBeijing(`${day} 12:00:00`) ?? 0,
        amount,
        fee: 0,
        type: "交易",
        tradeNo: id,
        order: id,
      },
      ...{ request: "", subject: "extra", createdAtMs: fromBeijing(`${day} 12:00:00`) ?? 0 },
    }),
  });

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
  const [year = "", month = "", date = ""] = day.split("-");
  return [
    "#支付宝业务明细查询",
    `#账号：[${sellerId}0156]`,
    `#起始日期：[${year}年${month}月${date}日 00:00:00]   终止日期：[${year}年${month}月${date}日 24:00:00]`,
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

/** @throws Refusal */
export function billAddress(world: World, content: Content): Result {
  const { kit, sellerId } = world;
  const day = String(content.bill_date);
  const beginsAtMs = fromBeijing(`${day} 00:00:00`);
  if (content.bill_type !== "trade" || beginsAtMs === undefined) throw failed("isp.invalid-arguments");
  if (kit.now() < beginsAtMs + READY_AFTER_MS || dayOf(world, day).length === 0) {
    throw failed("isp.bill_not_exist");
  }
  const token = kit.ids.hex(32);
  kit.state.bills.set(token, { day, untilMs: kit.now() + ADDRESS_GOOD_FOR_MS });
  const about = `bizType=trade&userId=${sellerId}0156&fileType=csv.zip&bizDates=${day.replaceAll("-", "")}`;
  return {
    bill_download_url: `http://dwbillcenter.alipay.com/downloadBillFile.resource?${about}&token=${token}`,
  };
}

/** The file at such an address. */
export function billFile(world: World, query: string): WireAnswer {
  const found = world.kit.state.bills.get(new URLSearchParams(query).get("token") ?? "");
  if (found === undefined || world.kit.now() > found.untilMs) {
    return { status: 403, headers: { "content-type": "text/html" }, body: "expired" };
  }
  const movements = dayOf(world, found.day);
  const name = `${world.sellerId}0156_${found.day.replaceAll("-", "")}`;
  return {
    status: 200,
    headers: { "content-type": "application/zip" },
    body: zipOf([
      { name: toGbk(`${name}_业务明细(汇总).csv`), content: toGbk(summaryOf(movements)) },
      { name: toGbk(`${name}_业务明细.csv`), content: toGbk(detailOf(world, found.day, movements)) },
    ]),
  };
}
