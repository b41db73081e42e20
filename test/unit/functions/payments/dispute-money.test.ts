/** What a dispute does to the ledger: what is held of the contested money, and where it goes in the end. */
import { describe, expect, it } from "vitest";
import { heldFor, lost, shortfallOf, won } from "../../../../functions/payments/dispute-money.ts";
import { clearingAccount, systemAccount, userAccount } from "../../../../shared/ledger/account.ts";
import type { PendingHold } from "../../../../shared/ledger/hold.ts";
import {
  capturedBy,
  holdTransferId,
  placementOf,
  releasedBy,
  whilePending,
} from "../../../../shared/ledger/holds.ts";
import { channelReturn, holdRelease } from "../../../../shared/ledger/postings.ts";
import {
  DISPUTE_HOLD_MS,
  type Dispute,
  disputeHoldId,
  disputeIdOf,
  type OpenDispute,
} from "../../../../shared/payments/dispute.ts";
import { DAY } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { paymentId, START } from "../../../builders/payment-facts.ts";
import { usd } from "../../../builders/usd.ts";

const ben = derivedId("account", "ben");
const NOW = START + 5;
const SHARDS = 7;
const id = disputeIdOf("stripe", "dp_1");

/** 15.00 of Ben's are contested, of which 4.00 were there. */
const open: OpenDispute = {
  id,
  status: "open",
  paymentId,
  owner: derivedId("account", "ada"),
  from: ben,
  channel: "stripe",
  channelDisputeId: "dp_1",
  amount: usd(15_00),
  held: 4_00,
  holdId: disputeHoldId(id),
  reason: "fraudulent",
  observedAt: START,
  nextCheckAt: START + DAY,
  createdAt: START,
  updatedAt: START,
  correlationId: "c",
  version: 1,
};
const hold: PendingHold = {
  status: "pending",
  id: disputeHoldId(id),
  account: userAccount(ben),
  amount: usd(4_00),
  placedAt: START,
  expiresAt: START + DISPUTE_HOLD_MS,
  uncounted: true,
};
const record = (kind: string, dispute: Dispute = open) => ({
  kind,
  disputeId: id,
  paymentId,
  from: dispute.from,
  amount: dispute.amount,
  channel: "stripe",
  createdAt: NOW,
});

describe("an open dispute", () => {
  it("holds what there is of the money, on a frozen account too, and counts towards no limit", () => {
    const placed = placementOf(
      {
        id: disputeHoldId(id),
        account: userAccount(ben),
        amount: usd(4_00),
        expiresAt: NOW + DISPUTE_HOLD_MS,
        memo: `dispute:${id}`,
        uncounted: true,
        despiteFreeze: true,
      },
      NOW,
    );
    expect(heldFor(open, NOW)).toStrictEqual({
      money: { posting: placed.posting, record: { ...placed.record, paymentId, disputeId: id } },
      writes: [{ role: "state", operation: placed.write }],
    });
  });

  it("holds nothing where nobody has the money, or nothing of it is there", () => {
    const { from: _from, ...ofNobody } = open;
    const { holdId: _hold, ...withoutHold } = open;
    expect(heldFor(ofNobody, NOW)).toBeUndefined();
    expect(heldFor(withoutHold, NOW)).toBeUndefined();
  });
});

describe("what is not held of the money", () => {
  it.each([
    ["all of it without a hold", 15_00, undefined, 15_00],
    ["the rest", 15_00, hold, 11_00],
    ["nothing where more is held than is contested", 3_00, hold, 0],
  ])("is %s", (_name, contested, known, shortfall) => {
    expect(shortfallOf({ ...open, amount: usd(contested) }, known)).toBe(shortfall);
  });
});

describe("a lost dispute", () => {
  const transferId = derivedId("transfer", id, "lost");
  const labels = {
    transferId,
    memo: `dispute:${id}`,
    standIn: systemAccount("suspense"),
    to: clearingAccount("stripe", transferId, SHARDS),
    amount: usd(15_00),
  };

  it("takes what is held back to the channel, and the rest out of suspense", () => {
    expect(lost(SHARDS, open, hold, NOW)).toStrictEqual({
      money: {
        posting: channelReturn({ ...labels, hold }),
        record: { ...record("dispute-loss"), shortfall: 11_00 },
      },
      writes: [{ role: "state", operation: whilePending(capturedBy(hold, transferId)) }],
    });
  });

  it("takes all of it out of suspense where nothing is held", () => {
    expect(lost(SHARDS, open, undefined, NOW)).toStrictEqual({
      money: {
        posting: channelReturn(labels),
        record: { ...record("dispute-loss"), shortfall: 15_00 },
      },
      writes: [],
    });
  });

  it("moves nothing where nothing is contested", () => {
    expect(lost(SHARDS, { ...open, amount: usd(0) }, undefined, NOW)).toBeUndefined();
  });
});

describe("a dispute that was won", () => {
  it("frees what is held", () => {
    const transferId = holdTransferId(hold.id, "release");
    expect(won(open, hold, NOW)).toStrictEqual({
      money: {
        posting: holdRelease({ transferId, hold, memo: `dispute:${id}` }),
        record: { ...record("hold-release"), holdId: hold.id, reason: "released" },
      },
      writes: [{ role: "state", operation: whilePending(releasedBy(hold, transferId)) }],
    });
  });

  it("moves nothing where nothing is held", () => {
    expect(won(open, undefined, NOW)).toBeUndefined();
  });
});
