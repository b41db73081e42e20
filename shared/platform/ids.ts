/**
 * Ids: a prefix that says what it names, an underscore, and 26 characters of Crockford base 32, so at most 32
 * characters of `[0-9A-Za-z_]`. The 26 characters alone are what payment channels get, as some take letters and
 * digits only.
 */
import { hash } from "node:crypto";
import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

export const idPrefixes = {
  account: "usr",
  payment: "pay",
  refund: "rfd",
  payout: "wdr",
  dispute: "dsp",
  reconciliation: "rec",
  exception: "exc",
  paymentRequest: "prq",
  quote: "quo",
  transfer: "trf",
  hold: "hld",
  post: "pst",
  comment: "cmt",
  campaign: "cmp",
  event: "evt",
  notification: "ntf",
  request: "req",
  stepUp: "sup",
} as const;

export type IdKind = keyof typeof idPrefixes;
export type Id<K extends IdKind> = `${(typeof idPrefixes)[K]}_${string}`;

export type AccountId = Id<"account">;
export type PaymentId = Id<"payment">;
export type RefundId = Id<"refund">;
export type PayoutId = Id<"payout">;
export type DisputeId = Id<"dispute">;
export type ReconciliationId = Id<"reconciliation">;
export type ExceptionId = Id<"exception">;
export type PaymentRequestId = Id<"paymentRequest">;
export type QuoteId = Id<"quote">;
export type TransferId = Id<"transfer">;
export type HoldId = Id<"hold">;
export type PostId = Id<"post">;
export type CommentId = Id<"comment">;
export type CampaignId = Id<"campaign">;
export type NotificationId = Id<"notification">;
export type StepUpId = Id<"stepUp">;

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BODY_LENGTH = 26;

/** The last `length` digits of the number that the bytes are, the highest byte first. */
const base32 = (bytes: Uint8Array, length: number): string => {
  let text = "";
  let next = bytes.length - 1;
  let bits = 0;
  let count = 0;
  for (let index = 0; index < length; index += 1) {
    if (count < 5) {
      bits |= (bytes[next] ?? 0) << count;
      next -= 1;
      count += 8;
    }
    text = ALPHABET.charAt(bits & 31) + text;
    bits >>>= 5;
    count -= 5;
  }
  return text;
};

/** Milliseconds in 10 digits: 48 bits, which a number holds and bitwise operators do not. */
const moment = (at: number): string => {
  let text = "";
  let rest = at;
  for (let index = 0; index < 10; index += 1) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
};

/** A new id that sorts by the time it was made: 48 bits of milliseconds, 80 random bits. @see the ULID specification */
export const newId = <K extends IdKind>(kind: K, clock: Clock, random: Random): Id<K> =>
  `${idPrefixes[kind]}_${moment(clock.now())}${base32(random.bytes(10), 16)}` as Id<K>;

/**
 * The same id for the same parts, for ever: 130 bits of SHA-256. What is made under an idempotency key gets its id
 * this way, so a second use meets the first one's effect.
 */
export const derivedId = <K extends IdKind>(kind: K, ...parts: readonly string[]): Id<K> => {
  const digest = hash("sha256", JSON.stringify([kind, ...parts]), "buffer");
  return `${idPrefixes[kind]}_${base32(digest.subarray(0, 17), BODY_LENGTH)}` as Id<K>;
};

/**
 * The same id for the same moment and parts, and one that sorts by the moment: 48 bits of it, 80 bits of SHA-256. For
 * things that are kept in order of time and must be found by their id alone. @param at epoch milliseconds
 */
export const derivedTimedId = <K extends IdKind>(kind: K, at: number, ...parts: readonly string[]): Id<K> => {
  const digest = hash("sha256", JSON.stringify([kind, at, ...parts]), "buffer");
  return `${idPrefixes[kind]}_${moment(at)}${base32(digest.subarray(0, 10), 16)}` as Id<K>;
};

/** The moment in an id made by `newId` or `derivedTimedId`, in epoch milliseconds. */
export const momentOf = (id: string): number =>
  [...bareId(id).slice(0, 10)].reduce((sum, digit) => sum * 32 + ALPHABET.indexOf(digit), 0);

/** The part after the prefix, `[0-9A-Z]{26}`: what a payment channel is given as our reference. */
export const bareId = (id: string): string => id.slice(id.indexOf("_") + 1);

const patterns = Object.fromEntries(
  Object.entries(idPrefixes).map(([kind, prefix]) => [
    kind,
    new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`),
  ]),
) as Record<IdKind, RegExp>;

export const idPattern = (kind: IdKind): RegExp => patterns[kind];

export const isId = <K extends IdKind>(kind: K, text: string): text is Id<K> => patterns[kind].test(text);

/** A stable shard in [0, count) for a text: the first 32 bits of its SHA-256. */
export const shardOf = (text: string, count: number): number =>
  hash("sha256", text, "buffer").readUInt32BE(0) % count;
