/** Balances, entries, the verifiable statement. */
import * as z from "zod";
import type { RouteTable } from "../../shared/http/route.ts";
import { currencySchema, pageOf, pageQuery, timestampSchema } from "../../shared/http/schemas.ts";

export const balanceView = z.object({
  currency: currencySchema,
  /** Minor units that can be spent. */
  available: z.int(),
  /** Minor units reserved by holds. */
  held: z.int(),
  frozen: z.boolean(),
});

export const entryKinds = ["transfer", "hold", "capture", "release", "access"] as const;

/** One line of an account's chain, with everything its hash covers. Amounts are minor units. */
export const entryView = z.object({
  account: z.string(),
  currency: currencySchema,
  sequence: z.int(),
  transferId: z.string(),
  kind: z.enum(entryKinds),
  amount: z.object({ available: z.int(), held: z.int() }),
  balance: z.object({ available: z.int(), held: z.int() }),
  outflow: z.object({
    hour: z.string(),
    hourCount: z.int(),
    day: z.string(),
    dayTotal: z.int(),
    dayCount: z.int(),
    month: z.string(),
    monthTotal: z.int(),
  }),
  frozenFor: z.array(z.string()),
  revokedSessions: z.array(z.object({ session: z.string(), until: z.int() })),
  /** Epoch seconds: all sessions that began by then are revoked. */
  signedInAfter: z.int().optional(),
  counterparty: z.string().optional(),
  memo: z.string().optional(),
  at: timestampSchema,
  previousHash: z.string(),
  hash: z.string(),
});

export const statementView = z.object({
  /** The version of the hash's form; `docs/statement.md` says what is hashed. */
  format: z.literal(1),
  account: z.string(),
  currency: currencySchema,
  from: z.int(),
  to: z.int(),
  entries: z.array(entryView),
  /** More entries follow after `to`. */
  nextFrom: z.int().optional(),
});

export const walletRoutes = {
  getWallet: {
    method: "GET",
    path: "/wallet",
    auth: "user",
    idempotent: false,
    summary: "The caller's balances, one a currency",
    reply: { status: 200, body: z.object({ balances: z.array(balanceView) }) },
    problems: [],
  },
  listEntries: {
    method: "GET",
    path: "/wallet/entries",
    auth: "user",
    idempotent: false,
    summary: "The caller's entries in one currency, newest first",
    query: pageQuery.extend({ currency: currencySchema }),
    reply: { status: 200, body: pageOf(entryView) },
    problems: ["cursor-invalid"],
  },
  getStatement: {
    method: "GET",
    path: "/wallet/statement",
    auth: "user",
    idempotent: false,
    summary: "A stretch of the caller's chain that anyone can verify, oldest first",
    query: z.object({
      currency: currencySchema,
      /** The first sequence number wanted. */
      from: z.coerce.number().int().min(1).default(1),
      limit: z.coerce.number().int().min(1).max(500).default(200),
    }),
    reply: { status: 200, body: statementView },
    problems: [],
  },
} as const satisfies RouteTable;
