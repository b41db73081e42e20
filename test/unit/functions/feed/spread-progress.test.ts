import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSpreadTo, type SpreadProgress, spreadSides } from "../../../../functions/feed/spread-progress.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";

const people = fc
  .uniqueArray(fc.nat(200), { maxLength: 30 })
  .map((numbers) => numbers.map((number) => derivedId("account", String(number))).toSorted());

describe("going on with a fan-out", () => {
  it("reaches exactly those whom a run that ended anywhere had not reached", () => {
    fc.assert(
      fc.property(people, people, fc.nat(), (ofAuthor, ofCounterparty, cut) => {
        const order = spreadSides.flatMap((side) =>
          (side === "author" ? ofAuthor : ofCounterparty).map(
            (through): SpreadProgress => ({ side, through }),
          ),
        );
        const done = order.length === 0 ? 0 : cut % (order.length + 1);
        const progress = order[done - 1];
        const left = order.filter(({ side, through }) => !isSpreadTo(progress, side, through));
        expect(left).toEqual(order.slice(done));
      }),
    );
  });
});
