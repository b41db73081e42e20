import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  eventOfMove,
  isBlockedEitherWay,
  nextStatus,
  otherSide,
  type RelationMove,
  type RelationStatus,
  relationMoves,
  relationStatuses,
} from "../../../../shared/people/relation.ts";

type Side = "left" | "right";
type Step = { readonly by: Side; readonly move: RelationMove };

const steps = fc.array(
  fc.record({ by: fc.constantFrom<Side>("left", "right"), move: fc.constantFrom(...relationMoves) }),
  { maxLength: 30 },
);

/** What the words mean, told without a table: who asked, whether they are friends, who blocks whom. */
type Told = {
  readonly askedBy?: Side | undefined;
  readonly friends: boolean;
  readonly blocks: readonly Side[];
};

function tell(told: Told, { by, move }: Step): Told {
  switch (move) {
    case "befriend":
      if (told.blocks.length > 0 || told.friends || told.askedBy === by) return told;
      return told.askedBy === undefined ? { ...told, askedBy: by } : { friends: true, blocks: [] };
    case "leave":
      return { friends: false, blocks: told.blocks };
    case "block":
      return { friends: false, blocks: [...new Set([...told.blocks, by])] };
    case "unblock":
      return { ...told, blocks: told.blocks.filter((side) => side !== by) };
  }
}

function seenBy(side: Side, { askedBy, friends, blocks }: Told): RelationStatus {
  if (blocks.length === 2) return "blocking-each-other";
  if (blocks.length === 1) return blocks.includes(side) ? "blocking" : "blocked";
  if (friends) return "friends";
  if (askedBy === undefined) return "none";
  return askedBy === side ? "requested" : "asked";
}

/** As the storage does it: the mover's side decides, the other side is written as its mirror. */
function apply(sides: Record<Side, RelationStatus>, { by, move }: Step): Record<Side, RelationStatus> {
  const next = nextStatus[move][sides[by]];
  if (next === "invisible") return sides;
  return by === "left" ? { left: next, right: otherSide[next] } : { left: otherSide[next], right: next };
}

describe("a relation", () => {
  it("is one state seen from two sides, whatever either person does in whatever order", () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        let sides: Record<Side, RelationStatus> = { left: "none", right: "none" };
        let told: Told = { friends: false, blocks: [] };
        for (const step of sequence) {
          sides = apply(sides, step);
          told = tell(told, step);
          expect(sides).toEqual({ left: seenBy("left", told), right: seenBy("right", told) });
          expect(otherSide[sides.left]).toBe(sides.right);
        }
      }),
    );
  });

  it("has a mirror that mirrors back", () => {
    for (const status of relationStatuses) expect(otherSide[otherSide[status]]).toBe(status);
  });

  it("turns requests that cross into a friendship", () => {
    expect(nextStatus.befriend.none).toBe("requested");
    expect(nextStatus.befriend[otherSide.requested]).toBe("friends");
  });

  it("lets neither ask the other while there is a block", () => {
    for (const status of relationStatuses.filter(isBlockedEitherWay))
      expect(nextStatus.befriend[status]).toBe("invisible");
  });

  it("is ended by the blocker only", () => {
    expect(nextStatus.unblock.blocked).toBe("blocked");
    expect(nextStatus.unblock["blocking-each-other"]).toBe("blocked");
    expect(nextStatus.leave.blocked).toBe("blocked");
  });

  it("is announced when somebody asks and when somebody accepts, and at no other time", () => {
    const announced = relationMoves.flatMap((move) =>
      relationStatuses.flatMap((before) => {
        const after = nextStatus[move][before];
        const event = after === "invisible" ? undefined : eventOfMove(before, after);
        return event === undefined ? [] : [[move, before, event]];
      }),
    );
    expect(announced).toEqual([
      ["befriend", "none", "friend.requested"],
      ["befriend", "asked", "friend.accepted"],
    ]);
  });
});
