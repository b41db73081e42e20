/** Everything of Stripe's that survives a restart. */
import * as z from "zod";
import { mapOf } from "../kit/state.ts";
import { DisputeShape } from "./dispute-schema.ts";
import {
  BalanceTransactionShape,
  ChargeShape,
  EventRecordShape,
  KeptAnswerShape,
  PaymentIntentShape,
  RefundShape,
} from "./schema.ts";
import { KeptTokenShape } from "./token-schema.ts";
import { TransferShape } from "./transfer-schema.ts";

/** Maps keep the order of creation, which lists rely on. */
export const StateShape = z.object({
  intents: mapOf(PaymentIntentShape),
  charges: mapOf(ChargeShape),
  refunds: mapOf(RefundShape),
  transfers: mapOf(TransferShape),
  disputes: mapOf(DisputeShape),
  tokens: mapOf(KeptTokenShape),
  balanceTransactions: mapOf(BalanceTransactionShape),
  /** From a payment method's own id to the test method it was made from. */
  paymentMethods: mapOf(z.string()),
  events: mapOf(EventRecordShape),
  answers: mapOf(KeptAnswerShape),
  /** How the charges and refunds end that wait for it. */
  lateEnds: mapOf(z.enum(["succeed", "fail"])),
});
export type SimulatorState = z.infer<typeof StateShape>;

/** What there is before the first request. */
export const emptyState = (): SimulatorState => ({
  intents: new Map(),
  charges: new Map(),
  refunds: new Map(),
  transfers: new Map(),
  disputes: new Map(),
  tokens: new Map(),
  balanceTransactions: new Map(),
  paymentMethods: new Map(),
  events: new Map(),
  answers: new Map(),
  lateEnds: new Map(),
});
