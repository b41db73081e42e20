/** Routes of reconciliation: asking for runs, looking at them, and dealing with exceptions. */
import * as z from "zod";
import type { RouteTable } from "../../shared/http/route.ts";
import {
  exceptionIdSchema,
  moneySchema,
  pageOf,
  pageQuery,
  personText,
  reconciliationIdSchema,
  timestampSchema,
} from "../../shared/http/schemas.ts";
import { exceptionClasses, exceptionStatuses, resolutions } from "../../shared/reconciliation/exception.ts";
import { reconciliationStatuses } from "../../shared/reconciliation/run.ts";

const count = z.int();

/** Minor units of one currency; `net` and `ledger` are what the provider owes us more after the day. */
const sumsView = z.object({
  currency: z.string(),
  payments: count,
  refunds: count,
  payouts: count,
  disputes: count,
  /** Signed: adjustments, and money that came back. */
  other: count,
  fees: count,
  /** To our own bank. */
  settled: count,
  /** By the statement, fees taken off. */
  net: count,
  /** By the clearing accounts, before fees and payouts to our bank were entered. */
  ledger: count,
});

const reconciliationView = z.object({
  id: reconciliationIdSchema,
  channel: z.string(),
  /** The provider's day. */
  day: z.iso.date(),
  status: z.enum(reconciliationStatuses),
  requestedAt: timestampSchema,
  startedAt: timestampSchema.optional(),
  endedAt: timestampSchema.optional(),
  /** When a statement that was not there is asked for again. */
  askAgainAt: timestampSchema.optional(),
  lines: count,
  entries: count,
  matched: count,
  /** Lines whose money was posted on another day. */
  elsewhere: count,
  /** Lines in the currency of the settlement, whose amounts cannot be compared. */
  converted: count,
  /** Earlier exceptions that this run explained. */
  explained: count,
  exceptions: z.array(z.object({ class: z.enum(exceptionClasses), count })),
  sums: z.array(sumsView),
  /** SHA-256 of the statement, hexadecimal. */
  fileHash: z.string().optional(),
  reason: z.string().optional(),
});

/** What was asked for; how far it is, is asked by its id. */
const requestedView = reconciliationView.pick({ id: true, channel: true, day: true, requestedAt: true });

const exceptionView = z.object({
  id: exceptionIdSchema,
  class: z.enum(exceptionClasses),
  /** `waiting`: the next day's run may explain it. */
  status: z.enum(exceptionStatuses),
  channel: z.string(),
  day: z.iso.date(),
  reconciliationId: reconciliationIdSchema,
  foundAt: timestampSchema,
  /** Our id of the payment, refund, withdrawal or dispute. */
  subjectId: z.string().optional(),
  /** The provider's id of the movement. */
  transactionId: z.string().optional(),
  transferId: z.string().optional(),
  /** Signed: what the provider owes us grows by it. */
  inStatement: z.object({ value: z.int(), currency: z.string() }).optional(),
  inLedger: moneySchema.optional(),
  rawType: z.string().optional(),
  /** What the provider's API said when it was asked. */
  provider: z.string().optional(),
  detail: z.string().optional(),
  /** What was moved between the clearing account and suspense for it. */
  entered: moneySchema.optional(),
  resolution: z.enum(resolutions).optional(),
  note: z.string().optional(),
  resolvedAt: timestampSchema.optional(),
});

export const reconciliationRoutes = {
  createReconciliation: {
    method: "POST",
    path: "/ops/reconciliations",
    auth: "ops",
    idempotent: true,
    summary: "Compares a channel's statement of one of its days with the ledger; days may be compared again",
    body: z.strictObject({ channel: personText(32), day: z.iso.date() }),
    reply: { status: 201, body: requestedView },
    problems: ["not-permitted", "channel-not-available"],
  },
  listReconciliations: {
    method: "GET",
    path: "/ops/reconciliations",
    auth: "ops",
    idempotent: false,
    summary: "All comparisons with statements, newest first",
    query: pageQuery,
    reply: { status: 200, body: pageOf(reconciliationView) },
    problems: ["not-permitted", "cursor-invalid"],
  },
  getReconciliation: {
    method: "GET",
    path: "/ops/reconciliations/{id}",
    auth: "ops",
    idempotent: false,
    summary: "One comparison with a statement: how far it is, its counts and its sums",
    params: z.object({ id: reconciliationIdSchema }),
    reply: { status: 200, body: reconciliationView },
    problems: ["not-permitted"],
  },
  listExceptions: {
    method: "GET",
    path: "/ops/exceptions",
    auth: "ops",
    idempotent: false,
    summary: "Differences between statements and the ledger, newest first",
    query: pageQuery.extend({ status: z.enum(exceptionStatuses).default("open") }),
    reply: { status: 200, body: pageOf(exceptionView) },
    problems: ["not-permitted", "cursor-invalid"],
  },
  resolveException: {
    method: "POST",
    path: "/ops/exceptions/{id}/resolve",
    auth: "ops",
    idempotent: false,
    summary:
      "Closes a difference: explained, so what was entered goes back, or accepted, so it stays in suspense",
    params: z.object({ id: exceptionIdSchema }),
    body: z.strictObject({ resolution: z.enum(resolutions), note: personText(500) }),
    reply: { status: 200, body: exceptionView },
    problems: ["not-permitted", "conflict"],
  },
} as const satisfies RouteTable;
