/** What a dispute does to the ledger: a hold while it is open, and what becomes of it. Pure. */
import { clearingAccount, systemAccount, userAccount } from "../../shared/ledger/account.ts";
import type { PendingHold } from "../../shared/ledger/hold.ts";
import { capturedBy, holdTransferId, placementOf, releasedBy } from "../../shared/ledger/holds.ts";
import { channelReturn, holdRelease } from "../../shared/ledger/postings.ts";
import { minorUnits } from "../../shared/money/money.ts";
import { DISPUTE_HOLD_MS, type Dispute, type OpenDispute } from "../../shared/payments/dispute.ts";
import { holdEnd } from "../../shared/payments/move-record.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import { derivedId } from "../../shared/platform/ids.ts";
import type { MoneyMove } from "./payment-money.ts";

/** Minor units of the contested money that are not held. */
export const shortfallOf = (dispute: Dispute, hold: PendingHold | undefined): number =>
  dispute.amount.value - Math.min(dispute.amount.value, hold?.amount.value ?? 0);

/** What could be held of it, even on a frozen account. */
export function heldFor(dispute: OpenDispute, now: EpochMs): MoneyMove | undefined {
  if (dispute.holdId === undefined || dispute.from === undefined) return undefined;
  const { posting, record, write } = placementOf(
    {
      id: dispute.holdId,
      account: userAccount(dispute.from),
      amount: { ...dispute.amount, value: minorUnits(dispute.held) },
      expiresAt: now + DISPUTE_HOLD_MS,
      memo: `dispute:${dispute.id}`,
      uncounted: true,
      despiteFreeze: true,
    },
    now,
  );
  return {
    money: { posting, record: { ...record, paymentId: dispute.paymentId, disputeId: dispute.id } },
    writes: [{ role: "state", operation: write }],
  };
}

const recordOf = (dispute: Dispute, kind: string, now: EpochMs) => ({
  kind,
  disputeId: dispute.id,
  paymentId: dispute.paymentId,
  from: dispute.from,
  amount: dispute.amount,
  channel: dispute.channel,
  createdAt: now,
});

/** To the channel: what is held, and the rest out of suspense. */
export function lost(
  clearingShards: number,
  dispute: Dispute,
  hold: PendingHold | undefined,
  now: EpochMs,
): MoneyMove | undefined {
  if (dispute.amount.value === 0) return undefined;
  const transferId = derivedId("transfer", dispute.id, "lost");
  return {
    money: {
      posting: channelReturn({
        transferId,
        memo: `dispute:${dispute.id}`,
        ...(hold === undefined ? {} : { hold }),
        standIn: systemAccount("suspense"),
        to: clearingAccount(dispute.channel, transferId, clearingShards),
        amount: dispute.amount,
      }),
      record: { ...recordOf(dispute, "dispute-loss", now), shortfall: shortfallOf(dispute, hold) },
    },
    writes: holdEnd(hold, capturedBy, transferId),
  };
}

/** What is held is free again. */
export function won(dispute: Dispute, hold: PendingHold | undefined, now: EpochMs): MoneyMove | undefined {
  if (hold === undefined) return undefined;
  const transferId = holdTransferId(hold.id, "release");
  return {
    money: {
      posting: holdRelease({ transferId, hold, memo: `dispute:${dispute.id}` }),
      record: { ...recordOf(dispute, "hold-release", now), holdId: hold.id, reason: "released" },
    },
    writes: holdEnd(hold, releasedBy, transferId),
  };
}
