/** Refunds: done at once, one by one, each under its own number. */
import { failed, type Result } from "./answers.ts";
import { notifyTrade } from "./notifications.ts";
import { type Content, numberOf } from "./requests.ts";
import type { Refund, Trade } from "./state.ts";
import { feeOf, tradeOf } from "./trades.ts";
import { beijing, fen, yuan } from "./wire-format.ts";
import type { World } from "./world.ts";

/** Refunds of one trade have to lie this far apart. */
const INTERVAL_MS = 3_000;

const refundedOf = ({ refunds }: Trade) => refunds.reduce((sum, { value }) => sum + value, 0);

const answerOf = (trade: Trade, change: "Y" | "N"): Result => ({
  ...{ out_trade_no: trade.order, trade_no: trade.tradeNo, buyer_user_id: trade.buyer },
  ...{ buyer_logon_id: "pay***@example.com", fund_change: change, refund_fee: yuan(refundedOf(trade)) },
});

function checkRefund(trade: Trade, value: number, balance: number, nowMs: number): void {
  if (trade.status === "TRADE_FINISHED") throw failed("ACQ.TRADE_HAS_FINISHED");
  if (trade.status !== "TRADE_SUCCESS") throw failed("ACQ.TRADE_STATUS_ERROR");
  if (refundedOf(trade) + value > trade.value) throw failed("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL");
  const last = trade.refunds.at(-1);
  if (last !== undefined && nowMs - last.atMs < INTERVAL_MS) throw failed("ACQ.SYSTEM_ERROR");
  if (value > balance) throw failed("ACQ.SELLER_BALANCE_NOT_ENOUGH");
}

/** @throws Refusal */
export function refundTrade(world: World, content: Content): Result {
  const { kit } = world;
  const trade = tradeOf(world, content);
  const value = fen(content.refund_amount);
  if (value === undefined || value < 1) throw failed("ACQ.REASON_TRADE_REFUND_FEE_ERR");
  const request = numberOf(content, "out_request_no");
  const known = trade.refunds.find((refund) => refund.request === request);
  if (known !== undefined) {
    if (known.value !== value) throw failed("ACQ.DISCORDANT_REPEAT_REQUEST");
    return answerOf(trade, "N");
  }
  checkRefund(trade, value, kit.state.balance, kit.now());
  const refund: Refund = { request, value, fee: feeOf(value), atMs: kit.now() };
  trade.refunds.push(refund);
  kit.state.balance -= value - refund.fee;
  if (refundedOf(trade) === trade.value) {
    trade.status = "TRADE_CLOSED";
    trade.closedAtMs = kit.now();
  }
  notifyTrade(world, trade, refund);
  return answerOf(trade, "Y");
}

/** A refund that is not known is answered with success and nothing else. @throws Refusal */
export function queryRefund(world: World, content: Content): Result {
  const trade = tradeOf(world, content);
  const request = numberOf(content, "out_request_no");
  const refund = trade.refunds.find((known) => known.request === request);
  if (refund === undefined) return {};
  const options = Array.isArray(content.query_options) ? content.query_options : [];
  return {
    ...{ out_trade_no: trade.order, trade_no: trade.tradeNo, out_request_no: request },
    ...{
      total_amount: yuan(trade.value),
      refund_amount: yuan(refund.value),
      refund_status: "REFUND_SUCCESS",
    },
    ...(options.includes("gmt_refund_pay") && { gmt_refund_pay: beijing(refund.atMs) }),
  };
}
