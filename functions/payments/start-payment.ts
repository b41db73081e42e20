/**
 * Starts a payment. What it takes from the balance is moved or held in the transaction that writes its record, and
 * the record is written before the channel is asked: whatever happens on the way, the sweep finds it and learns what
 * became of it.
 */

import { keyReused } from "../../shared/http/idempotency.ts";
import { ledgerProblem } from "../../shared/http/ledger-problems.ts";
import { type Problem, problem } from "../../shared/http/problems.ts";
import { userAccount } from "../../shared/ledger/account.ts";
import { placementOf } from "../../shared/ledger/holds.ts";
import { movement } from "../../shared/ledger/postings.ts";
import type { CommitOutcome, CommitRequest } from "../../shared/ledger/store.ts";
import type { Money } from "../../shared/money/money.ts";
import { toPaymentItem } from "../../shared/payments/codec.ts";
import {
  type BalancePayment,
  expiryOf,
  holdExpiryOf,
  isChannelPayment,
  nextCheckOf,
  type OpenPayment,
  type Payment,
  payHoldId,
  payTransferId,
} from "../../shared/payments/payment.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import { ok, type Result } from "../../shared/result.ts";
import { limitShareOf } from "../../shared/risk/levels.ts";
import { requireStepUp, stepUpRequired } from "../../shared/step-ups/require-step-up.ts";
import type { StepUpSubject } from "../../shared/step-ups/step-up.ts";
import { NOT_EXISTS, type WriteOperation } from "../../shared/table/table.ts";
import { toTransferRecord } from "../../shared/transfers/transfer.ts";
import type { PaymentDeps, RiskDeps } from "./deps.ts";
import { afterFirstRequest } from "./first-request.ts";
import { personTransferOf } from "./payment-money.ts";
import { isPlan, type Order, type Payee, type Plan, planOf } from "./plan-payment.ts";
import { needsSubmit, submit } from "./submit.ts";
import { toPaymentView } from "./view.ts";

/** The balance may change between the look and the write; then it is split anew. */
const SPLIT_ATTEMPTS = 3;

type Reply = ReturnType<typeof answer>;

const answer = (payment: Payment, replayed: boolean) =>
  isChannelPayment(payment) && payment.status === "failed" && payment.channelPaymentId === undefined
    ? problem("payment-declined", { extensions: { reason: payment.lastFailure?.code } })
    : { body: toPaymentView(payment), replayed };

/** The members that every payment starts with. */
const newBase = ({ id, fingerprint, caller, correlationId, amount }: Order, now: number) => ({
  id,
  owner: caller.accountId,
  amount,
  refunded: 0,
  refundedToChannel: 0,
  channelRefunds: 0,
  createdAt: now,
  updatedAt: now,
  fingerprint,
  correlationId,
  version: 1,
});

const personMembers = (order: Order, payee: AccountId, fromBalance: Money) => ({
  kind: "payment" as const,
  payee,
  ...(order.person?.note === undefined ? {} : { note: order.person.note }),
  audience: order.person?.audience ?? ("participants" as const),
  fromBalance,
});

function openPayment(
  order: Order,
  payee: AccountId | undefined,
  fromBalance: Money,
  { name, opened, payer }: NonNullable<Plan["channel"]>,
  now: number,
): OpenPayment {
  const times = {
    status: "created",
    createdAt: now,
    expiresAt: expiryOf(opened.channel.capabilities, now),
  } as const;
  const parts = {
    ...newBase(order, now),
    ...times,
    channel: name,
    ...(order.country === undefined ? {} : { country: order.country }),
    payer,
    observedAt: 0,
    nextCheckAt: nextCheckOf(times, now),
  };
  if (payee === undefined) return { ...parts, kind: "top-up" };
  const held = fromBalance.value === 0 ? {} : { holdId: payHoldId(order.id) };
  return { ...parts, ...personMembers(order, payee, fromBalance), ...held };
}

/** How much of their limits the payer has, and the step-up that goes with what leaves their balance. */
type Guard = { readonly limitShare: number; readonly stepUp: readonly WriteOperation[] };

/** A channel asks its payer itself; the PIN is for what leaves the balance. */
const stepUpSubject = ({ owner, amount, ...payment }: Payment): StepUpSubject | undefined =>
  payment.kind === "payment" && payment.fromBalance.value > 0
    ? { accountId: owner, operation: "payment", amount, payee: payment.payee }
    : undefined;

function guardOf({ risk }: RiskDeps, { caller, stepUp }: Order, payment: Payment): Result<Guard, Problem> {
  const subject = stepUpSubject(payment);
  const now = payment.createdAt;
  const confirmed = subject === undefined ? ok([]) : requireStepUp(risk.stepUp, subject, stepUp, now);
  if (!confirmed.ok) return confirmed;
  return ok({ limitShare: limitShareOf(risk.levels, caller, now), stepUp: confirmed.value });
}

const actorOf = ({ caller }: Order) => ({ ...caller.session, account: userAccount(caller.accountId) });

/**
 * All of it from the balance: one transaction, as a transfer is. 4 items: 9 write units, one of them for the payment's
 * place in its owner's list.
 */
function balanceCommit(order: Order, payment: BalancePayment, { limitShare, stepUp }: Guard): CommitRequest {
  const transferId = payTransferId(payment.id);
  return {
    posting: movement({
      transferId,
      from: userAccount(payment.owner),
      to: userAccount(payment.payee),
      amount: payment.amount,
      memo: `payment:${payment.id}`,
      actor: actorOf(order),
      countOutflow: true,
      limitShare,
    }),
    record: toTransferRecord(personTransferOf(payment, payment.createdAt), payment.correlationId),
    also: [{ put: toPaymentItem(payment), condition: NOT_EXISTS }, ...stepUp],
    listEntries: true,
  };
}

/** Part of it from the balance: that part is held in the transaction that writes the payment. */
function holdCommit(
  order: Order,
  payment: OpenPayment & { readonly kind: "payment" },
  { limitShare, stepUp }: Guard,
): CommitRequest {
  const { posting, record, write } = placementOf(
    {
      id: payHoldId(payment.id),
      account: userAccount(payment.owner),
      amount: payment.fromBalance,
      expiresAt: holdExpiryOf(payment.expiresAt),
      memo: `payment:${payment.id}`,
      actor: actorOf(order),
      limitShare,
    },
    payment.createdAt,
  );
  return {
    posting,
    record: { ...record, paymentId: payment.id },
    also: [write, { put: toPaymentItem(payment), condition: NOT_EXISTS }, ...stepUp],
    listEntries: true,
  };
}

/** `exists`: another request of the same key was first. `split-again`: the balance is not what it was. */
type Written = Problem | "written" | "exists" | "split-again";

function writtenBy(outcome: CommitOutcome, { person, caller }: Order): Written {
  switch (outcome.outcome) {
    case "committed":
      return "written";
    case "exists":
    case "condition-refused":
      return "exists";
    case "no-such-account":
      return problem("payee-not-found");
    case "refused":
      return outcome.refusal.code === "insufficient-funds" && person?.from === "both"
        ? "split-again"
        : ledgerProblem(outcome.refusal, userAccount(caller.accountId));
    case "busy":
      return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
  }
}

async function writePayment(
  { ledger, payments }: PaymentDeps,
  order: Order,
  payment: Payment,
  guard: Guard,
): Promise<Written> {
  if (!isChannelPayment(payment))
    return writtenBy(await ledger.commit(balanceCommit(order, payment, guard)), order);
  if (payment.kind === "payment" && payment.holdId !== undefined && "nextCheckAt" in payment)
    return writtenBy(await ledger.commit(holdCommit(order, payment, guard)), order);
  return (await payments.create(payment)) ? "written" : "exists";
}

export async function startPayment(deps: PaymentDeps & RiskDeps, order: Order): Promise<Reply> {
  const { caller, channel, person } = order;
  const log = deps.platform.log.with({ paymentId: order.id, correlationId: order.correlationId });
  const [opened, existing, account, payee] = await Promise.all([
    channel === undefined ? undefined : deps.channels.open(channel),
    deps.payments.get(order.id),
    deps.accounts.get(caller.accountId),
    person === undefined ? undefined : payeeOf(deps, person.payee),
  ]);
  // What was promised once is answered again, whatever has changed since.
  if (existing !== undefined) return replay(existing);
  if (!caller.consented) return problem("consent-required");
  if (account === undefined || account.access.frozenFor.length > 0) return problem("account-frozen");
  if (person !== undefined && payee === undefined) return problem("payee-not-found");
  if (payee === caller.accountId) return problem("self-payment");

  for (let tries = 1; tries <= SPLIT_ATTEMPTS; tries += 1) {
    const plan = await planOf(deps, order, opened);
    if (!isPlan(plan)) return plan;
    const payment = paymentOf(order, payee, plan, deps.platform.clock.now());
    const guard = guardOf(deps, order, payment);
    if (!guard.ok) return guard.error;
    const written = await writePayment(deps, order, payment, guard.value);
    if (written === "written") return answer(await submitted(payment), false);
    if (written === "exists") {
      const winner = await deps.payments.get(order.id);
      if (winner !== undefined) return replay(winner);
      const subject = stepUpSubject(payment);
      if (subject === undefined) throw new Error("a payment is and is not there");
      // Nothing was written, so it was the step-up's condition that did not hold.
      return stepUpRequired(subject);
    }
    if (written !== "split-again") return written;
  }
  return problem("insufficient-funds");

  /** The same key again: the same payment, brought further if its first request did not get that far. */
  async function replay(known: Payment): Promise<Reply> {
    if (known.fingerprint !== order.fingerprint) return keyReused();
    const settled = await afterFirstRequest(deps.platform, known, () => deps.payments.get(known.id));
    return answer(await submitted(settled), true);
  }

  async function submitted(payment: Payment): Promise<Payment> {
    if (opened === undefined || !isChannelPayment(payment) || payment.cancelling === true) return payment;
    if (!needsSubmit(payment, opened, deps.platform.clock.now())) return payment;
    return submit(deps, payment, opened, log);
  }
}

/** @throws Error when a plan without a channel is for nobody: the contract does not let it through. */
function paymentOf(order: Order, payee: AccountId | undefined, plan: Plan, now: number): Payment {
  if (plan.channel !== undefined) return openPayment(order, payee, plan.fromBalance, plan.channel, now);
  if (payee === undefined) throw new Error("a top-up needs a channel");
  return {
    ...newBase(order, now),
    ...personMembers(order, payee, order.amount),
    status: "succeeded",
    landed: "payee",
  };
}

/** A person who can be paid; one read. */
async function payeeOf(
  { accounts }: Pick<PaymentDeps, "accounts">,
  payee: Payee,
): Promise<AccountId | undefined> {
  return "id" in payee ? (await accounts.get(payee.id))?.id : accounts.idByHandle(payee.handle);
}
