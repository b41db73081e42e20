/**
 * What two people are to each other, as a state machine in data. A pair has one state, seen from two sides: each side
 * is stored with its owner, so a person's lists and checks read their own items only.
 */

export const relationStatuses = [
  "none",
  /** The owner asked the other. */
  "requested",
  /** The other asked the owner. */
  "asked",
  "friends",
  /** The owner blocks the other. */
  "blocking",
  /** The other blocks the owner, who is never told. */
  "blocked",
  "blocking-each-other",
] as const;
export type RelationStatus = (typeof relationStatuses)[number];

/** The same state as the other person's side shows it. */
export const otherSide: Readonly<Record<RelationStatus, RelationStatus>> = {
  none: "none",
  requested: "asked",
  asked: "requested",
  friends: "friends",
  blocking: "blocked",
  blocked: "blocking",
  "blocking-each-other": "blocking-each-other",
};

/**
 * What the owner of a side can do. `befriend` asks or accepts; `leave` takes back, declines or ends a friendship.
 */
export const relationMoves = ["befriend", "leave", "block", "unblock"] as const;
export type RelationMove = (typeof relationMoves)[number];

/** The side after each move by its owner; `invisible` where a block lets neither see the other. */
export const nextStatus: Readonly<
  Record<RelationMove, Readonly<Record<RelationStatus, RelationStatus | "invisible">>>
> = {
  befriend: {
    none: "requested",
    requested: "requested",
    asked: "friends",
    friends: "friends",
    blocking: "invisible",
    blocked: "invisible",
    "blocking-each-other": "invisible",
  },
  leave: {
    none: "none",
    requested: "none",
    asked: "none",
    friends: "none",
    // A block is ended by its own move only; to the blocked it must look as if nothing were there.
    blocking: "blocking",
    blocked: "blocked",
    "blocking-each-other": "blocking-each-other",
  },
  block: {
    none: "blocking",
    requested: "blocking",
    asked: "blocking",
    friends: "blocking",
    blocking: "blocking",
    blocked: "blocking-each-other",
    "blocking-each-other": "blocking-each-other",
  },
  unblock: {
    none: "none",
    requested: "requested",
    asked: "asked",
    friends: "friends",
    blocking: "none",
    blocked: "blocked",
    "blocking-each-other": "blocked",
  },
};

/** Whether either of the two blocks the other: then neither exists for the other. */
export const isBlockedEitherWay = (status: RelationStatus): boolean =>
  status === "blocking" || status === "blocked" || status === "blocking-each-other";

/** The event that a change of the mover's side announces, if it announces one. */
export const eventOfMove = (
  before: RelationStatus,
  after: RelationStatus,
): "friend.requested" | "friend.accepted" | undefined => {
  if (before === after) return undefined;
  if (after === "requested") return "friend.requested";
  return after === "friends" ? "friend.accepted" : undefined;
};
