/** Refunds: make, query, and how they end. */
import * as z from "zod";
import { ActionRefused } from "../kit/protocol.ts";
import { orderByTransaction, orderOf } from "./orders.ts";
import { invalidRequest, paramError, Refusal } from "./refusal.ts";
import type { Order, Refund } from "./state.ts";
import { timestamp } from "./times.ts";
import { NotifyUrl, notify, parseBody, type World } from "./world.ts";

const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS;
const MAX_REFUNDS = 50;
/** How long a refund takes when nobody interferes. */
const TAKES_MS = 3000;

const Body = z.strictObject({
  transaction_id: z.string().min(1).max(32).optional(),
  out_trade_no: z.string().min(6).max(32).optional(),
  out_refund_no: z.string().regex(/^[0-9A-Za-z_\-|*@]{1,64}$/),
  reason: z.string().min(1).max(80).optional(),
  notify_url: NotifyUrl.optional(),
  funds_account: z.literal("AVAILABLE").optional(),
  amount: z.strictObject({
    refund: z.int().min(1),
    total: z.int().min(1),
    currency: z.literal("CNY"),
  }),
});
type Body = z.infer<typeof Body>;

function refundedOrder(world: World, body: Body): Order {
  try {
    if (body.transaction_id !== undefined) return orderByTransaction(world, body.transaction_id);
    if (body.out_trade_no !== undefined) return orderOf(world, body.out_trade_no);
  } catch {
    throw new Refusal(404, "RESOURCE_NOT_EXISTS", "there is no such order");
  }
  throw paramError("out_trade_no or transaction_id is needed");
}

/** @throws Refusal when the order or the balance does not allow this refund now */
function check({ kit }: World, order: Order, { amount }: Body): void {
  if (order.state !== "SUCCESS") throw invalidRequest("the order is not paid");
  if (amount.total !== order.total) throw invalidRequest("the total is not the order's");
  if (kit.now() - order.successAtMs > YEAR_MS) throw invalidRequest("the order is older than a year");
  const before = [...kit.state.refunds.values()].filter(({ outTradeNo }) => outTradeNo === order.outTradeNo);
  const counted = before.filter(({ status }) => status !== "CLOSED");
  const sum = counted.reduce((total, refund) => total + refund.amount, 0);
  if (sum + amount.refund > order.total) throw invalidRequest("more than the order's amount");
  if (counted.length >= MAX_REFUNDS) throw invalidRequest("too many refunds of one order");
  const latest = Math.max(0, ...before.map(({ createdAtMs }) => createdAtMs));
  if (kit.now() - latest < MINUTE_MS) {
    throw new Refusal(429, "FREQUENCY_LIMITED", "leave a minute between refunds of one order");
  }
  if (kit.state.balance < amount.refund) throw new Refusal(403, "NOT_ENOUGH", "the balance is too low");
}

/** The refund as answers show it. */
export function refundView({ kit }: World, refund: Refund) {
  const order = kit.state.orders.get(refund.outTradeNo);
  return {
    refund_id: refund.refundId,
    out_refund_no: refund.outRefundNo,
    transaction_id: order?.transactionId ?? "",
    out_trade_no: refund.outTradeNo,
    channel: "ORIGINAL",
    user_received_account: "支付用户零钱",
    ...(refund.status === "SUCCESS" ? { success_time: timestamp(refund.successAtMs) } : {}),
    create_time: timestamp(refund.createdAtMs),
    status: refund.status,
    funds_account: "AVAILABLE",
    amount: {
      total: order?.total ?? refund.amount,
      refund: refund.amount,
      payer_total: order?.total ?? refund.amount,
      payer_refund: refund.amount,
      settlement_refund: refund.amount,
      settlement_total: order?.total ?? refund.amount,
      discount_refund: 0,
      currency: "CNY",
    },
    promotion_detail: [],
  };
}

export function createRefund(world: World, text: string): unknown {
  const body = parseBody(Body, text);
  const { kit } = world;
  const asked = JSON.stringify(body);
  const known = kit.state.refunds.get(body.out_refund_no);
  if (known !== undefined) {
    if (known.asked !== asked) throw invalidRequest("the number was used for another refund");
    return refundView(world, known);
  }
  const order = refundedOrder(world, body);
  check(world, order, body);
  const refund: Refund = {
    outRefundNo: body.out_refund_no,
    outTradeNo: order.outTradeNo,
    refundId: `50000${kit.ids.digits(23)}`,
    amount: body.amount.refund,
    reason: body.reason ?? "",
    notifyUrl: body.notify_url ?? "",
    asked,
    createdAtMs: kit.now(),
    successAtMs: 0,
    fee: Math.round((order.fee * body.amount.refund) / order.total),
    status: "PROCESSING",
  };
  kit.state.balance -= refund.amount;
  kit.state.refunds.set(refund.outRefundNo, refund);
  kit.later(TAKES_MS, { kind: "finish-refund", objectId: refund.outRefundNo });
  return refundView(world, refund);
}

export function queryRefund(world: World, outRefundNo: string): unknown {
  const refund = world.kit.state.refunds.get(outRefundNo);
  if (refund === undefined) throw new Refusal(404, "RESOURCE_NOT_EXISTS", "there is no such refund");
  return refundView(world, refund);
}

function finish(world: World, refund: Refund, status: "SUCCESS" | "CLOSED" | "ABNORMAL"): void {
  const { kit, settings } = world;
  refund.status = status;
  if (status === "SUCCESS") {
    refund.successAtMs = kit.now();
    kit.state.balance += refund.fee;
  }
  if (status === "CLOSED") kit.state.balance += refund.amount;
  kit.cancelJobs(refund.outRefundNo);
  const { amount, status: _, funds_account: __, create_time: ___, ...view } = refundView(world, refund);
  const { total, refund: refunded, payer_total, payer_refund } = amount;
  const plain = {
    mchid: settings.mchId,
    ...view,
    refund_status: status,
    amount: { total, refund: refunded, payer_total, payer_refund },
  };
  notify(world, {
    type: `REFUND.${status}`,
    objectId: refund.outRefundNo,
    url: refund.notifyUrl,
    summary: "退款",
    originalType: "refund",
    plain,
  });
}

/** The end of a refund that nobody interfered with. */
export function finishRefund(world: World, outRefundNo: string): void {
  const refund = world.kit.state.refunds.get(outRefundNo);
  if (refund?.status === "PROCESSING") finish(world, refund, "SUCCESS");
}

const ends = { succeed: "SUCCESS", fail: "CLOSED", stall: "ABNORMAL" } as const;

/** `stall`: the payer's card cannot take it, and somebody has to see to it. @throws ActionRefused */
export function actOnRefund(world: World, id: string, action: keyof typeof ends): void {
  const refund = world.kit.state.refunds.get(id);
  if (refund === undefined) throw new ActionRefused("There is no such refund.");
  const isOpen =
    refund.status === "PROCESSING" || (refund.status === "ABNORMAL" && ends[action] !== "ABNORMAL");
  if (!isOpen) throw new ActionRefused(`The refund is ${refund.status}.`);
  finish(world, refund, ends[action]);
}
