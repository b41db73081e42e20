/** One comparison of a channel's statement of a day with the ledger, as its record: its states, its counts, its sums. */
import * as z from "zod";
import { reconciliationIdSchema } from "../http/schemas.ts";
import { present } from "../payments/present.ts";
import { type EpochMs, HOUR, MINUTE } from "../platform/clock.ts";
import { derivedId, type ReconciliationId } from "../platform/ids.ts";
import { keys, ownerPartitions, timeKey } from "../table/keys.ts";
import type { Item } from "../table/table.ts";
import { exceptionClasses } from "./exception.ts";

/** `not-ready`: asked again at `askAgainAt`. `failed`: nothing was kept of it. */
export const reconciliationStatuses = ["requested", "running", "not-ready", "complete", "failed"] as const;
export type ReconciliationStatus = (typeof reconciliationStatuses)[number];

/**
 * Minor units of one currency. Of the statement: gross by kind, and `net` = what the provider owes us more after the
 * day, fees taken off. Of the ledger: what the clearing accounts say for the same day, before this run entered anything.
 */
const sums = z.object({
  payments: z.int(),
  refunds: z.int(),
  payouts: z.int(),
  disputes: z.int(),
  /** Signed. */
  other: z.int(),
  fees: z.int(),
  /** To our own bank. */
  settled: z.int(),
  net: z.int(),
  ledger: z.int(),
});
export type Sums = z.output<typeof sums>;

export const noSums: Sums = {
  payments: 0,
  refunds: 0,
  payouts: 0,
  disputes: 0,
  other: 0,
  fees: 0,
  settled: 0,
  net: 0,
  ledger: 0,
};

const counts = z.object({
  /** Of the statement. */
  lines: z.int(),
  /** Of the clearing accounts. */
  entries: z.int(),
  matched: z.int(),
  /** Matched to a transfer of another day. */
  elsewhere: z.int(),
  /** Matched by what was presented, or by its id alone: the amount is in the currency of the settlement. */
  converted: z.int(),
  /** Earlier exceptions that this run explained. */
  explained: z.int(),
  /** Differences by class, those that wait for the next day too. */
  exceptions: z.partialRecord(z.enum(exceptionClasses), z.int()),
});
export type Counts = z.output<typeof counts>;

export const noCounts: Counts = {
  lines: 0,
  entries: 0,
  matched: 0,
  elsewhere: 0,
  converted: 0,
  explained: 0,
  exceptions: {},
};

export type Reconciliation = {
  readonly id: ReconciliationId;
  readonly channel: string;
  /** The provider's day. */
  readonly day: string;
  readonly status: ReconciliationStatus;
  readonly requestedAt: EpochMs;
  readonly startedAt?: EpochMs | undefined;
  readonly endedAt?: EpochMs | undefined;
  readonly askAgainAt?: EpochMs | undefined;
  /** Starts so far. */
  readonly attempts: number;
  readonly counts: Counts;
  /** By currency. */
  readonly sums: Readonly<Record<string, Sums>>;
  /** SHA-256 of the files as they came, one after the other, or of the lines of pages; hexadecimal. */
  readonly fileHash?: string | undefined;
  /** Why it is not ready, or failed. */
  readonly reason?: string | undefined;
  readonly fingerprint: string;
  readonly correlationId: string;
  readonly version: number;
};

const schema = z.object({
  id: reconciliationIdSchema,
  channel: z.string(),
  day: z.string(),
  status: z.enum(reconciliationStatuses),
  requestedAt: z.int(),
  startedAt: z.int().optional(),
  endedAt: z.int().optional(),
  askAgainAt: z.int().optional(),
  attempts: z.int(),
  counts,
  sums: z.record(z.string(), sums),
  fileHash: z.string().optional(),
  reason: z.string().optional(),
  fingerprint: z.string(),
  correlationId: z.string(),
  version: z.int(),
});

/** @throws ZodError when the item is not a run. */
export const fromReconciliationItem = (item: Item): Reconciliation => schema.parse(item);

/** @param event announces `reconciliation.requested` for this start */
export const toReconciliationItem = (run: Reconciliation, event?: EpochMs): Item => ({
  ...keys.reconciliation(run.id),
  ...present(run),
  reconciliationId: run.id,
  ownerPk: ownerPartitions.reconciliations(),
  ownerSk: `${timeKey(run.requestedAt)}#${run.id}`,
  ...(event === undefined
    ? {}
    : {
        event: {
          id: derivedId("event", run.id, "reconciliation.requested", String(run.version)),
          type: "reconciliation.requested",
          at: event,
          correlationId: run.correlationId,
        },
      }),
});

export const newReconciliation = (of: {
  readonly id: ReconciliationId;
  readonly channel: string;
  readonly day: string;
  readonly fingerprint: string;
  readonly correlationId: string;
  readonly now: EpochMs;
}): Reconciliation => ({
  id: of.id,
  channel: of.channel,
  day: of.day,
  status: "requested",
  requestedAt: of.now,
  attempts: 0,
  counts: noCounts,
  sums: {},
  fingerprint: of.fingerprint,
  correlationId: of.correlationId,
  version: 1,
});

/** The daily run of a channel. */
export const dailyReconciliationId = (channel: string, day: string): ReconciliationId =>
  derivedId("reconciliation", "daily", channel, day);

/** Longer than a worker can live: a run that is older has lost its worker. */
export const RUN_LIFE_MS = 16 * MINUTE;

/** Whether a worker may take it: it was asked for, or its worker is gone. */
export const mayStart = ({ status, startedAt }: Reconciliation, now: EpochMs): boolean =>
  status === "requested" || (status === "running" && (startedAt ?? 0) + RUN_LIFE_MS <= now);

/** How long after a statement was not there it is asked for again. */
export const ASK_AGAIN_MS = HOUR;
/** After so many starts a statement that never comes is a failure. */
export const MAX_ATTEMPTS = 48;
