/** Withdrawals: money out of the caller's wallet, as a payout of a channel. */
import * as z from "zod";
import { clientActionSchema } from "../../../shared/channels/client-actions.ts";
import { channelModules } from "../../../shared/channels/registry.ts";
import type { RouteTable } from "../../../shared/http/route.ts";
import {
  moneySchema,
  pageOf,
  pageQuery,
  payoutIdSchema,
  positiveMoneySchema,
  stepUpIdSchema,
  timestampSchema,
} from "../../../shared/http/schemas.ts";
import { payoutStatuses } from "../../../shared/payouts/payout.ts";
import { recipientSchema } from "../../../shared/payouts/recipient.ts";

const [first, ...more]: readonly z.ZodObject[] = Object.values(channelModules).flatMap(
  (module): z.ZodObject[] => [...module.recipients],
);
if (first === undefined) throw new Error("no channel has a recipient");

/** Whom the channels can pay; `type` says which members there are. A channel takes its own types only. */
const anyRecipient = z.discriminatedUnion("type", [first, ...more]).pipe(recipientSchema);

export const withdrawalView = z.object({
  id: payoutIdSchema,
  status: z.enum(payoutStatuses),
  amount: moneySchema,
  channel: z.string(),
  /** As it was given. */
  recipient: z.object({ type: z.string() }).catchall(z.string()),
  /** It was called off, and the channel has not ended it yet. */
  cancelling: z.boolean(),
  /** What the channel's app needs, while the owner has to confirm. */
  action: clientActionSchema.optional(),
  /** Until when it can be confirmed or accepted, while it waits for that. */
  actionUntil: timestampSchema.optional(),
  /** Why it failed. */
  failure: z.object({ code: z.string(), message: z.string() }).optional(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});

const params = z.object({ id: payoutIdSchema });

export const withdrawalsRoutes = {
  createWithdrawal: {
    method: "POST",
    path: "/withdrawals",
    auth: "user",
    idempotent: true,
    summary: "Sends money from the caller's wallet to an account of theirs at a channel",
    body: z.strictObject({
      amount: positiveMoneySchema,
      channel: z.string().regex(/^[a-z][a-z0-9-]{1,31}$/),
      recipient: anyRecipient,
      /** An approved step-up of this very withdrawal, where the amount needs one. */
      stepUp: stepUpIdSchema.optional(),
    }),
    reply: { status: 201, body: withdrawalView },
    problems: [
      "consent-required",
      "account-frozen",
      "channel-not-available",
      "currency-not-supported",
      "amount-not-supported",
      "insufficient-funds",
      "limit-exceeded",
      "velocity-exceeded",
      "step-up-required",
      "withdrawal-declined",
    ],
  },
  listWithdrawals: {
    method: "GET",
    path: "/withdrawals",
    auth: "user",
    idempotent: false,
    summary: "The caller's withdrawals, newest first",
    query: pageQuery,
    reply: { status: 200, body: pageOf(withdrawalView) },
    problems: ["cursor-invalid"],
  },
  getWithdrawal: {
    method: "GET",
    path: "/withdrawals/{id}",
    auth: "user",
    idempotent: false,
    summary: "One of the caller's withdrawals",
    params,
    reply: { status: 200, body: withdrawalView },
    problems: [],
  },
  cancelWithdrawal: {
    method: "POST",
    path: "/withdrawals/{id}/cancel",
    auth: "user",
    idempotent: true,
    summary: "Calls a withdrawal off that waits for its recipient",
    params,
    reply: { status: 200, body: withdrawalView },
    problems: ["conflict"],
  },
} as const satisfies RouteTable;
