/** Whether a referral may be claimed: the rules, pure. The reasons are for ops; the caller hears only that it may not. */
import { type Campaign, inClaimWindow } from "../../shared/campaigns/campaign.ts";
import type { KnownDevice } from "../../shared/people/device.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import type { AccountId } from "../../shared/platform/ids.ts";

export const refusalReasons = [
  "unknown-code",
  "self-referral",
  "no-active-campaign",
  "outside-claim-window",
  /** The inviter was invited by the claimer: two people who reward each other in a ring. */
  "ring",
  /** A device id or push token is, or was within half a year, registered for both. */
  "shared-device",
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

export type ClaimFacts = {
  readonly claimer: {
    readonly id: AccountId;
    readonly createdAt: EpochMs;
    readonly devices: readonly Phone[];
  };
  /** Whose code it is, if anyone's. */
  readonly inviter?:
    | {
        readonly id: AccountId;
        /** Who invited the inviter, if anyone did. */
        readonly invitedBy?: AccountId | undefined;
        readonly devices: readonly Phone[];
      }
    | undefined;
  /** The newest campaign that is open now. */
  readonly campaign?: Campaign | undefined;
  readonly now: EpochMs;
};

type Phone = Pick<KnownDevice, "deviceId" | "tokenDigest">;

/** Whether two people seem to use, or to have used, one phone: a device id or a push token is known of both. */
export const shareDevice = (one: readonly Phone[], other: readonly Phone[]): boolean =>
  one.some((a) => other.some((b) => a.deviceId === b.deviceId || a.tokenDigest === b.tokenDigest));

/** Why the claim is refused, or undefined when it may be made. */
export function refusalOf({ claimer, inviter, campaign, now }: ClaimFacts): RefusalReason | undefined {
  if (inviter === undefined) return "unknown-code";
  if (inviter.id === claimer.id) return "self-referral";
  if (campaign === undefined) return "no-active-campaign";
  if (!inClaimWindow(campaign, claimer.createdAt, now)) return "outside-claim-window";
  if (inviter.invitedBy === claimer.id) return "ring";
  return shareDevice(claimer.devices, inviter.devices) ? "shared-device" : undefined;
}
