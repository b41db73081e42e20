/** What the simulated Paytm knows: orders with their transactions, and refunds. Money in paise. */
import * as z from "zod";
import { mapOf } from "../kit/state.ts";

const Transaction = z.object({
  txnId: z.string(),
  bankTxnId: z.string(),
  status: z.enum(["TXN_SUCCESS", "TXN_FAILURE", "PENDING"]),
  code: z.string(),
  message: z.string(),
  atMs: z.number(),
});
export type Transaction = z.infer<typeof Transaction>;

const Order = z.object({
  orderId: z.string(),
  custId: z.string(),
  value: z.int(),
  callbackUrl: z.string(),
  /** The text of the body that created it. */
  bodyText: z.string(),
  token: z.string(),
  tokenUntilMs: z.number(),
  /** The newest attempt to pay. */
  transaction: Transaction.nullable(),
});
export type Order = z.infer<typeof Order>;

const Refund = z.object({
  refId: z.string(),
  refundId: z.string(),
  orderId: z.string(),
  value: z.int(),
  status: z.enum(["TXN_SUCCESS", "TXN_FAILURE", "PENDING"]),
  code: z.string(),
  message: z.string(),
  requestedAtMs: z.number(),
  /** When it was handed to the payer's bank. */
  creditedAtMs: z.number().nullable(),
});
export type Refund = z.infer<typeof Refund>;

export const StateShape = z.object({ orders: mapOf(Order), refunds: mapOf(Refund) });
export type State = z.infer<typeof StateShape>;

export const emptyState = (): State => ({ orders: new Map(), refunds: new Map() });

/** `12.30` */
export const rupees = (paise: number): string => {
  const digits = String(Math.abs(paise)).padStart(3, "0");
  return `${paise < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** Paise of `12.30`, `12.3` or `12`; `undefined` for anything else, and for nothing at all. */
export function paiseOf(text: string): number | undefined {
  const match = /^(\d{1,10})(?:\.(\d{1,2}))?$/.exec(text);
  const paise = match === null ? 0 : Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  return paise > 0 ? paise : undefined;
}

const INDIA_MS = 330 * 60_000;

/** Indian time without an offset, `yyyy-MM-dd HH:mm:ss`. */
export const indianTime = (atMs: number): string =>
  new Date(atMs + INDIA_MS).toISOString().slice(0, 19).replace("T", " ");
