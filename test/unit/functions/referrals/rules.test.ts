import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ClaimFacts, refusalOf } from "../../../../functions/referrals/claim-rules.ts";
import { codeOf } from "../../../../functions/referrals/code.ts";
import { referralCode } from "../../../../functions/referrals/contract.ts";
import { isQualifyingEntry } from "../../../../functions/referrals/qualifying.ts";
import { campaignAccount, clearingAccount, systemAccount } from "../../../../shared/ledger/account.ts";
import type { Entry } from "../../../../shared/ledger/entry.ts";
import type { PendingHold } from "../../../../shared/ledger/hold.ts";
import type { Posting } from "../../../../shared/ledger/posting.ts";
import { distribution, holdCapture, holdPlacement, movement } from "../../../../shared/ledger/postings.ts";
import { DAY } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { aCampaign } from "../../../builders/a-campaign.ts";
import { createBook, funding, NOON, person } from "../../../builders/book.ts";
import { usd } from "../../../builders/usd.ts";

const account = (name: string) => derivedId("account", name);

const facts = (overrides: Partial<ClaimFacts> = {}): ClaimFacts => ({
  claimer: { id: account("bob"), createdAt: NOON, devices: [] },
  inviter: { id: account("ada"), devices: [] },
  campaign: aCampaign(),
  now: NOON + DAY,
  ...overrides,
});

const phone = (deviceId: string, tokenDigest: string) => ({ deviceId, tokenDigest });

describe("a claim", () => {
  it("is allowed between two people who have nothing to do with each other", () => {
    expect(refusalOf(facts())).toBeUndefined();
    const invitedByCleo = { id: account("ada"), devices: [], invitedBy: account("cleo") };
    expect(refusalOf(facts({ inviter: invitedByCleo }))).toBeUndefined();
    const bobsPhone = { id: account("bob"), createdAt: NOON, devices: [phone("phone-1", "a")] };
    const adasPhone = { id: account("ada"), devices: [phone("phone-2", "b")] };
    expect(refusalOf(facts({ claimer: bobsPhone, inviter: adasPhone }))).toBeUndefined();
  });

  it.each<[string, Partial<ClaimFacts>]>([
    ["unknown-code", { inviter: undefined }],
    ["self-referral", { inviter: { id: account("bob"), devices: [] } }],
    ["no-active-campaign", { campaign: undefined }],
    ["outside-claim-window", { now: NOON + 31 * DAY }],
    ["ring", { inviter: { id: account("ada"), devices: [], invitedBy: account("bob") } }],
  ])("is refused for %s", (reason, overrides) => {
    expect(refusalOf(facts(overrides))).toBe(reason);
  });

  it.each([
    ["device", phone("phone-1", "b")],
    ["push token", phone("phone-2", "a")],
  ])("is refused when both know one %s", (_, shared) => {
    const refused = refusalOf(
      facts({
        claimer: { id: account("bob"), createdAt: NOON, devices: [shared] },
        inviter: { id: account("ada"), devices: [phone("phone-9", "z"), phone("phone-1", "a")] },
      }),
    );
    expect(refused).toBe("shared-device");
  });
});

describe("a code", () => {
  it("is ten characters that can be typed, the same for the same person and attempt", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(5), (name, attempt) => {
        const code = codeOf(account(name), attempt);
        expect(referralCode.safeParse(code).success).toBe(true);
        expect(codeOf(account(name), attempt)).toBe(code);
        expect(codeOf(account(name), attempt + 1)).not.toBe(code);
      }),
    );
  });
});

/** Bob's entry after a posting that he is part of. */
function bobsEntry(posting: Posting): Entry {
  const book = createBook();
  const bob = { account: person("bob"), currency: "USD" } as const;
  book.post(movement({ ...sums(50_000), from: funding, to: bob.account }));
  expect(book.post(posting).ok).toBe(true);
  const entry = book.head(bob);
  if (entry === undefined) throw new Error("bob has an entry");
  return entry;
}

const sums = (value: number) => ({ transferId: `t-${value}`, amount: usd(value), countOutflow: false });

describe("an entry qualifies", () => {
  const clearing = clearingAccount("stripe", "t", 4);
  const campaign = aCampaign();

  it.each([
    ["a top-up of the minimum", { from: clearing, to: person("bob"), ...sums(1000) }, true],
    ["a smaller top-up", { from: clearing, to: person("bob"), ...sums(999) }, false],
    ["a payment of the minimum", { from: person("bob"), to: person("ada"), ...sums(1000) }, true],
    ["a smaller payment", { from: person("bob"), to: person("ada"), ...sums(999) }, false],
    ["money back to the channel", { from: person("bob"), to: clearing, ...sums(2000) }, false],
    [
      "a payment that is given back",
      { from: person("bob"), to: person("ada"), memo: "refund:r", ...sums(2000) },
      false,
    ],
    [
      "a withdrawal that came back",
      { from: clearing, to: person("bob"), memo: "withdrawal:w", ...sums(2000) },
      false,
    ],
    ["money out of suspense", { from: systemAccount("suspense"), to: person("bob"), ...sums(2000) }, false],
  ])("%s", (_, posting, expected) => {
    expect(isQualifyingEntry(campaign, bobsEntry(movement(posting)))).toBe(expected);
  });

  it("never as money that comes back from a hold, or that went to several at once", () => {
    const hold: PendingHold = {
      status: "pending",
      id: derivedId("hold", "h"),
      account: person("bob"),
      amount: usd(5000),
      placedAt: NOON,
      expiresAt: NOON + DAY,
    };
    const book = createBook();
    const bobs = () => {
      const entry = book.head({ account: person("bob"), currency: "USD" });
      if (entry === undefined) throw new Error("bob has an entry");
      return entry;
    };
    book.post(movement({ from: funding, to: person("bob"), ...sums(50_000) }));
    book.post(holdPlacement({ transferId: "h", account: person("bob"), amount: usd(5000) }));
    book.post(holdCapture({ transferId: "c", hold, amount: usd(1000), to: clearing }));
    expect(bobs()).toMatchObject({ kind: "capture", counterparty: clearing, amount: { available: 4000 } });
    expect(isQualifyingEntry(campaign, bobs())).toBe(false);
    const to = ["ada", "cleo"].map((name) => ({ account: person(name), amount: usd(2000) }));
    book.post(distribution({ transferId: "d", from: person("bob"), to, currency: "USD" }));
    expect(bobs()).toMatchObject({ kind: "transfer", amount: { available: -4000 } });
    expect(isQualifyingEntry(campaign, bobs())).toBe(false);
  });

  it("only when something moved, even for a campaign that asks for nothing", () => {
    const free = { minimum: usd(0) };
    const [topUp, payment] = [
      { from: clearing, to: person("bob") },
      { from: person("bob"), to: person("ada") },
    ];
    for (const posting of [topUp, payment]) {
      expect(isQualifyingEntry(free, bobsEntry(movement({ ...posting, ...sums(1) })))).toBe(true);
      expect(isQualifyingEntry(free, bobsEntry(movement({ ...posting, ...sums(0) })))).toBe(false);
    }
  });

  it.each([
    ["another person", person("ada")],
    ["a campaign", campaignAccount(campaign.id)],
  ])("never as money that %s sent", (_, sender) => {
    const book = createBook();
    book.post(movement({ from: funding, to: sender, ...sums(5000) }));
    book.post(movement({ from: sender, to: person("bob"), ...sums(2000) }));
    const entry = book.head({ account: person("bob"), currency: "USD" });
    expect(entry?.amount.available).toBe(2000);
    expect(entry !== undefined && isQualifyingEntry(campaign, entry)).toBe(false);
  });
});
