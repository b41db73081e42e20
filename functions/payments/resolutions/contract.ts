/** How people of ops end withdrawals and refunds that nothing ends by itself: routes as data. */
import * as z from "zod";
import type { RouteTable } from "../../../shared/http/route.ts";
import {
  accountIdSchema,
  moneySchema,
  paymentIdSchema,
  payoutIdSchema,
  personText,
  refundIdSchema,
  timestampSchema,
} from "../../../shared/http/schemas.ts";
import { refundStatuses } from "../../../shared/payments/refund.ts";
import { resolutionOutcomes } from "../../../shared/payments/resolution.ts";
import { payoutStatuses } from "../../../shared/payouts/payout.ts";

const resolutionBody = z.strictObject({
  /** What became of it at the provider. */
  outcome: z.enum(resolutionOutcomes),
  reason: personText(500),
  /** Where it can be looked up: the provider's reference, or a ticket. */
  evidence: personText(200),
});

const resolved = {
  amount: moneySchema,
  channel: z.string(),
  failure: z.object({ code: z.string(), message: z.string() }).optional(),
  /** `channel`: it was asked once more, and said the same. */
  decidedBy: z.enum(["ops", "channel"]),
  updatedAt: timestampSchema,
};

export const resolutionRoutes = {
  resolveWithdrawal: {
    method: "POST",
    path: "/ops/withdrawals/{id}/resolution",
    auth: "ops",
    idempotent: false,
    summary: "Ends a withdrawal that needs attention or is a week overdue; what its channel says counts more",
    params: z.object({ id: payoutIdSchema }),
    body: resolutionBody,
    reply: {
      status: 200,
      body: z.object({
        id: payoutIdSchema,
        status: z.enum(payoutStatuses),
        owner: accountIdSchema,
        ...resolved,
      }),
    },
    problems: ["not-permitted", "conflict"],
  },
  resolveRefund: {
    method: "POST",
    path: "/ops/refunds/{id}/resolution",
    auth: "ops",
    idempotent: false,
    summary:
      "Ends a refund through a channel that needs attention or is 30 days old; what its channel says counts more",
    params: z.object({ id: refundIdSchema }),
    body: resolutionBody,
    reply: {
      status: 200,
      body: z.object({
        id: refundIdSchema,
        paymentId: paymentIdSchema,
        status: z.enum(refundStatuses),
        ...resolved,
      }),
    },
    problems: ["not-permitted", "conflict"],
  },
} as const satisfies RouteTable;
