/** What people of ops may do: campaigns, freezes, suspense, health. */
import * as z from "zod";
import type { RouteTable } from "../../shared/http/route.ts";
import {
  accountIdSchema,
  campaignIdSchema,
  currencySchema,
  moneySchema,
  pageOf,
  pageQuery,
  personText,
  positiveMoneySchema,
  timestampSchema,
} from "../../shared/http/schemas.ts";

export const campaignView = z.object({
  id: campaignIdSchema,
  name: z.string(),
  status: z.enum(["active", "paused", "ended"]),
  rewardInviter: moneySchema,
  rewardInvited: moneySchema,
  /** The least amount of the invited person's first top-up or payment that qualifies. */
  minimum: moneySchema,
  /** Days after sign-up in which a code can be claimed. */
  claimWindowDays: z.int(),
  /** What was put in, ever. */
  budget: moneySchema,
  /** What is left: the campaign's ledger balance. */
  remaining: moneySchema,
  /** N, and R = k × N for both roles together. */
  qualified: z.int(),
  rewarded: moneySchema,
  startsAt: timestampSchema,
  endsAt: timestampSchema.optional(),
});

const campaignParams = z.object({ id: campaignIdSchema });
const accountParams = z.object({ id: accountIdSchema });

export const freezeReasons = ["ops", "fraud-suspected", "legal-order", "lost-device"] as const;
export const freezeReason = z.enum(freezeReasons);

const accessView = z.object({ accountId: accountIdSchema, frozenFor: z.array(z.string()) });

export const createCampaignBody = z
  .strictObject({
    name: personText(80),
    rewardInviter: positiveMoneySchema,
    rewardInvited: positiveMoneySchema,
    minimum: positiveMoneySchema,
    budget: positiveMoneySchema,
    claimWindowDays: z.int().min(1).max(365).default(30),
    startsAt: timestampSchema.optional(),
    endsAt: timestampSchema.optional(),
  })
  .refine(
    (body) =>
      new Set(
        [body.rewardInviter, body.rewardInvited, body.minimum, body.budget].map((money) => money.currency),
      ).size === 1,
    "all amounts of a campaign are in one currency",
  );

export const opsRoutes = {
  createCampaign: {
    method: "POST",
    path: "/ops/campaigns",
    auth: "ops",
    idempotent: true,
    summary: "Makes a referral campaign and moves its budget into the campaign's ledger account",
    body: createCampaignBody,
    reply: { status: 201, body: campaignView },
    problems: ["not-permitted", "currency-not-supported"],
  },
  listCampaigns: {
    method: "GET",
    path: "/ops/campaigns",
    auth: "ops",
    idempotent: false,
    summary: "All campaigns, newest first",
    query: pageQuery,
    reply: { status: 200, body: pageOf(campaignView) },
    problems: ["not-permitted", "cursor-invalid"],
  },
  getCampaign: {
    method: "GET",
    path: "/ops/campaigns/{id}",
    auth: "ops",
    idempotent: false,
    summary: "One campaign with its totals",
    params: campaignParams,
    reply: { status: 200, body: campaignView },
    problems: ["not-permitted"],
  },
  patchCampaign: {
    method: "PATCH",
    path: "/ops/campaigns/{id}",
    auth: "ops",
    idempotent: true,
    summary: "Pauses, resumes, ends or renames a campaign, or adds to its budget",
    params: campaignParams,
    body: z
      .strictObject({
        name: personText(80).optional(),
        status: z.enum(["active", "paused", "ended"]).optional(),
        endsAt: timestampSchema.optional(),
        addBudget: positiveMoneySchema.optional(),
      })
      .refine((body) => Object.keys(body).length > 0, "names nothing to change"),
    reply: { status: 200, body: campaignView },
    problems: ["not-permitted", "conflict"],
  },
  freezeAccount: {
    method: "POST",
    path: "/ops/accounts/{id}/freeze",
    auth: "ops",
    idempotent: false,
    summary: "Stops all money from leaving a person's wallet, in every currency",
    params: accountParams,
    body: z.strictObject({ reason: freezeReason }),
    reply: { status: 200, body: accessView },
    problems: ["not-permitted"],
  },
  unfreezeAccount: {
    method: "POST",
    path: "/ops/accounts/{id}/unfreeze",
    auth: "ops",
    idempotent: false,
    summary: "Takes one reason for a freeze away",
    params: accountParams,
    body: z.strictObject({ reason: freezeReason }),
    reply: { status: 200, body: accessView },
    problems: ["not-permitted"],
  },
  getSuspense: {
    method: "GET",
    path: "/ops/suspense",
    auth: "ops",
    idempotent: false,
    summary:
      "Money that came in without a known owner or in another amount, and callbacks that match nothing",
    query: pageQuery.extend({ currency: currencySchema.default("USD") }),
    reply: {
      status: 200,
      body: z.object({
        balances: z.array(moneySchema),
        items: z.array(
          z.object({
            transferId: z.string(),
            amount: moneySchema,
            memo: z.string().optional(),
            at: timestampSchema,
          }),
        ),
        nextCursor: z.string().optional(),
        unmatchedCallbacks: z.array(
          z.object({
            channel: z.string(),
            eventId: z.string(),
            type: z.string(),
            receivedAt: timestampSchema,
          }),
        ),
      }),
    },
    problems: ["not-permitted", "cursor-invalid"],
  },
  getOpsHealth: {
    method: "GET",
    path: "/ops/health",
    auth: "ops",
    idempotent: false,
    summary: "Whether work is piling up: unfinished payments, waiting callbacks, the last audit",
    reply: {
      status: 200,
      body: z.object({
        status: z.enum(["ok", "attention"]),
        dueWork: z.int(),
        /** Seconds since the most overdue piece of work was due; 0 when none is. */
        mostOverdueSeconds: z.int(),
        lastAudit: z.object({ at: timestampSchema, clean: z.boolean(), findings: z.int() }).optional(),
      }),
    },
    problems: ["not-permitted"],
  },
} as const satisfies RouteTable;
