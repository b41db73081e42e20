import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { audienceNow, maySee, strictest } from "../../../../functions/feed/visibility.ts";
import { type Audience, audiences } from "../../../../shared/events/catalogue.ts";
import {
  isBlockedEitherWay,
  type RelationStatus,
  relationStatuses,
} from "../../../../shared/people/relation.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";

const author = derivedId("account", "author");
const counterparty = derivedId("account", "counterparty");
const viewer = derivedId("account", "viewer");
const parties = { author, counterparty };

const anyAudience = fc.constantFrom(...audiences);
const anyStatus = fc.constantFrom(...relationStatuses);
const width = (audience: Audience): number => audiences.indexOf(audience);
const sees = (audience: Audience, toAuthor: RelationStatus, toCounterparty: RelationStatus): boolean =>
  maySee(viewer, parties, audience, (other) => (other === author ? toAuthor : toCounterparty));

describe("the strictest of several audiences", () => {
  it("is one of them and as wide as none but the narrowest", () => {
    fc.assert(
      fc.property(anyAudience, fc.array(anyAudience), (first, rest) => {
        const all = [first, ...rest];
        expect(all).toContain(strictest(first, ...rest));
        expect(width(strictest(first, ...rest))).toBe(Math.min(...all.map(width)));
      }),
    );
  });
});

describe("a post's audience now", () => {
  it("is never wider than it was made with, nor than either party allows", () => {
    fc.assert(
      fc.property(anyAudience, anyAudience, anyAudience, (made, mine, theirs) => {
        const now = audienceNow({ audience: made }, { paymentAudience: mine }, { paymentAudience: theirs });
        for (const bound of [made, mine, theirs]) expect(width(now)).toBeLessThanOrEqual(width(bound));
      }),
    );
  });
});

describe("who may see a post", () => {
  it("lets the parties see it whatever stands between them", () => {
    fc.assert(
      fc.property(
        anyAudience,
        anyStatus,
        fc.constantFrom(author, counterparty),
        (audience, status, party) => {
          expect(maySee(party, parties, audience, () => status)).toBe(true);
        },
      ),
    );
  });

  it("hides it from everybody whom a block parts from either party", () => {
    fc.assert(
      fc.property(anyAudience, anyStatus, anyStatus, (audience, one, two) => {
        fc.pre(isBlockedEitherWay(one) || isBlockedEitherWay(two));
        expect(sees(audience, one, two)).toBe(false);
      }),
    );
  });

  it("never shows to fewer people what has a wider audience", () => {
    fc.assert(
      fc.property(anyStatus, anyStatus, (one, two) => {
        const seen = audiences.map((audience) => sees(audience, one, two));
        expect(seen).toEqual(seen.toSorted());
      }),
    );
  });

  it("does not ask which of the parties is whose friend", () => {
    fc.assert(
      fc.property(anyAudience, anyStatus, anyStatus, (audience, one, two) => {
        expect(sees(audience, one, two)).toBe(sees(audience, two, one));
      }),
    );
  });

  it.each<[Audience, RelationStatus, RelationStatus, boolean]>([
    ["participants", "friends", "friends", false],
    ["friends", "friends", "none", true],
    ["friends", "none", "friends", true],
    ["friends", "none", "none", false],
    ["friends", "requested", "asked", false],
    ["friends", "friends", "blocked", false],
    ["public", "none", "none", true],
    ["public", "asked", "requested", true],
    ["public", "none", "blocking", false],
    ["public", "blocking-each-other", "friends", false],
  ])("for %s, with %s to the payer and %s to the payee: %s", (audience, one, two, expected) => {
    expect(sees(audience, one, two)).toBe(expected);
  });
});
