/** Everything that survives a restart. */
import * as z from "zod";
import { StatementFaultShape } from "../channels/kit/statement.ts";
import { DisputeShape } from "./dispute-schema.ts";
import {
  BalanceTransactionShape,
  ChargeShape,
  DeliveryShape,
  EventRecordShape,
  JobShape,
  KeptAnswerShape,
  PaymentIntentShape,
  RefundShape,
} from "./schema.ts";
import { KeptTokenShape } from "./token-schema.ts";
import { TransferShape } from "./transfer-schema.ts";

/** What a state saved by an earlier simulator lacks was not there yet. */
export const SavedStateShape = z.object({
  version: z.literal(1),
  sequence: z.int().nonnegative(),
  intents: z.array(PaymentIntentShape),
  charges: z.array(ChargeShape),
  refunds: z.array(RefundShape),
  transfers: z.array(TransferShape).default([]),
  disputes: z.array(DisputeShape).default([]),
  tokens: z.array(KeptTokenShape).default([]),
  balanceTransactions: z.array(BalanceTransactionShape),
  statementFaults: z.array(StatementFaultShape).default([]),
  paymentMethods: z.array(z.object({ id: z.string(), alias: z.string() })),
  events: z.array(EventRecordShape),
  deliveries: z.array(DeliveryShape),
  answers: z.array(KeptAnswerShape),
  jobs: z.array(JobShape),
  holding: z.boolean(),
});
export type SavedState = z.infer<typeof SavedStateShape>;
