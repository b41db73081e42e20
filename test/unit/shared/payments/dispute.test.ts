/** Disputes: their moves, and what facts make of one. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  contestedOf,
  DISPUTE_HOLD_MS,
  type Dispute,
  type DisputeFactLine,
  type DisputeStatus,
  disputeHoldId,
  disputeIdOf,
  disputeMoves,
  disputeStatuses,
  foldDispute,
  isOpenDispute,
  mayDisputeMove,
  nextDisputeCheckOf,
  type OpenDispute,
  shownDispute,
} from "../../../../shared/payments/dispute.ts";
import { fromDisputeItem, toDisputeItem } from "../../../../shared/payments/dispute-codec.ts";
import { DAY } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { paymentId, START } from "../../../builders/payment-facts.ts";
import { usd } from "../../../builders/usd.ts";

const aDispute: OpenDispute = {
  id: disputeIdOf("stripe", "dp_1"),
  status: "open",
  paymentId,
  owner: derivedId("account", "ada"),
  from: derivedId("account", "ben"),
  channel: "stripe",
  channelDisputeId: "dp_1",
  amount: usd(15_00),
  held: 4_00,
  holdId: derivedId("hold", "d"),
  reason: "fraudulent",
  observedAt: START,
  nextCheckAt: START + DAY,
  createdAt: START,
  updatedAt: START,
  correlationId: "c",
  version: 1,
};
const seen = (status: DisputeStatus): DisputeFactLine => ({
  type: "observed",
  status,
  rawStatus: status,
  reason: "fraudulent",
  amount: { value: 15_00, currency: "USD" },
  observedAt: START + 1,
  occurredAt: START,
});

describe("a dispute", () => {
  it("goes from open to won or lost, and money that is lost stays lost", () => {
    expect(disputeMoves.lost).toEqual([]);
    for (const status of disputeStatuses) expect(mayDisputeMove(status, "open")).toBe(false);
    expect([
      mayDisputeMove("open", "won"),
      mayDisputeMove("won", "lost"),
      mayDisputeMove("lost", "won"),
    ]).toEqual([true, true, false]);
  });

  it("comes to the same end by any order and repetition of facts, and loses its money once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...disputeStatuses), { minLength: 1, maxLength: 6 }),
        (statuses) => {
          let dispute: Dispute = aDispute;
          const effects: string[] = [];
          for (const status of statuses) {
            const folded = foldDispute(dispute, seen(status), START + 2);
            dispute = folded.dispute;
            effects.push(folded.effect);
            expect("nextCheckAt" in dispute).toBe(dispute.status === "open");
          }
          const end = statuses.includes("lost") ? "lost" : statuses.includes("won") ? "won" : "open";
          expect(dispute.status).toBe(end);
          expect(effects.filter((effect) => effect === "settle")).toHaveLength(end === "lost" ? 1 : 0);
          expect(effects.filter((effect) => effect === "release").length).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it("is about what was paid at most, in the payment's currency", () => {
    const paid = usd(12_00);
    expect(contestedOf({ value: 5_00, currency: "USD" }, paid)).toEqual(usd(5_00));
    expect(contestedOf({ value: 50_00, currency: "USD" }, paid)).toEqual(paid);
    expect(contestedOf({ value: 5_00, currency: "EUR" }, paid)).toEqual(paid);
    expect(contestedOf({ value: 0, currency: "USD" }, paid)).toEqual(usd(0));
  });

  it("shows on its payment, and a loss stays", () => {
    expect(shownDispute(undefined, "open")).toBe("open");
    expect(shownDispute("open", "won")).toBe("won");
    expect(shownDispute("lost", "won")).toBe("lost");
  });

  it("is kept as an item that is due while it is open", () => {
    expect(fromDisputeItem(toDisputeItem(aDispute))).toEqual(aDispute);
    expect(toDisputeItem(aDispute)).toMatchObject({ dueAt: START + DAY });
    const { dispute } = foldDispute(aDispute, seen("lost"), START);
    expect(fromDisputeItem(toDisputeItem(dispute))).toEqual(dispute);
    expect(toDisputeItem(dispute)).not.toHaveProperty("duePk");
  });
});

describe("a dispute in detail", () => {
  it("moves by the table", () => {
    expect(disputeStatuses).toEqual(["open", "won", "lost"]);
    expect(disputeMoves).toEqual({ open: ["won", "lost"], won: ["lost"], lost: [] });
  });

  it("has ids that follow from the channel's, is looked at daily, and holds money longer than it takes", () => {
    const id = derivedId("dispute", "stripe", "dp_1");
    expect(disputeIdOf("stripe", "dp_1")).toBe(id);
    expect(disputeHoldId(id)).toBe(derivedId("hold", id, "dispute"));
    expect(nextDisputeCheckOf(START)).toBe(START + DAY);
    expect(DISPUTE_HOLD_MS / DAY).toBe(400);
  });

  it.each([
    ["won", "release"],
    ["lost", "settle"],
  ] as const)("that is %s says when it was seen and when it changed, and asks to %s", (status, effect) => {
    const { nextCheckAt: _, ...rest } = aDispute;
    const folded = foldDispute(aDispute, seen(status), START + 2);
    expect(folded).toStrictEqual({
      dispute: { ...rest, status, observedAt: START + 1, updatedAt: START + 2 },
      effect,
    });
    expect([isOpenDispute(aDispute), isOpenDispute(folded.dispute)]).toEqual([true, false]);
  });

  it("that is told of as open stays as it is, and so does one that ended", () => {
    expect(foldDispute(aDispute, seen("open"), START + 2)).toStrictEqual({
      dispute: aDispute,
      effect: "none",
    });
    const { dispute: won } = foldDispute(aDispute, seen("won"), START + 2);
    for (const status of ["open", "won"] as const) {
      expect(foldDispute(won, seen(status), START + 3)).toStrictEqual({ dispute: won, effect: "none" });
    }
    expect(foldDispute(won, seen("lost"), START + 3).effect).toBe("settle");
  });

  it("is never about less than nothing", () => {
    expect(contestedOf({ value: -1, currency: "USD" }, usd(12_00))).toEqual(usd(0));
  });
});
