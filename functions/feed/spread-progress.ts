/**
 * How far a post's pointers were spread. Pointers go to both parties, then to the author's friends, then to the
 * counterparty's, each in the order of ids: so one side and one id say what is done. Pure rules.
 */
import type { AccountId } from "../../shared/platform/ids.ts";

export const spreadSides = ["author", "counterparty"] as const;
export type SpreadSide = (typeof spreadSides)[number];

/** Done: every friend of an earlier side, and of this side every friend up to `through`. */
export type SpreadProgress = { readonly side: SpreadSide; readonly through: AccountId };

/** Whether a friend of this side has their pointer already. */
export function isSpreadTo(
  progress: SpreadProgress | undefined,
  side: SpreadSide,
  friend: AccountId,
): boolean {
  if (progress === undefined) return false;
  return side === progress.side ? friend <= progress.through : side === "author";
}
