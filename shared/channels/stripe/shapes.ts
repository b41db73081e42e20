/** What Stripe's objects have in common, as far as it is read. Fields that are not listed pass unread. */
import * as z from "zod";
import { isId } from "../../platform/ids.ts";
import type { ChannelFailure } from "../facts.ts";
import { fromReference } from "../reference.ts";

/** Epoch seconds up to 2286: 13 digits of milliseconds, which keys are made for. */
export const Seconds = z.int().nonnegative().max(9_999_999_999);

/** An object's id. @see Stripe, "Upgrades": ids can be up to 255 characters long */
export const ObjectId = z.string().min(1).max(255);

export const Metadata = z.record(z.string(), z.string()).nullish();

/** An id, or the object it names where the request asked to expand it. */
export const IdOrObject = z.union([ObjectId, z.looseObject({ id: ObjectId })]);

export const idOf = (value: z.output<typeof IdOrObject> | null | undefined): string | undefined =>
  typeof value === "object" ? value?.id : value;

/** Metadata names that carry our ids. They are part of stored payments: never rename one. */
const metadataNames = { payment: "payment_id", refund: "refund_id", payout: "payout_id" } as const;

type OwnKind = keyof typeof metadataNames;

/** Our id as metadata. */
export const ownMetadata = (kind: OwnKind, id: string): Readonly<Record<string, string>> => ({
  [metadataNames[kind]]: id,
});

/** Our id in an object's metadata; `undefined` when there is none or it is none of ours. */
export function ownId(kind: OwnKind, metadata: z.output<typeof Metadata>): string | undefined {
  const text = metadata?.[metadataNames[kind]];
  return text !== undefined && isId(kind, text) ? text : fromReference(kind, text);
}

/** An answer that cannot be taken for true: of another shape, or about something else than was asked. */
export const doubtful = (detail: string): ChannelFailure => ({ outcome: "unknown", detail });

export const notUnderstood = doubtful("answer not understood");
