/** What people of ops may do: campaigns, freezes, suspense, health. */
import * as z from "zod";
import { ratesSchema } from "../../shared/fx/rates.ts";
import type { RouteTable } from "../../shared/http/route.ts";
import {
  accountIdSchema,
  campaignIdSchema,
  currencySchema,
  moneySchema,
  pageOf,
  pageQuery,
  paymentIdSchema,
  payoutIdSchema,
  personText,
  positiveMoneySchema,
  timestampSchema,
} from "../../shared/http/schemas.ts";
import { paymentKinds, paymentStatuses } from "../../shared/payments/payment.ts";
import { payoutStatuses } from "../../shared/payouts/payout.ts";
import { riskReasons, riskRules } from "../../shared/risk/rules.ts";
import { reconciliationRoutes } from "./reconciliation-contract.ts";

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

/** `dispute-shortfall`: a payment was lost to a dispute, and its money was no longer there to go back. */
export const freezeReasons = [
  "ops",
  "fraud-suspected",
  "legal-order",
  "lost-device",
  "dispute-shortfall",
] as const;
export const freezeReason = z.enum(freezeReasons);
/** A freeze that an anomaly led to is ended by people of ops like any other, or by itself in time. */
export const unfreezeReason = z.enum([...freezeReasons, ...riskReasons]);

export const fxRatesView = z.object({
  ...ratesSchema.shape,
  /** When they were set. */
  asOf: timestampSchema,
  setBy: accountIdSchema,
  /** Whether they are new enough to exchange at. */
  current: z.boolean(),
});

export const riskView = z.object({
  accountId: accountIdSchema,
  frozenFor: z.array(z.string()),
  /** The last freeze by each rule. */
  freezes: z.array(
    z.object({
      rule: z.enum(riskRules),
      reason: z.enum(riskReasons),
      frozenAt: timestampSchema,
      /** When it ends, or would have ended, by itself. */
      releaseAt: timestampSchema,
      /** Whether it still is one of the reasons. */
      active: z.boolean(),
      evidence: z.object({
        count: z.int(),
        from: timestampSchema,
        to: timestampSchema,
        /** One a currency; none where the rule is not about money. */
        sums: z.array(moneySchema),
      }),
    }),
  ),
});

const accessView = z.object({ accountId: accountIdSchema, frozenFor: z.array(z.string()) });

const historyLines = z.array(
  z.object({
    at: timestampSchema,
    source: z.enum(["payment", "refund", "dispute", "withdrawal", "call", "callback", "ops", "ledger"]),
    /** A status, an outcome, a callback's type, a kind of entry. */
    what: z.string(),
    detail: z.record(z.string(), z.unknown()),
  }),
);

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
  ...reconciliationRoutes,
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
    body: z.strictObject({ reason: unfreezeReason }),
    reply: { status: 200, body: accessView },
    problems: ["not-permitted"],
  },
  getAccountRisk: {
    method: "GET",
    path: "/ops/accounts/{id}/risk",
    auth: "ops",
    idempotent: false,
    summary: "Why a person is or was frozen for an anomaly, and until when",
    params: accountParams,
    reply: { status: 200, body: riskView },
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
  getPaymentHistory: {
    method: "GET",
    path: "/ops/payments/{id}/history",
    auth: "ops",
    idempotent: false,
    summary: "All that is known of one payment, in the order of time",
    params: z.object({ id: paymentIdSchema }),
    reply: {
      status: 200,
      body: z.object({
        id: paymentIdSchema,
        kind: z.enum(paymentKinds),
        status: z.enum(paymentStatuses),
        owner: accountIdSchema,
        payee: accountIdSchema.optional(),
        amount: moneySchema,
        channel: z.string().optional(),
        lines: historyLines,
      }),
    },
    problems: ["not-permitted"],
  },
  getWithdrawalHistory: {
    method: "GET",
    path: "/ops/withdrawals/{id}/history",
    auth: "ops",
    idempotent: false,
    summary: "All that is known of one withdrawal, in the order of time",
    params: z.object({ id: payoutIdSchema }),
    reply: {
      status: 200,
      body: z.object({
        id: payoutIdSchema,
        status: z.enum(payoutStatuses),
        owner: accountIdSchema,
        amount: moneySchema,
        channel: z.string(),
        /** Why a person has to look into it at the channel. */
        attention: z.object({ code: z.string(), message: z.string() }).optional(),
        lines: historyLines,
      }),
    },
    problems: ["not-permitted"],
  },
  putFxRates: {
    method: "PUT",
    path: "/ops/fx-rates",
    auth: "ops",
    idempotent: false,
    summary: "Sets the rates that currencies are exchanged at from now on; they are good for 24 hours",
    body: ratesSchema,
    reply: { status: 200, body: fxRatesView },
    problems: ["not-permitted", "currency-not-supported"],
  },
  getFxRates: {
    method: "GET",
    path: "/ops/fx-rates",
    auth: "ops",
    idempotent: false,
    summary: "The newest rates",
    reply: { status: 200, body: fxRatesView },
    problems: ["not-permitted"],
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
