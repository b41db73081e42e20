/** A transfer from person to person, as its record: made from a balance, or come of a payment through a channel. */
import * as z from "zod";
import { type Audience, audienceSchema } from "../events/catalogue.ts";
import {
  accountIdSchema,
  moneySchema,
  paymentIdSchema,
  paymentRequestIdSchema,
  transferIdSchema,
} from "../http/schemas.ts";
import type { Money } from "../money/money.ts";
import type { EpochMs } from "../platform/clock.ts";
import {
  type AccountId,
  derivedId,
  type PaymentId,
  type PaymentRequestId,
  type TransferId,
} from "../platform/ids.ts";
import type { Item } from "../table/table.ts";

export type PersonTransfer = {
  readonly transferId: TransferId;
  readonly payer: AccountId;
  readonly payee: AccountId;
  /** What the payee gets. */
  readonly amount: Money;
  /** What the payer sold for it, where two currencies were exchanged. */
  readonly paid?: Money;
  readonly note?: string;
  readonly audience: Audience;
  /** The payment that it came of; absent for one that was made as a transfer. */
  readonly paymentId?: PaymentId;
  /** The request that it answered. */
  readonly requestId?: PaymentRequestId;
  readonly createdAt: EpochMs;
  /** Of the request that made it. */
  readonly fingerprint: string;
};

/** Marks the transfers that people made among the ledger's transfer records. */
export const PERSON_TRANSFER = "person-to-person";
/** And those by which a person exchanged their own money: nobody else is told of them. */
export const OWN_EXCHANGE = "exchange";

const kindOf = ({ payer, payee }: Pick<PersonTransfer, "payer" | "payee">) =>
  payer === payee ? OWN_EXCHANGE : PERSON_TRANSFER;

const schema = z.object({
  kind: z.enum([PERSON_TRANSFER, OWN_EXCHANGE]),
  transferId: transferIdSchema,
  payer: accountIdSchema,
  payee: accountIdSchema,
  amount: moneySchema,
  paid: moneySchema.optional(),
  note: z.string().optional(),
  audience: audienceSchema,
  paymentId: paymentIdSchema.optional(),
  requestId: paymentRequestIdSchema.optional(),
  createdAt: z.int(),
  fingerprint: z.string(),
});

/** `undefined` for a transfer of another kind. */
export function fromTransferItem(item: Item): PersonTransfer | undefined {
  if (item["kind"] !== PERSON_TRANSFER && item["kind"] !== OWN_EXCHANGE) return undefined;
  const { kind, paid, note, paymentId, requestId, ...rest } = schema.parse(item);
  return {
    ...rest,
    ...(paid === undefined ? {} : { paid }),
    ...(note === undefined ? {} : { note }),
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** The transfer's record for the ledger, with its event; an exchange of one's own money has none. */
export const toTransferRecord = (transfer: PersonTransfer, correlationId: string): Item => {
  const kind = kindOf(transfer);
  if (kind === OWN_EXCHANGE) return { kind, ...transfer };
  return {
    kind,
    ...transfer,
    event: {
      id: derivedId("event", transfer.transferId, "transfer.completed"),
      type: "transfer.completed",
      at: transfer.createdAt,
      correlationId,
    },
  };
};
