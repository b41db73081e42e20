/**
 * What a movement is about, as both sides can say it: a line of a statement by its kind and our id, an entry of a
 * clearing account by its memo and its direction. Equal subjects are the same movement.
 */
import type { StatementSubject } from "../channels/capabilities.ts";
import type { StatementLine, StatementLineKind } from "../channels/statement.ts";
import { isId } from "../platform/ids.ts";

export const subjectKinds = [
  "payment",
  "refund",
  /** A refund that the channel could not deliver. */
  "refund-return",
  "payout",
  "payout-return",
  "dispute",
  /** Written by reconciliation itself. */
  "own",
  "unknown",
] as const;
export type SubjectKind = (typeof subjectKinds)[number];

export type Subject = { readonly kind: SubjectKind; readonly id: string };

export const subjectText = ({ kind, id }: Subject): string => `${kind}:${id}`;

/** The word before the id in memos of reconciliation's own transfers. */
export const OWN_MEMO = "reconciliation";

/**
 * @param entry of a clearing account: what is below zero came in from the channel.
 * Its memo is a word and an id, as in `top-up:pay_…`; the id's prefix says what it is.
 */
export function subjectOfEntry(entry: {
  readonly transferId: string;
  readonly memo?: string | undefined;
  readonly amount: { readonly available: number };
}): Subject {
  const [word = "", id = ""] = (entry.memo ?? "").split(":");
  const cameIn = entry.amount.available < 0;
  if (word === OWN_MEMO) return { kind: "own", id };
  if (isId("payment", id) && cameIn) return { kind: "payment", id };
  if (isId("refund", id)) return { kind: cameIn ? "refund-return" : "refund", id };
  if (isId("payout", id)) return { kind: cameIn ? "payout-return" : "payout", id };
  if (isId("dispute", id)) return { kind: "dispute", id };
  return { kind: "unknown", id: entry.transferId };
}

/** `undefined` when the line does not say which movement of ours it is. */
export function subjectOfLine({ kind, ourId, amount }: StatementLine): Subject | undefined {
  if (ourId === undefined) return undefined;
  if (kind === "payment" && isId("payment", ourId)) return { kind, id: ourId };
  if (kind === "refund" && isId("refund", ourId)) return { kind, id: ourId };
  if ((kind === "payout" || kind === "payout-return") && isId("payout", ourId)) return { kind, id: ourId };
  // Money that came back against the direction of its kind is `other` with a sign.
  if (kind === "other" && amount.value > 0 && isId("refund", ourId))
    return { kind: "refund-return", id: ourId };
  if (kind === "other" && amount.value > 0 && isId("payout", ourId))
    return { kind: "payout-return", id: ourId };
  return undefined;
}

const directions: Readonly<Record<StatementLineKind, 1 | -1>> = {
  payment: 1,
  "payout-return": 1,
  refund: -1,
  payout: -1,
  dispute: -1,
  fee: -1,
  other: 1,
};

/** Minor units by which the line changes what the provider owes us, before its fee. */
export const signedAmount = ({ kind, amount }: Pick<StatementLine, "kind" | "amount">): number =>
  directions[kind] * amount.value + 0;

/** Every movement of ours that a statement may have. */
export const allSubjects: readonly StatementSubject[] = ["payment", "refund", "payout", "payout-return"];

/**
 * Whether an entry must be in a statement that covers these. Disputes are taken and given back on days of their own,
 * and returned refunds are told by few providers.
 */
export const mustBeStated = ({ kind }: Subject, covers: readonly StatementSubject[]): boolean =>
  kind === "unknown" || covers.some((covered) => covered === kind);
