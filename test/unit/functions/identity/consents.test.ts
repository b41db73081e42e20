import { describe, expect, it } from "vitest";
import {
  accessAfter,
  newDecisions,
  outdated,
  toConsentViews,
  withDecisions,
} from "../../../../functions/identity/consents.ts";
import { CONSENT_WITHDRAWN, newAccount } from "../../../../shared/accounts/account.ts";
import { openAccess } from "../../../../shared/ledger/access.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";

const NOW = 1_795_000_000_000;
const account = newAccount(derivedId("account", "ada"), {}, NOW);
const terms = (granted: boolean, version = 1) => ({ purpose: "terms", version, granted }) as const;
const marketing = (granted: boolean) => ({ purpose: "marketing", version: 1, granted }) as const;

describe("consents", () => {
  it("are shown with the version in force, decided or not", () => {
    const decided = withDecisions(account, [terms(true)], NOW);
    expect(toConsentViews(decided)).toEqual([
      {
        purpose: "terms",
        required: true,
        currentVersion: 1,
        granted: true,
        version: 1,
        decidedAt: "2026-11-18T11:06:40.000Z",
      },
      { purpose: "marketing", required: false, currentVersion: 1, granted: false },
    ]);
  });

  it("are outdated for any version but the one in force", () => {
    expect(outdated([terms(true, 2), marketing(true)])).toEqual([terms(true, 2)]);
    expect(outdated([terms(false, 1)])).toEqual([]);
  });

  it("are not decided anew by deciding the same", () => {
    const decided = withDecisions(account, [terms(true)], NOW);
    expect(withDecisions(decided, [terms(true)], NOW + 5)).toBe(decided);
  });

  it("have a moment each, even when the clock stands still or runs back", () => {
    const given = withDecisions(account, [terms(true)], NOW);
    const withdrawn = withDecisions(given, [terms(false)], NOW - 100);
    expect(newDecisions(account, given).map(({ at }) => at)).toEqual([NOW]);
    expect(newDecisions(given, withdrawn)).toEqual([
      { purpose: "terms", version: 1, granted: false, at: NOW + 1 },
    ]);
  });

  it("stop money when a required one is withdrawn, and let go of that reason only", () => {
    const frozen = accessAfter({ ...openAccess, frozenFor: ["ops"] }, [terms(false), marketing(false)]);
    expect(frozen.frozenFor).toEqual([CONSENT_WITHDRAWN, "ops"].toSorted());
    expect(accessAfter(frozen, [terms(true)]).frozenFor).toEqual(["ops"]);
    expect(accessAfter(frozen, [marketing(true)]).frozenFor).toEqual(frozen.frozenFor);
  });
});
