/** Entries and holds as table items. What is read is parsed: an item that is not what it should be is a bug, named. */
import * as z from "zod";
import { currencySchema, holdIdSchema, moneySchema } from "../http/schemas.ts";
import { dueKeys, keys } from "../table/keys.ts";
import type { Item } from "../table/table.ts";
import type { AccessState } from "./access.ts";
import type { LedgerAccount } from "./account.ts";
import type { Entry } from "./entry.ts";
import type { Hold } from "./hold.ts";

const ledgerAccountSchema = z.string().transform((text) => text as LedgerAccount);

export const accessSchema = z
  .object({
    frozenFor: z.array(z.string()).default([]),
    revokedSessions: z.array(z.object({ session: z.string(), until: z.int() })).default([]),
    signedInAfter: z.int().optional(),
  })
  .transform(
    ({ signedInAfter, ...rest }): AccessState =>
      signedInAfter === undefined ? rest : { ...rest, signedInAfter },
  );

/** Empty lists are left out: most entries have none, and every byte is paid for. */
export const accessItem = (access: AccessState): Item => ({
  ...(access.frozenFor.length === 0 ? {} : { frozenFor: access.frozenFor }),
  ...(access.revokedSessions.length === 0 ? {} : { revokedSessions: access.revokedSessions }),
  ...(access.signedInAfter === undefined ? {} : { signedInAfter: access.signedInAfter }),
});

const amounts = z.object({ available: z.int(), held: z.int() });

const entrySchema = z
  .object({
    account: ledgerAccountSchema,
    currency: currencySchema,
    sequence: z.int().min(1),
    transferId: z.string(),
    kind: z.enum(["transfer", "hold", "capture", "release", "access"]),
    amount: amounts,
    balance: amounts,
    outflow: z.object({
      hour: z.string(),
      hourCount: z.int(),
      day: z.string(),
      dayTotal: z.int(),
      dayCount: z.int(),
      month: z.string(),
      monthTotal: z.int(),
    }),
    access: accessSchema.optional(),
    counterparty: ledgerAccountSchema.optional(),
    memo: z.string().optional(),
    at: z.int(),
    previousHash: z.string(),
    hash: z.string(),
  })
  .transform(
    ({ balance, outflow, access, counterparty, memo, ...rest }): Entry => ({
      ...rest,
      state: { ...balance, outflow, access: access ?? { frozenFor: [], revokedSessions: [] } },
      ...(counterparty === undefined ? {} : { counterparty }),
      ...(memo === undefined ? {} : { memo }),
    }),
  );

export const toEntryItem = (entry: Entry): Item => {
  const access = accessItem(entry.state.access);
  return {
    ...keys.entry(entry.account, entry.currency, entry.sequence),
    account: entry.account,
    currency: entry.currency,
    sequence: entry.sequence,
    transferId: entry.transferId,
    kind: entry.kind,
    amount: entry.amount,
    balance: { available: entry.state.available, held: entry.state.held },
    outflow: entry.state.outflow,
    ...(Object.keys(access).length === 0 ? {} : { access }),
    ...(entry.counterparty === undefined ? {} : { counterparty: entry.counterparty }),
    ...(entry.memo === undefined ? {} : { memo: entry.memo }),
    at: entry.at,
    previousHash: entry.previousHash,
    hash: entry.hash,
  };
};

/** @throws ZodError when the item is not an entry. */
export const fromEntryItem = (item: Item): Entry => entrySchema.parse(item);

const holdBase = {
  id: holdIdSchema,
  account: ledgerAccountSchema,
  amount: moneySchema,
  placedAt: z.int(),
  expiresAtMs: z.int(),
  uncounted: z.literal(true).optional(),
};

const holdSchema = z
  .discriminatedUnion("status", [
    z.object({ ...holdBase, status: z.literal("pending") }),
    z.object({ ...holdBase, status: z.literal("captured"), captured: moneySchema, transferId: z.string() }),
    z.object({
      ...holdBase,
      status: z.literal("released"),
      reason: z.enum(["released", "expired"]),
      transferId: z.string(),
    }),
  ])
  .transform(
    ({ expiresAtMs, uncounted, ...rest }): Hold => ({
      ...rest,
      expiresAt: expiresAtMs,
      ...(uncounted === undefined ? {} : { uncounted }),
    }),
  );

/** `expiresAt` is the table's time-to-live attribute, so the hold's own expiry is stored under another name. */
export const toHoldItem = ({ expiresAt, ...hold }: Hold): Item => ({
  ...keys.hold(hold.id),
  ...hold,
  expiresAtMs: expiresAt,
  // Findable as due work while it can expire.
  ...(hold.status === "pending" ? dueKeys(hold.id, expiresAt) : {}),
});

/** @throws ZodError when the item is not a hold. */
export const fromHoldItem = (item: Item): Hold => holdSchema.parse(item);
