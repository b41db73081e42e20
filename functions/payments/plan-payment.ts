/** What a caller asked for, and what its channel's capabilities and the payer's balance make of it. Writes nothing. */
import type { Audience } from "../../shared/events/catalogue.ts";
import type { Caller } from "../../shared/http/caller.ts";
import { fieldErrors, type Problem, problem } from "../../shared/http/problems.ts";
import { userAccount } from "../../shared/ledger/account.ts";
import { type Money, minorUnits } from "../../shared/money/money.ts";
import type { OpenedChannel } from "../../shared/payments/open-channels.ts";
import { isCarried, splitOf } from "../../shared/payments/split.ts";
import type { AccountId, PaymentId, StepUpId } from "../../shared/platform/ids.ts";
import type { PaymentDeps } from "./deps.ts";

/** Whom a payment to a person is for. */
export type Payee = { readonly id: AccountId } | { readonly handle: string };

/** What a caller asked for. */
export type Order = {
  readonly id: PaymentId;
  readonly fingerprint: string;
  readonly caller: Caller;
  readonly correlationId: string;
  readonly amount: Money;
  readonly channel?: string | undefined;
  readonly payer?: Readonly<Record<string, string>> | undefined;
  /** Confirms with a PIN what leaves the balance. */
  readonly stepUp?: StepUpId | undefined;
  /** Of the payer's money: ISO 3166-1 alpha-2. */
  readonly country?: string | undefined;
  /** Left out: into the caller's own wallet. */
  readonly person?: {
    readonly payee: Payee;
    readonly from: "balance" | "channel" | "both";
    readonly note?: string | undefined;
    readonly audience: Audience;
  };
};

/** How the parts of a payment come together; `channel` is what goes through one. */
export type Plan = {
  readonly fromBalance: Money;
  readonly channel?: {
    readonly name: string;
    readonly opened: OpenedChannel;
    readonly payer: Readonly<Record<string, string>>;
  };
};

export const isPlan = (value: Plan | Problem): value is Plan => "fromBalance" in value;

const outOfRange = (
  currency: string,
  { min, max, step }: { min: number; max: number; step: number },
): Problem =>
  problem("amount-not-supported", {
    detail: `This channel takes ${min} to ${max} minor units of ${currency}, in steps of ${step}.`,
    extensions: { min, max, step },
  });

/** What its channel's capabilities and the payer's balance make of an order, before anything is written. */
export async function planOf(
  { ledger }: Pick<PaymentDeps, "ledger">,
  { amount, channel, payer = {}, person, caller }: Order,
  opened: OpenedChannel | undefined,
): Promise<Plan | Problem> {
  const zero = { ...amount, value: minorUnits(0) };
  if (person?.from === "balance") return { fromBalance: amount };
  const chain = { account: userAccount(caller.accountId), currency: amount.currency };
  const available = person?.from === "both" ? ((await ledger.head(chain))?.state.available ?? 0) : 0;
  if (available >= amount.value) return { fromBalance: amount };

  if (channel === undefined) return problem("insufficient-funds");
  if (opened === undefined || !opened.enabled) return problem("channel-not-available");
  const range = opened.channel.capabilities.currencies[amount.currency];
  if (range === undefined) return problem("currency-not-supported");
  const split =
    person?.from === "both"
      ? splitOf(amount.value, available, range)
      : isCarried(amount.value, range)
        ? { fromBalance: 0 }
        : undefined;
  if (split === undefined) return outOfRange(amount.currency, range);
  const hints = opened.payer.safeParse(payer);
  if (!hints.success)
    return problem("invalid-request", { errors: fieldErrors(["body", "payer"], hints.error.issues) });
  return {
    fromBalance: { ...zero, value: minorUnits(split.fromBalance) },
    channel: { name: channel, opened, payer: hints.data },
  };
}
