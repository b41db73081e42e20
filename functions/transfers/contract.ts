/** Paying a person from the wallet. */
import * as z from "zod";
import { audienceSchema } from "../../shared/events/catalogue.ts";
import type { RouteTable } from "../../shared/http/route.ts";
import {
  accountIdSchema,
  handleSchema,
  moneySchema,
  personText,
  positiveMoneySchema,
  timestampSchema,
  transferIdSchema,
} from "../../shared/http/schemas.ts";

export const transferView = z.object({
  id: transferIdSchema,
  payer: accountIdSchema,
  payee: accountIdSchema,
  amount: moneySchema,
  note: z.string().optional(),
  audience: audienceSchema,
  createdAt: timestampSchema,
});

export const createTransferBody = z.strictObject({
  payee: z.union([z.strictObject({ id: accountIdSchema }), z.strictObject({ handle: handleSchema })]),
  amount: positiveMoneySchema,
  note: personText(280).optional(),
  /** Who may see that it happened, never how much; the stricter of both parties' settings still wins. */
  audience: audienceSchema.default("participants"),
});

export const transfersRoutes = {
  createTransfer: {
    method: "POST",
    path: "/transfers",
    auth: "user",
    idempotent: true,
    summary: "Pays a person from the caller's balance",
    body: createTransferBody,
    reply: { status: 201, body: transferView },
    problems: [
      "consent-required",
      "account-frozen",
      "payee-not-found",
      "insufficient-funds",
      "limit-exceeded",
      "self-payment",
      "currency-not-supported",
    ],
    throttle: { ratePerSecond: 500, burst: 1000 },
    sessionCheck: "ledger",
  },
  getTransfer: {
    method: "GET",
    path: "/transfers/{id}",
    auth: "user",
    idempotent: false,
    summary: "A transfer the caller took part in",
    params: z.object({ id: transferIdSchema }),
    reply: { status: 200, body: transferView },
    problems: [],
  },
} as const satisfies RouteTable;
