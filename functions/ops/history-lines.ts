/**
 * What a history is made of, whatever it is of: lines in the order of time, from the facts below a record, from the
 * callbacks that led to them and from the ledger.
 */
import * as z from "zod";
import { fromEntryItem } from "../../shared/ledger/codec.ts";
import { holdTransferId } from "../../shared/ledger/holds.ts";
import { type EpochMs, toTimestamp } from "../../shared/platform/clock.ts";
import type { HoldId } from "../../shared/platform/ids.ts";
import { keys } from "../../shared/table/keys.ts";
import type { Item, Table } from "../../shared/table/table.ts";

export type Line = {
  readonly at: EpochMs;
  readonly source: "payment" | "refund" | "dispute" | "withdrawal" | "call" | "callback" | "ops" | "ledger";
  readonly what: string;
  readonly detail: Readonly<Record<string, unknown>>;
};

const FACT = "FACT#";

/** A line of history as it is stored, whatever it is about. */
const factSchema = z.looseObject({
  sk: z.string().startsWith(FACT),
  type: z.string(),
  about: z.enum(["refund", "dispute"]).optional(),
  status: z.string().optional(),
  outcome: z.string().optional(),
  operation: z.string().optional(),
  channelPaymentId: z.string().optional(),
  callback: z.object({ eventId: z.string() }).optional(),
});
export type FactItem = z.output<typeof factSchema>;

/** Members that say nothing which the line does not say itself. */
const unsaid: ReadonlySet<string> = new Set([
  "pk",
  "sk",
  "paymentId",
  "withdrawalId",
  "factId",
  "type",
  "about",
]);

/** Those among the items below a record. @throws ZodError when one is not as facts are */
export const factsOf = (items: readonly Item[]): readonly FactItem[] =>
  below(items, FACT).map((item) => factSchema.parse(item));

export const below = (items: readonly Item[], prefix: string): readonly Item[] =>
  items.filter(({ sk }) => typeof sk === "string" && sk.startsWith(prefix));

const sourceOf = ({ type, about }: FactItem, subject: "payment" | "withdrawal"): Line["source"] =>
  type === "call" ? "call" : type === "resolved" ? "ops" : (about ?? subject);

function whatOf({ type, operation, outcome, status }: FactItem): string {
  if (type === "call") return `${operation} ${outcome}`;
  return type === "resolved" ? `resolved as ${outcome}` : (status ?? type);
}

/** @param subject what the facts are about that do not say it themselves */
export function lineOfFact(fact: FactItem, subject: "payment" | "withdrawal"): Line {
  const detail = Object.fromEntries(Object.entries(fact).filter(([name]) => !unsaid.has(name)));
  return {
    at: Number(fact.sk.slice(FACT.length, FACT.length + 13)),
    source: sourceOf(fact, subject),
    what: whatOf(fact),
    detail,
  };
}

const callbackSchema = z.object({ channelEventId: z.string(), type: z.string(), receivedAt: z.int() });

/** The callbacks that made us look. They are kept for a while only. */
export async function callbackLines(
  table: Table,
  channel: string,
  facts: readonly FactItem[],
): Promise<readonly Line[]> {
  const ids = [...new Set(facts.flatMap(({ callback }) => callback?.eventId ?? []))];
  const items = await table.getMany(ids.map((id) => keys.callback(channel, id)));
  return items
    .filter((item) => item !== undefined)
    .map((item) => callbackSchema.parse(item))
    .map(({ channelEventId, type, receivedAt }) => ({
      at: receivedAt,
      source: "callback",
      what: type,
      detail: { channelEventId },
    }));
}

/** The transfers that there can be of a hold. */
export const holdTransfers = (holdId: HoldId): string[] =>
  (["place", "capture", "release"] as const).map((step) => holdTransferId(holdId, step));

const placesSchema = z.object({
  entries: z.array(z.object({ account: z.string(), currency: z.string(), sequence: z.int() })).default([]),
});

/** The entries of those of these transfers that there are. */
export async function ledgerLines(table: Table, transferIds: readonly string[]): Promise<readonly Line[]> {
  const records = await table.getMany(transferIds.map((id) => keys.transfer(id)));
  const places = records
    .filter((record) => record !== undefined)
    .flatMap((record) => placesSchema.parse(record).entries);
  const entries = await table.getMany(
    places.map(({ account, currency, sequence }) => keys.entry(account, currency, sequence)),
  );
  return entries
    .filter((entry) => entry !== undefined)
    .map(fromEntryItem)
    .map(({ at, kind, transferId, account, currency, sequence, amount }) => ({
      at,
      source: "ledger",
      what: kind,
      detail: { transferId, account, currency, sequence, ...amount },
    }));
}

/** A record's own beginning. */
export const startOf = (
  source: "payment" | "refund" | "dispute" | "withdrawal",
  { id, createdAt, status }: { readonly id: string; readonly createdAt: EpochMs; readonly status: string },
): Line => ({ at: createdAt, source, what: "created", detail: { id, status } });

/** In the order of time, as the API shows them. */
export const shownLines = (lines: readonly Line[]) =>
  lines
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, ...line }) => ({ at: toTimestamp(at), ...line, detail: { ...line.detail } }));
