/** Inviting friends: the caller's code and results, and claiming an invitation. */
import * as z from "zod";
import type { RouteTable } from "../../shared/http/route.ts";
import {
  campaignIdSchema,
  moneySchema,
  pageOf,
  pageQuery,
  timestampSchema,
} from "../../shared/http/schemas.ts";

/** Ten characters of Crockford base 32. */
export const referralCode = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{10}$/);

export const claimView = z.object({
  campaignId: campaignIdSchema,
  /** `unfunded`: qualified when the campaign's budget was used up; tried again at the next top-up or payment. */
  status: z.enum(["claimed", "rewarded", "unfunded"]),
  claimedAt: timestampSchema,
});

export const rewardView = z.object({
  campaignId: campaignIdSchema,
  role: z.enum(["inviter", "invited"]),
  amount: moneySchema,
  paidAt: timestampSchema,
});

export const referralsRoutes = {
  getMyReferrals: {
    method: "GET",
    path: "/referrals/me",
    auth: "user",
    idempotent: false,
    summary: "The caller's code, whom it brought, and what it earned (R = k × N, by campaign)",
    reply: {
      status: 200,
      body: z.object({
        code: referralCode,
        /** People who claimed the code. */
        claimed: z.int(),
        /** Those the caller brought people to, and the one that is open now. */
        campaigns: z.array(
          z.object({
            campaignId: campaignIdSchema,
            name: z.string(),
            /** N: how many of them qualified and were rewarded for. */
            qualified: z.int(),
            /** k: the reward for each. */
            rewardPerReferral: moneySchema,
            /** R = k × N. */
            earned: moneySchema,
          }),
        ),
        /** The caller's own claim, if there is one. */
        claim: claimView.optional(),
      }),
    },
    problems: [],
  },
  claimReferral: {
    method: "POST",
    path: "/referrals/claim",
    auth: "user",
    idempotent: false,
    summary: "Says who invited the caller; once, soon after sign-up",
    body: z.strictObject({ code: referralCode }),
    reply: {
      status: 200,
      body: claimView,
    },
    problems: ["referral-refused", "already-claimed"],
    throttle: { ratePerSecond: 20, burst: 40 },
  },
  listRewards: {
    method: "GET",
    path: "/referrals/rewards",
    auth: "user",
    idempotent: false,
    summary: "The rewards the caller was paid, newest first",
    query: pageQuery,
    reply: {
      status: 200,
      body: pageOf(rewardView),
    },
    problems: ["cursor-invalid"],
  },
} as const satisfies RouteTable;
