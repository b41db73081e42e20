/** Trades: opened by a payer, paid, closed, asked about. */
import { ActionRefused } from "../kit/protocol.ts";
import { failed, type Result } from "./answers.ts";
import { notifyTrade } from "./notifications.ts";
import { type Content, numberOf, textOf } from "./requests.ts";
import type { Order, Trade } from "./state.ts";
import { beijing, fen, fromBeijing, yuan } from "./wire-format.ts";
import { numberAt, type World } from "./world.ts";

const DEFAULT_EXPIRY_MS = 15 * 86_400_000;

/** What the merchant's bank costs: 0.6 %, rounded. */
export const feeOf = (value: number): number => Math.round(value * 0.006);

/** The order in a content that a merchant signed. @throws Refusal */
export function orderOf(
  { kit }: World,
  content: Content,
  product: string,
  parameters: ReadonlyMap<string, string>,
): Order {
  if (content.product_code !== product) throw failed("ACQ.INVALID_PARAMETER");
  const value = fen(content.total_amount);
  if (value === undefined || value < 1 || value > 10_000_000_000) throw failed("ACQ.TOTAL_FEE_EXCEED");
  const expire = content.time_expire;
  const expiresAtMs = expire === undefined ? kit.now() + DEFAULT_EXPIRY_MS : fromBeijing(String(expire));
  if (expiresAtMs === undefined || expiresAtMs <= kit.now()) throw failed("ACQ.INVALID_PARAMETER");
  return {
    ...{
      order: numberOf(content, "out_trade_no"),
      value,
      subject: textOf(content, "subject", 256),
      expiresAtMs,
    },
    ...{ notifyUrl: parameters.get("notify_url") ?? "", returnUrl: parameters.get("return_url") ?? "" },
  };
}

/** Refuses an order whose number belongs to a trade that is over, or that was about something else. */
function checkAgainst(trade: Trade, { value, subject }: Order): void {
  if (trade.status === "TRADE_CLOSED") throw failed("ACQ.TRADE_HAS_CLOSE");
  if (trade.status !== "WAIT_BUYER_PAY") throw failed("ACQ.TRADE_HAS_SUCCESS");
  if (trade.value !== value || trade.subject !== subject) throw failed("ACQ.CONTEXT_INCONSISTENT");
}

/** A payer opens the cashier: from now on the trade exists. @throws Refusal */
export function openTrade(world: World, order: Order): Trade {
  const { kit } = world;
  const known = kit.state.trades.get(order.order);
  if (known !== undefined) {
    checkAgainst(known, order);
    return known;
  }
  if (order.expiresAtMs <= kit.now()) throw failed("ACQ.TRADE_HAS_CLOSE");
  const trade: Trade = {
    ...order,
    ...{ tradeNo: numberAt(world, 28), status: "WAIT_BUYER_PAY", fee: 0, refunds: [] },
    ...{ buyer: `2088${kit.ids.digits(12)}`, createdAtMs: kit.now() },
  };
  kit.state.trades.set(trade.order, trade);
  kit.later(trade.expiresAtMs - kit.now(), { kind: "expire", objectId: trade.order });
  return trade;
}

/** Takes an order whose payer will scan a code. @throws Refusal */
export function precreate(world: World, order: Order): Result {
  const { kit } = world;
  const known = kit.state.trades.get(order.order);
  if (known !== undefined) checkAgainst(known, order);
  const code = `bax${kit.ids.hex(20)}`;
  kit.state.codes.set(code, order);
  return { out_trade_no: order.order, qr_code: `https://qr.alipay.com/${code}` };
}

/** A trade by either of its numbers. @throws Refusal */
export function tradeOf({ kit }: World, content: Content): Trade {
  const { trade_no: tradeNo, out_trade_no: order } = content;
  const found =
    typeof tradeNo === "string" && tradeNo !== ""
      ? [...kit.state.trades.values()].find((trade) => trade.tradeNo === tradeNo)
      : kit.state.trades.get(numberOf(content, "out_trade_no"));
  if (found === undefined || (typeof order === "string" && found.order !== order)) {
    throw failed("ACQ.TRADE_NOT_EXIST");
  }
  return found;
}

export function queryTrade(world: World, content: Content): Result {
  const trade = tradeOf(world, content);
  const truth = { value: trade.value, currency: "CNY", merchant: world.sellerId };
  const total = yuan(world.kit.reported(trade.order, truth).value);
  return {
    ...{
      out_trade_no: trade.order,
      trade_no: trade.tradeNo,
      trade_status: trade.status,
      total_amount: total,
    },
    ...{ buyer_logon_id: "pay***@example.com", buyer_user_id: trade.buyer, subject: trade.subject },
    ...{ receipt_amount: trade.paidAtMs === undefined ? "0.00" : total, point_amount: "0.00" },
    ...(trade.paidAtMs !== undefined && { send_pay_date: beijing(trade.paidAtMs) }),
  };
}

function end(world: World, trade: Trade): void {
  trade.status = "TRADE_CLOSED";
  trade.closedAtMs = world.kit.now();
  world.kit.cancelJobs(trade.order);
  notifyTrade(world, trade);
}

export function closeTrade(world: World, content: Content): Result {
  const trade = tradeOf(world, content);
  if (trade.status !== "WAIT_BUYER_PAY") throw failed("ACQ.REASON_TRADE_STATUS_INVALID");
  end(world, trade);
  return { out_trade_no: trade.order, trade_no: trade.tradeNo };
}

/** Nobody paid in time. */
export function expireTrade(world: World, order: string): void {
  const trade = world.kit.state.trades.get(order);
  if (trade?.status === "WAIT_BUYER_PAY") end(world, trade);
}

/** The payer pays. @throws ActionRefused */
export function payTrade(world: World, order: string): void {
  const { kit } = world;
  const trade = kit.state.trades.get(order);
  if (trade === undefined) throw new ActionRefused(`Nobody has opened the cashier of ${order} yet.`);
  if (trade.status !== "WAIT_BUYER_PAY") throw new ActionRefused(`The trade is ${trade.status}.`);
  trade.status = "TRADE_SUCCESS";
  trade.paidAtMs = kit.now();
  trade.fee = feeOf(trade.value);
  kit.state.balance += trade.value - trade.fee;
  kit.cancelJobs(trade.order);
  notifyTrade(world, trade);
}

/** The time for refunds is over. @throws ActionRefused */
export function finishTrade(world: World, order: string): void {
  const trade = world.kit.state.trades.get(order);
  if (trade?.status !== "TRADE_SUCCESS") throw new ActionRefused("Only a paid trade can be finished.");
  trade.status = "TRADE_FINISHED";
  notifyTrade(world, trade);
}
