/** Orders: create, query, close, and what their payers do. */
import * as z from "zod";
import { ActionRefused } from "../kit/protocol.ts";
import { invalidRequest, paramError, Refusal } from "./refusal.ts";
import type { Order } from "./state.ts";
import { timestamp } from "./times.ts";
import { isBound, NotifyUrl, notify, parseBody, type World } from "./world.ts";

const MINUTE_MS = 60_000;
const DEFAULT_EXPIRY_MS = 120 * MINUTE_MS;
const MAX_EXPIRY_MS = 7 * 24 * 60 * MINUTE_MS;
/** What the provider keeps of a payment: 0.6 %. */
const FEE_PER_MILLE = 6;

const OutTradeNo = z.string().regex(/^[0-9A-Za-z_\-|*]{6,32}$/);

const common = {
  appid: z.string().min(1).max(32),
  mchid: z.string().min(1).max(32),
  description: z.string().min(1).max(127),
  out_trade_no: OutTradeNo,
  time_expire: z.iso.datetime({ offset: true }).optional(),
  attach: z.string().max(128).optional(),
  notify_url: NotifyUrl,
  amount: z.strictObject({ total: z.int().min(1), currency: z.literal("CNY").optional() }),
  goods_tag: z.string().max(32).optional(),
  limit_pay: z.array(z.literal("no_credit")).optional(),
  support_fapiao: z.boolean().optional(),
  detail: z.object({}).optional(),
  settle_info: z.object({}).optional(),
};

const SceneInfo = z.object({ payer_client_ip: z.union([z.ipv4(), z.ipv6()]) });

const bodies = {
  app: z.strictObject({ ...common, scene_info: SceneInfo.optional() }),
  native: z.strictObject({ ...common, scene_info: SceneInfo.optional() }),
  jsapi: z.strictObject({
    ...common,
    scene_info: SceneInfo.optional(),
    payer: z.strictObject({ openid: z.string().min(1).max(128) }),
  }),
  h5: z.strictObject({
    ...common,
    scene_info: SceneInfo.extend({
      h5_info: z.object({ type: z.enum(["Wap", "iOS", "Android"]) }),
    }),
  }),
};

type Created = z.infer<(typeof bodies)[Order["type"]]>;

/** What came of the number before: an order to answer with again, or nothing. @throws Refusal */
function earlier(world: World, type: Order["type"], body: Created): Order | undefined {
  const known = world.kit.state.orders.get(body.out_trade_no);
  if (known === undefined) return undefined;
  if (known.state === "SUCCESS") throw new Refusal(400, "ORDERPAID", "the order is paid");
  // A closed order's number stays used up.
  if (known.state === "CLOSED") throw new Refusal(400, "ORDER_CLOSED", "the order is closed");
  if (known.type !== type) throw new Refusal(403, "OUT_TRADE_NO_USED", "the number is in use");
  if (known.asked !== JSON.stringify(body)) {
    throw invalidRequest("the parameters differ from those that the order was made with");
  }
  return known;
}

function expiryOf({ kit }: World, { time_expire }: Created): number {
  if (time_expire === undefined) return kit.now() + DEFAULT_EXPIRY_MS;
  const at = Date.parse(time_expire);
  const ahead = at - kit.now();
  if (ahead < MINUTE_MS || ahead > MAX_EXPIRY_MS)
    throw paramError("time_expire: not one minute to seven days ahead");
  return at;
}

/** What the client goes on with. */
function answerOf({ kit }: World, order: Order): unknown {
  switch (order.type) {
    case "native":
      return { code_url: `weixin://wxpay/bizpayurl?pr=${order.prepayId.slice(-9)}` };
    case "h5":
      return { h5_url: kit.pageUrl("payment", order.outTradeNo) };
    default:
      return { prepay_id: order.prepayId };
  }
}

export function createOrder(world: World, type: Order["type"], text: string): unknown {
  const body: Created = parseBody<Created>(bodies[type], text);
  const { kit, settings } = world;
  if (body.mchid !== settings.mchId) throw paramError("mchid: not the merchant that signed");
  if (!isBound(world, body.appid)) {
    throw new Refusal(400, "APPID_MCHID_NOT_MATCH", "the app is not bound to the merchant");
  }
  const known = earlier(world, type, body);
  const expireAtMs = expiryOf(world, body);
  if (known !== undefined) return answerOf(world, known);
  const order: Order = {
    outTradeNo: body.out_trade_no,
    type,
    appId: body.appid,
    total: body.amount.total,
    description: body.description,
    attach: body.attach ?? "",
    notifyUrl: body.notify_url,
    openId: "payer" in body ? body.payer.openid : `o${kit.ids.alphanumeric(27)}`,
    asked: JSON.stringify(body),
    createdAtMs: kit.now(),
    expireAtMs,
    state: "NOTPAY",
    prepayId: `wx${timestamp(kit.now()).slice(0, 19).replaceAll(/\D/g, "")}${kit.ids.hex(20)}`,
    transactionId: "",
    successAtMs: 0,
    fee: 0,
  };
  kit.state.orders.set(order.outTradeNo, order);
  kit.later(expireAtMs - kit.now(), { kind: "expire-order", objectId: order.outTradeNo });
  return answerOf(world, order);
}

const tradeTypes = { app: "APP", jsapi: "JSAPI", native: "NATIVE", h5: "MWEB" } as const;

const descriptions: Readonly<Record<string, string>> = {
  NOTPAY: "订单未支付",
  USERPAYING: "用户支付中",
  SUCCESS: "支付成功",
  REFUND: "订单发生过退款",
  CLOSED: "订单已关闭",
  PAYERROR: "支付失败",
};

/** `REFUND` once anything was refunded, in part or in whole. */
function tradeStateOf({ kit }: World, order: Order): string {
  const isRefunded = [...kit.state.refunds.values()].some(
    ({ outTradeNo, status }) => outTradeNo === order.outTradeNo && status !== "CLOSED",
  );
  return order.state === "SUCCESS" && isRefunded ? "REFUND" : order.state;
}

/** The order as queries and callbacks show it. */
export function transactionOf(world: World, order: Order) {
  const tradeState = tradeStateOf(world, order);
  const isPaid = order.state === "SUCCESS";
  return {
    appid: order.appId,
    mchid: world.settings.mchId,
    out_trade_no: order.outTradeNo,
    trade_state: tradeState,
    trade_state_desc: descriptions[tradeState] ?? "",
    attach: order.attach,
    promotion_detail: [],
    ...(isPaid
      ? {
          transaction_id: order.transactionId,
          trade_type: tradeTypes[order.type],
          bank_type: "OTHERS",
          success_time: timestamp(order.successAtMs),
          payer: { openid: order.openId },
          amount: { total: order.total, payer_total: order.total, currency: "CNY", payer_currency: "CNY" },
        }
      : { amount: { total: order.total, payer_currency: "CNY" } }),
  };
}

/** The order as answers tell it. */
export function reportedOf(world: World, order: Order) {
  const { value, currency, merchant } = world.kit.reported(order.outTradeNo, {
    value: order.total,
    currency: "CNY",
    merchant: world.settings.mchId,
  });
  const told = transactionOf(world, { ...order, total: value });
  const amount = "currency" in told.amount ? { ...told.amount, currency } : told.amount;
  return { ...told, mchid: merchant, amount };
}

/** @throws Refusal */
export function orderOf({ kit }: World, outTradeNo: string): Order {
  const order = kit.state.orders.get(outTradeNo);
  if (order === undefined) throw new Refusal(404, "ORDER_NOT_EXIST", "there is no such order");
  return order;
}

/** @throws Refusal */
export function orderByTransaction({ kit }: World, transactionId: string): Order {
  const order = [...kit.state.orders.values()].find((known) => known.transactionId === transactionId);
  if (order === undefined || transactionId === "") {
    throw new Refusal(404, "ORDER_NOT_EXIST", "there is no such order");
  }
  return order;
}

const CloseBody = z.strictObject({ mchid: z.string() });

export function closeOrder(world: World, outTradeNo: string, text: string): undefined {
  const { mchid } = parseBody(CloseBody, text);
  if (mchid !== world.settings.mchId) throw paramError("mchid: not the merchant that signed");
  const order = orderOf(world, outTradeNo);
  if (order.state === "SUCCESS") throw new Refusal(400, "ORDERPAID", "the order is paid");
  if (order.state === "CLOSED") throw new Refusal(400, "ORDER_CLOSED", "the order is closed");
  if (order.state === "USERPAYING") throw new Refusal(202, "USERPAYING", "the payer is paying");
  order.state = "CLOSED";
  world.kit.cancelJobs(outTradeNo);
}

/** Closes what nobody paid in time; who is paying may still finish. */
export function expireOrder(world: World, outTradeNo: string): void {
  const order = world.kit.state.orders.get(outTradeNo);
  if (order?.state === "NOTPAY" || order?.state === "PAYERROR") order.state = "CLOSED";
}

function pay(world: World, order: Order): void {
  const { kit } = world;
  order.state = "SUCCESS";
  order.transactionId = `42000${kit.ids.digits(23)}`;
  order.successAtMs = kit.now();
  order.fee = Math.round((order.total * FEE_PER_MILLE) / 1000);
  kit.state.balance += order.total - order.fee;
  kit.cancelJobs(order.outTradeNo);
  notify(world, {
    type: "TRANSACTION.SUCCESS",
    objectId: order.outTradeNo,
    url: order.notifyUrl,
    summary: "支付成功",
    originalType: "transaction",
    plain: transactionOf(world, order),
  });
}

/** @throws ActionRefused */
export function actOnOrder(world: World, id: string, action: string): void {
  const order = world.kit.state.orders.get(id);
  if (order === undefined) throw new ActionRefused("There is no such order.");
  if (order.state === "SUCCESS" || order.state === "CLOSED") {
    throw new ActionRefused(`The order is ${order.state}.`);
  }
  switch (action) {
    case "approve":
      pay(world, order);
      break;
    case "settle":
      if (order.state !== "USERPAYING") throw new ActionRefused("Nobody is paying this order.");
      pay(world, order);
      break;
    case "decline":
      order.state = "PAYERROR";
      break;
    case "abandon":
      order.state = world.kit.now() >= order.expireAtMs ? "CLOSED" : "NOTPAY";
      break;
    case "pend":
      order.state = "USERPAYING";
      break;
    default:
      throw new ActionRefused(`A payer cannot ${action}.`);
  }
}
