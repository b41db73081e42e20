/** Withdrawals against the ledger's transfers. */
import { describe, expect, it } from "vitest";
import { holdTransferId } from "../../../../shared/ledger/holds.ts";
import { auditPayouts } from "../../../../shared/payouts/audit.ts";
import { returnTransferId, settleTransferId } from "../../../../shared/payouts/payout.ts";
import { anEndedPayout, aPayout, payoutId } from "../../../builders/payout-facts.ts";
import { usd } from "../../../builders/usd.ts";

const { holdId } = aPayout();
const ids = {
  place: holdTransferId(holdId, "place"),
  release: holdTransferId(holdId, "release"),
  settle: settleTransferId(payoutId),
  back: returnTransferId(payoutId),
} as const;
type Step = keyof typeof ids;

const ledger = (steps: readonly Step[], value = 5_00) =>
  new Map(steps.map((step) => [ids[step] as string, { amount: usd(step === "place" ? 5_00 : value) }]));
const codes = (payout: Parameters<typeof auditPayouts>[0][number], steps: readonly Step[], value?: number) =>
  auditPayouts([payout], ledger(steps, value)).map(({ code }) => code);

describe("a withdrawal's money", () => {
  it.each([
    ["open", aPayout(), ["place"]],
    ["delivered", anEndedPayout("succeeded"), ["place", "settle"]],
    ["failed", anEndedPayout("failed"), ["place", "release"]],
    ["cancelled", anEndedPayout("cancelled"), ["place", "release"]],
    ["returned undelivered", anEndedPayout("returned"), ["place", "release"]],
    ["returned after delivery", anEndedPayout("returned"), ["place", "settle", "back"]],
  ] as const)("is as it should be: %s", (_name, payout, steps) => {
    expect(codes(payout, steps)).toEqual([]);
    for (const missing of steps.filter((step) => step !== "place")) {
      const rest = steps.filter((step) => step !== missing);
      expect(codes(payout, rest)).toHaveLength(1);
    }
  });

  it.each([
    ["given back while it is on its way", aPayout(), ["place", "release"]],
    ["paid and given back", anEndedPayout("succeeded"), ["place", "settle", "release"]],
    ["paid although it failed", anEndedPayout("failed"), ["place", "release", "settle"]],
    ["returned twice", anEndedPayout("returned"), ["place", "settle", "back", "release"]],
    ["brought back while delivered", anEndedPayout("succeeded"), ["place", "settle", "back"]],
  ] as const)("moved wrongly: %s", (_name, payout, steps) => {
    expect(codes(payout, steps)).toEqual(["withdrawal-moved-wrongly"]);
  });

  it("was never held", () => {
    expect(codes(aPayout(), [])).toEqual(["withdrawal-without-transfer"]);
  });

  it("was of another amount", () => {
    expect(codes(anEndedPayout("succeeded"), ["place", "settle"], 4_99)).toEqual([
      "withdrawal-amount-mismatch",
    ]);
    const nothing = new Map([[ids.place as string, { amount: "5.00" }]]);
    expect(auditPayouts([aPayout()], nothing)).toMatchObject([{ code: "withdrawal-amount-mismatch" }]);
  });
});
