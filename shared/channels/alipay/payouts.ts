/** Payouts: transfers from the merchant's Alipay account to a person's. */
import * as z from "zod";
import type { CreatedPayout, PayoutInput, PayoutRef } from "../channel.ts";
import type { ChannelOutcome, PayoutFact } from "../facts.ts";
import type { Plan } from "../plan.ts";
import { toReference } from "../reference.ts";
import { PAYOUT_RANGE } from "./capabilities.ts";
import { failureOf } from "./errors.ts";
import { type FactContext, payoutFact } from "./facts.ts";
import type { Gateway, GatewayCall } from "./gateway.ts";
import { payoutCall, payoutQueryCall } from "./requests.ts";

/** Whom Alipay knows by the phone number or e-mail address that they log in with. The name is checked. */
export const LoginRecipient = z.strictObject({
  type: z.literal("alipay_login"),
  loginId: z.string().trim().min(3).max(100),
  name: z.string().trim().min(1).max(100),
});

/** Whom the application knows: a user id (`2088…`) or an open id. */
export const UserRecipient = z.strictObject({
  type: z.literal("alipay_user"),
  userId: z.string().regex(/^[0-9A-Za-z_-]{16,128}$/),
});

export type PayoutDeps = { readonly gateway: Gateway; readonly context: () => FactContext };

type Asked = Pick<PayoutInput, "payoutId" | "money">;

function* ask(
  deps: PayoutDeps,
  call: GatewayCall,
  { payoutId, money }: Asked,
): Plan<ChannelOutcome<PayoutFact>> {
  const answer = yield* deps.gateway.ask(call, { repeatable: true });
  if (answer.kind === "failed") return answer.failure;
  if (answer.kind === "refused") return failureOf(answer);
  const fact = payoutFact(answer.node, { number: toReference(payoutId), money }, deps.context());
  return fact === undefined
    ? { outcome: "unknown", detail: "the transfer was not answered as asked" }
    : { outcome: "ok", value: fact };
}

/** The same number is the same transfer, however often it is sent. */
export function* payout(deps: PayoutDeps, input: PayoutInput): Plan<ChannelOutcome<CreatedPayout>> {
  const { min, max } = PAYOUT_RANGE.CNY;
  const { value, currency } = input.money;
  if (currency !== "CNY") return { outcome: "declined", reason: "currency-not-accepted", code: "currency" };
  if (value < min || value > max) {
    return { outcome: "declined", reason: "amount-not-accepted", code: "trans_amount" };
  }
  const outcome = yield* ask(deps, payoutCall(input), input);
  return outcome.outcome === "ok" ? { outcome: "ok", value: { fact: outcome.value } } : outcome;
}

export const queryPayout = (deps: PayoutDeps, ref: PayoutRef): Plan<ChannelOutcome<PayoutFact>> =>
  ask(deps, payoutQueryCall(ref.payoutId), ref);
