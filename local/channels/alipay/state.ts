/** What the simulated Alipay keeps. Money in fen. */
import * as z from "zod";
import { mapOf } from "../kit/state.ts";

const RefundShape = z.object({
  request: z.string(),
  value: z.int(),
  fee: z.int(),
  atMs: z.number(),
});

/** A trade: from the moment a payer opens the cashier. */
export const TradeShape = z.object({
  /** The merchant's number. */
  order: z.string(),
  tradeNo: z.string(),
  status: z.enum(["WAIT_BUYER_PAY", "TRADE_SUCCESS", "TRADE_FINISHED", "TRADE_CLOSED"]),
  value: z.int(),
  fee: z.int(),
  subject: z.string(),
  notifyUrl: z.string(),
  returnUrl: z.string(),
  buyer: z.string(),
  createdAtMs: z.number(),
  expiresAtMs: z.number(),
  paidAtMs: z.number().optional(),
  closedAtMs: z.number().optional(),
  refunds: z.array(RefundShape),
});
export type Trade = z.infer<typeof TradeShape>;
export type Refund = z.infer<typeof RefundShape>;

/** An order that a merchant signed, before anybody opens it. */
export const OrderShape = z.object({
  order: z.string(),
  value: z.int(),
  subject: z.string(),
  notifyUrl: z.string(),
  returnUrl: z.string(),
  expiresAtMs: z.number(),
});
export type Order = z.infer<typeof OrderShape>;

export const TransferShape = z.object({
  number: z.string(),
  orderId: z.string(),
  fundOrderId: z.string(),
  status: z.enum(["DEALING", "SUCCESS", "FAIL", "REFUND"]),
  value: z.int(),
  /** Everything the request said, to tell a repetition from another request under one number. */
  content: z.string(),
  createdAtMs: z.number(),
  endedAtMs: z.number().optional(),
});
export type Transfer = z.infer<typeof TransferShape>;

/** Of trades, or of the account. */
const BillKindShape = z.enum(["trade", "signcustomer"]);
export type BillKind = z.infer<typeof BillKindShape>;

export const AlipayStateShape = z.object({
  /** The merchant's balance. */
  balance: z.int(),
  trades: mapOf(TradeShape),
  /** By the code in the QR picture's address. */
  codes: mapOf(OrderShape),
  transfers: mapOf(TransferShape),
  /** Addresses of bills, by their token. */
  bills: mapOf(z.object({ day: z.string(), kind: BillKindShape.default("trade"), untilMs: z.number() })),
});
export type AlipayState = z.infer<typeof AlipayStateShape>;

const FIRST_BALANCE = 100_000_000;

export const emptyState = (): AlipayState => ({
  balance: FIRST_BALANCE,
  trades: new Map(),
  codes: new Map(),
  transfers: new Map(),
  bills: new Map(),
});
