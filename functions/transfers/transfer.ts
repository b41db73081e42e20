/** A payment from person to person, as its record and as the API shows it. */
import * as z from "zod";
import { type Audience, audienceSchema } from "../../shared/events/catalogue.ts";
import { accountIdSchema, moneySchema, transferIdSchema } from "../../shared/http/schemas.ts";
import type { Money } from "../../shared/money/money.ts";
import { type EpochMs, toTimestamp } from "../../shared/platform/clock.ts";
import type { AccountId, TransferId } from "../../shared/platform/ids.ts";
import type { Item } from "../../shared/table/table.ts";
import type { transferView } from "./contract.ts";

export type PersonTransfer = {
  readonly transferId: TransferId;
  readonly payer: AccountId;
  readonly payee: AccountId;
  readonly amount: Money;
  readonly note?: string;
  readonly audience: Audience;
  readonly createdAt: EpochMs;
  /** Of the request that made it. */
  readonly fingerprint: string;
};

/** Marks the transfers that people made among the ledger's transfer records. */
export const KIND = "person-to-person";

const schema = z.object({
  kind: z.literal(KIND),
  transferId: transferIdSchema,
  payer: accountIdSchema,
  payee: accountIdSchema,
  amount: moneySchema,
  note: z.string().optional(),
  audience: audienceSchema,
  createdAt: z.int(),
  fingerprint: z.string(),
});

/** `undefined` for a transfer of another kind. */
export function fromTransferItem(item: Item): PersonTransfer | undefined {
  if (item["kind"] !== KIND) return undefined;
  const { kind, note, ...rest } = schema.parse(item);
  return { ...rest, ...(note === undefined ? {} : { note }) };
}

export const toTransferView = (transfer: PersonTransfer): z.input<typeof transferView> => ({
  id: transfer.transferId,
  payer: transfer.payer,
  payee: transfer.payee,
  amount: transfer.amount,
  ...(transfer.note === undefined ? {} : { note: transfer.note }),
  audience: transfer.audience,
  createdAt: toTimestamp(transfer.createdAt),
});
