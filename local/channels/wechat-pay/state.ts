/** What the simulated provider knows: orders, refunds, transfers, its keys. Money in fen. */
import * as z from "zod";
import { mapOf } from "../kit/state.ts";
import { PlatformKeyShape } from "./keys.ts";

export const OrderShape = z.object({
  outTradeNo: z.string(),
  type: z.enum(["app", "jsapi", "native", "h5"]),
  appId: z.string(),
  total: z.int(),
  description: z.string(),
  attach: z.string(),
  notifyUrl: z.string(),
  openId: z.string(),
  /** The create as it was asked for, to tell a repetition from another order under the same number. */
  asked: z.string(),
  createdAtMs: z.number(),
  expireAtMs: z.number(),
  state: z.enum(["NOTPAY", "USERPAYING", "SUCCESS", "CLOSED", "PAYERROR"]),
  prepayId: z.string(),
  /** Empty before the payment. */
  transactionId: z.string(),
  successAtMs: z.number(),
  fee: z.int(),
});
export type Order = z.infer<typeof OrderShape>;

export const RefundShape = z.object({
  outRefundNo: z.string(),
  outTradeNo: z.string(),
  refundId: z.string(),
  amount: z.int(),
  reason: z.string(),
  notifyUrl: z.string(),
  asked: z.string(),
  createdAtMs: z.number(),
  successAtMs: z.number(),
  fee: z.int(),
  status: z.enum(["PROCESSING", "SUCCESS", "CLOSED", "ABNORMAL"]),
});
export type Refund = z.infer<typeof RefundShape>;

export const TransferShape = z.object({
  outBillNo: z.string(),
  billNo: z.string(),
  appId: z.string(),
  openId: z.string(),
  amount: z.int(),
  remark: z.string(),
  notifyUrl: z.string(),
  asked: z.string(),
  packageInfo: z.string(),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
  state: z.enum(["WAIT_USER_CONFIRM", "TRANSFERING", "SUCCESS", "FAIL", "CANCELING", "CANCELLED"]),
  failReason: z.string(),
});
export type Transfer = z.infer<typeof TransferShape>;

export const StateShape = z.object({
  orders: mapOf(OrderShape),
  refunds: mapOf(RefundShape),
  transfers: mapOf(TransferShape),
  /** What the merchant has with the provider. */
  balance: z.int(),
  /** Keys made after the start, the newest last. */
  rotated: z.array(PlatformKeyShape),
  /** How many of the next signatures are wrong on purpose. */
  probes: z.object({ callbacks: z.int(), answers: z.int() }),
});
export type State = z.infer<typeof StateShape>;

/** A million yuan: enough that refunds and payouts go through unless a smaller balance is ordered. */
const OPENING_BALANCE = 100_000_000;

export const emptyState = (): State => ({
  orders: new Map(),
  refunds: new Map(),
  transfers: new Map(),
  balance: OPENING_BALANCE,
  rotated: [],
  probes: { callbacks: 0, answers: 0 },
});
