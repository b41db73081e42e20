/** The area's items on the table: referrals, codes, tallies, refused claims, paid rewards. */
import * as z from "zod";
import { accountIdSchema } from "../../shared/http/schemas.ts";
import { fullJitterMs } from "../../shared/platform/backoff.ts";
import { DAY, toEpochSeconds } from "../../shared/platform/clock.ts";
import type { AccountId, CampaignId } from "../../shared/platform/ids.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { Result } from "../../shared/result.ts";
import type { CursorRefusal } from "../../shared/table/cursor.ts";
import { inviterPartition, keys, ownerPartitions } from "../../shared/table/keys.ts";
import { type ListPage, type PageRequest, readPage } from "../../shared/table/page.ts";
import { NOT_EXISTS, queryAll, type Table, type WriteOperation } from "../../shared/table/table.ts";
import type { RefusalReason } from "./claim-rules.ts";
import { codeOf } from "./code.ts";
import {
  claimedEvent,
  fromReferralItem,
  fromTallyItem,
  type Referral,
  type Tally,
  toReferralItem,
} from "./referral.ts";

export type Inviter = { readonly code: string | undefined; readonly tallies: readonly Tally[] };

export type ClaimOutcome =
  | { readonly outcome: "claimed" }
  /** The person claimed before: that claim. */
  | { readonly outcome: "exists"; readonly referral: Referral }
  /** The inviter claimed a code of this person in the meantime. */
  | { readonly outcome: "ring" }
  | { readonly outcome: "busy" };

export type Referrals = {
  /** The claim of an invited person, strongly consistent. */
  readonly get: (invited: AccountId) => Promise<Referral | undefined>;
  /** A person's code, if they have one, and whom it brought, by campaign. One query, strongly consistent. */
  readonly inviter: (accountId: AccountId) => Promise<Inviter>;
  /** Makes the person's code, or answers with the one they have. */
  readonly ensureCode: (accountId: AccountId) => Promise<string>;
  readonly inviterByCode: (code: string) => Promise<AccountId | undefined>;
  /** Writes the claim once for ever, and counts it for the inviter: 6 write units. */
  readonly claim: (referral: Referral, correlationId: string) => Promise<ClaimOutcome>;
  /** Keeps the reason of a refused claim for ops. */
  readonly refuse: (refusal: Refusal) => Promise<void>;
  /** Notes that the person qualified, but the budget was used up. */
  readonly markUnfunded: (invited: AccountId) => Promise<void>;
  readonly rewardsPage: (
    accountId: AccountId,
    page: PageRequest,
    boundTo: readonly string[],
  ) => Promise<Result<ListPage, CursorRefusal>>;
};

export type Refusal = {
  readonly claimer: AccountId;
  readonly code: string;
  readonly reason: RefusalReason;
  readonly inviter?: AccountId | undefined;
  readonly campaignId?: CampaignId | undefined;
};

/** Long enough for a dispute about a campaign; then the suspicion is forgotten. */
const KEEP_REFUSALS_MS = 180 * DAY;
const ATTEMPTS = 8;

const codeSchema = z.object({ code: z.string() });
const ownerSchema = z.object({ accountId: accountIdSchema });

const STATUS = { "#status": "status" } as const;

/** Counts a claim for the inviter. */
const countClaim = ({ inviter, campaignId }: Referral): WriteOperation => ({
  update: keys.inviterTally(inviter, campaignId),
  set: "SET #campaignId = :campaignId ADD #claimed :one",
  names: { "#campaignId": "campaignId", "#claimed": "claimed" },
  values: { ":campaignId": campaignId, ":one": 1 },
});

/** N of the inviter goes up by one, in the transaction that pays. */
export const countQualified = ({ inviter, campaignId }: Referral): WriteOperation => ({
  update: keys.inviterTally(inviter, campaignId),
  set: "SET #campaignId = :campaignId ADD #qualified :one",
  names: { "#campaignId": "campaignId", "#qualified": "qualified" },
  values: { ":campaignId": campaignId, ":one": 1 },
});

/** The referral becomes rewarded, once. */
export const markRewarded = ({ invited }: Referral): WriteOperation => ({
  update: keys.referral(invited),
  set: "SET #status = :rewarded",
  condition: "#status IN (:claimed, :unfunded)",
  names: STATUS,
  values: { ":rewarded": "rewarded", ":claimed": "claimed", ":unfunded": "unfunded" },
});

export type ReferralsDeps = {
  readonly table: Table;
  readonly platform: Pick<Platform, "clock" | "random" | "timer">;
};

export function createReferrals({ table, platform }: ReferralsDeps): Referrals {
  const pause = (tries: number) => platform.timer.sleep(fullJitterMs(tries, platform.random));

  return {
    async get(invited) {
      const item = await table.get(keys.referral(invited));
      return item === undefined ? undefined : fromReferralItem(item);
    },

    async inviter(accountId) {
      const items = await queryAll(table, { partition: inviterPartition(accountId), consistent: true });
      const code = items.find((item) => item["sk"] === "CODE");
      return {
        code: code === undefined ? undefined : codeSchema.parse(code).code,
        tallies: items.filter((item) => item !== code).map(fromTallyItem),
      };
    },

    async ensureCode(accountId) {
      let candidate = 0;
      for (let tries = 1; tries <= ATTEMPTS; tries += 1) {
        const code = codeOf(accountId, candidate);
        const written = await table.transact([
          { put: { ...keys.inviterCode(accountId), code }, condition: NOT_EXISTS },
          { put: { ...keys.referralCode(code), accountId }, condition: NOT_EXISTS },
        ]);
        if (written.ok) return code;
        const [own, taken] = written.error;
        if (own?.code === "condition" && own.item !== undefined) return codeSchema.parse(own.item).code;
        // Someone else's account derives the same code: take the next.
        if (taken?.code === "condition") candidate += 1;
        else await pause(tries);
      }
      throw new Error("a referral code could not be made: too many races in a row");
    },

    async inviterByCode(code) {
      const item = await table.get(keys.referralCode(code));
      return item === undefined ? undefined : ownerSchema.parse(item).accountId;
    },

    async claim(referral, correlationId) {
      for (let tries = 1; tries <= ATTEMPTS; tries += 1) {
        const written = await table.transact([
          {
            put: { ...toReferralItem(referral), event: claimedEvent(referral, correlationId) },
            condition: NOT_EXISTS,
          },
          // Two people who claim each other's codes at the same moment: one of them loses here.
          {
            check: keys.referral(referral.inviter),
            condition: "attribute_not_exists(pk) OR #inviter <> :claimer",
            names: { "#inviter": "inviter" },
            values: { ":claimer": referral.invited },
          },
          countClaim(referral),
        ]);
        if (written.ok) return { outcome: "claimed" };
        const [own, ring] = written.error;
        if (own?.code === "condition" && own.item !== undefined)
          return { outcome: "exists", referral: fromReferralItem(own.item) };
        if (ring?.code === "condition") return { outcome: "ring" };
        await pause(tries);
      }
      return { outcome: "busy" };
    },

    async refuse({ claimer, code, ...rest }) {
      const now = platform.clock.now();
      await table.put({
        put: {
          ...keys.refusal(claimer, code),
          claimer,
          code,
          ...rest,
          refusedAt: now,
          expiresAt: toEpochSeconds(now + KEEP_REFUSALS_MS),
        },
      });
    },

    async markUnfunded(invited) {
      await table.update({
        update: keys.referral(invited),
        set: "SET #status = :unfunded",
        condition: "#status = :claimed",
        names: STATUS,
        values: { ":unfunded": "unfunded", ":claimed": "claimed" },
      });
    },

    rewardsPage: (accountId, page, boundTo) =>
      readPage(
        table,
        { index: "byOwner", partition: ownerPartitions.rewardsOf(accountId), newestFirst: true },
        page,
        boundTo,
      ),
  };
}
