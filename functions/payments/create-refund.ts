/**
 * Gives money of a payment back. Into the payer's balance it is one transaction. Through the channel the money is held
 * in the transaction that writes the refund and counts it on its payment, before the channel is asked: so no more is
 * ever refunded than came, and whatever happens on the way the sweep finds the refund.
 */
import { fingerprintOf, idempotentId, keyReused } from "../../shared/http/idempotency.ts";
import { ledgerProblem } from "../../shared/http/ledger-problems.ts";
import { type Problem, problem } from "../../shared/http/problems.ts";
import type { RouteHandler, RouteInput } from "../../shared/http/serve.ts";
import { userAccount } from "../../shared/ledger/account.ts";
import { placementOf } from "../../shared/ledger/holds.ts";
import { movement } from "../../shared/ledger/postings.ts";
import type { CommitRequest } from "../../shared/ledger/store.ts";
import type { OpenedChannel } from "../../shared/payments/open-channels.ts";
import {
  type ChannelPayment,
  isChannelPayment,
  type Landing,
  landingOf,
  type Payment,
} from "../../shared/payments/payment.ts";
import {
  type BalanceRefund,
  isOpenRefund,
  nextRefundCheckOf,
  type OpenRefund,
  REFUND_HOLD_MS,
  type Refund,
  refundHoldId,
} from "../../shared/payments/refund.ts";
import { toRefundItem } from "../../shared/payments/refund-codec.ts";
import { refundedEvent } from "../../shared/payments/refund-store.ts";
import { type RefundTerms, refundDueAt, refundTerms } from "../../shared/payments/refund-terms.ts";
import { replacement } from "../../shared/payments/store.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import { derivedId, type RefundId } from "../../shared/platform/ids.ts";
import { keys } from "../../shared/table/keys.ts";
import { NOT_EXISTS, type WriteOperation } from "../../shared/table/table.ts";
import { paymentsRoutes } from "./contract.ts";
import type { PaymentDeps } from "./deps.ts";
import { submitRefund } from "./submit-refund.ts";
import { toRefundView } from "./view.ts";

const route = paymentsRoutes.createRefund;
type Input = RouteInput<typeof route>;

/** The payment may move while it is refunded; then it is decided anew. */
const ATTEMPTS = 5;

const answer = (refund: Refund, replayed: boolean) =>
  refund.to === "channel" && refund.status === "failed" && refund.channelRefundId === undefined
    ? problem("refund-declined", { extensions: { reason: refund.failure?.code } })
    : { body: toRefundView(refund), replayed };

type Reply = ReturnType<typeof answer>;

const sentences = {
  "not-paid": "Nothing was paid that could be given back.",
  disputed: "The payment is disputed: the channel decides about its money.",
  "way-not-possible": "The money of this payment cannot go back this way.",
  "too-much": "This is more than is left to refund.",
  "too-many": "The channel takes no more refunds of this payment.",
  "too-late": "The channel no longer takes refunds of this payment.",
  "in-full-only": "The channel refunds this payment in full only.",
} as const;

/** Who may give money back, or why not. A payee who got nothing knows of nothing. */
export function landingFor(payment: Payment | undefined, accountId: string): Landing | Problem {
  const landing = payment === undefined ? undefined : landingOf(payment);
  if (payment === undefined || (payment.owner !== accountId && landing?.beneficiary !== accountId))
    return problem("not-found");
  if (landing === undefined)
    return problem("refund-not-possible", {
      detail: sentences["not-paid"],
      extensions: { reason: "not-paid" },
    });
  return landing.beneficiary === accountId
    ? landing
    : problem("not-permitted", { detail: "Only who was paid can give the money back." });
}

const isProblem = (value: Landing | Problem): value is Problem => "problem" in value;

/** The members that every refund starts with. */
const newBase = (
  { body, request, params }: Input,
  id: RefundId,
  payment: Payment,
  landing: Landing,
  { amount }: RefundTerms,
  now: number,
) => ({
  id,
  paymentId: payment.id,
  owner: payment.owner,
  from: landing.beneficiary,
  amount,
  ...(body.reason === undefined ? {} : { reason: body.reason }),
  createdAt: now,
  updatedAt: now,
  fingerprint: fingerprintOf(params, body),
  correlationId: request.correlationId,
  version: 1,
});

/** What leads from the refund's id to it, and keeps an idempotency key to one payment. */
const mark = ({ id, paymentId }: Refund): WriteOperation => ({
  put: { ...keys.refundMark(id), paymentId, refundId: id },
  condition: NOT_EXISTS,
});

const actorOf = ({ caller }: Input) => ({ ...caller.session, account: userAccount(caller.accountId) });

function balanceCommit(input: Input, payment: Payment, refund: BalanceRefund): CommitRequest {
  const { value } = refund.amount;
  return {
    posting: movement({
      transferId: derivedId("transfer", refund.id, "balance"),
      memo: `refund:${refund.id}`,
      from: userAccount(refund.from),
      to: userAccount(refund.owner),
      amount: refund.amount,
      actor: actorOf(input),
      // It goes back where it came from: no limit is there for that.
      countOutflow: false,
    }),
    record: {
      kind: "refund",
      refundId: refund.id,
      paymentId: refund.paymentId,
      owner: refund.owner,
      from: refund.from,
      amount: refund.amount,
      createdAt: refund.createdAt,
    },
    also: [
      { put: { ...toRefundItem(refund), ...refundedEvent(refund, refund.createdAt) }, condition: NOT_EXISTS },
      mark(refund),
      replacement(payment, { ...payment, refunded: payment.refunded + value }),
    ],
    listEntries: true,
  };
}

function channelCommit(
  input: Input,
  payment: ChannelPayment,
  refund: OpenRefund,
  askAt: EpochMs,
): CommitRequest {
  const { value } = refund.amount;
  const { posting, record, write } = placementOf(
    {
      id: refund.holdId,
      account: userAccount(refund.from),
      amount: refund.amount,
      expiresAt: refund.createdAt + REFUND_HOLD_MS,
      memo: `refund:${refund.id}`,
      actor: actorOf(input),
      uncounted: true,
    },
    refund.createdAt,
  );
  return {
    posting,
    record: { ...record, paymentId: refund.paymentId, refundId: refund.id },
    also: [
      write,
      { put: toRefundItem(refund), condition: NOT_EXISTS },
      mark(refund),
      replacement(payment, {
        ...payment,
        refunded: payment.refunded + value,
        refundedToChannel: payment.refundedToChannel + value,
        channelRefunds: payment.channelRefunds + 1,
        lastChannelRefundAt: askAt,
      }),
    ],
    listEntries: true,
  };
}

/** `askAt`: when the channel may be asked. */
type Made = { readonly refund: Refund; readonly commit: CommitRequest; readonly askAt: EpochMs };

function made(
  input: Input,
  id: RefundId,
  payment: Payment,
  landing: Landing,
  terms: RefundTerms,
  opened: OpenedChannel | undefined,
  now: number,
): Made {
  const base = newBase(input, id, payment, landing, terms, now);
  if (terms.to === "balance") {
    const refund: BalanceRefund = { ...base, to: "balance", status: "succeeded" };
    return { refund, commit: balanceCommit(input, payment, refund), askAt: now };
  }
  if (!isChannelPayment(payment) || opened === undefined)
    throw new Error("only what came through a channel goes back through it");
  const askAt = refundDueAt(payment, opened.channel.capabilities, now);
  const refund: OpenRefund = {
    ...base,
    to: "channel",
    status: "created",
    channel: payment.channel,
    holdId: refundHoldId(id),
    refundedBefore: payment.refundedToChannel,
    observedAt: 0,
    nextCheckAt: askAt > now ? askAt : nextRefundCheckOf({ createdAt: now, status: "created" }, now),
  };
  return { refund, commit: channelCommit(input, payment, refund, askAt), askAt };
}

export const createRefund =
  (deps: PaymentDeps): RouteHandler<typeof route> =>
  async (input): Promise<Reply> => {
    const { params, body, caller, idempotencyKey, request } = input;
    const { payments, refunds, ledger, channels, platform } = deps;
    const id = idempotentId("refund", caller.accountId, route, idempotencyKey);
    const log = platform.log.with({ refundId: id, correlationId: request.correlationId });

    for (let tries = 1; tries <= ATTEMPTS; tries += 1) {
      const [payment, existing] = await Promise.all([payments.get(params.id), refunds.byId(id)]);
      if (existing !== undefined) return replay(existing);
      const landing = landingFor(payment, caller.accountId);
      if (isProblem(landing)) return landing;
      if (payment === undefined) return problem("not-found");
      if (!caller.consented) return problem("consent-required");
      const opened = isChannelPayment(payment) ? await channels.open(payment.channel) : undefined;
      const now = platform.clock.now();
      const terms = refundTerms(payment, body, opened?.channel.capabilities, now);
      if (!terms.ok) {
        const { code, ...rest } = terms.error;
        const extensions = { reason: code, ...rest };
        return problem("refund-not-possible", { detail: sentences[code], extensions });
      }
      const { refund, commit, askAt } = made(input, id, payment, landing, terms.value, opened, now);
      const outcome = await ledger.commit(commit);
      switch (outcome.outcome) {
        case "committed":
          return answer(askAt > now ? refund : await brought(refund, opened), false);
        case "refused":
          return ledgerProblem(outcome.refusal, userAccount(caller.accountId));
        case "busy":
          return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
        case "no-such-account":
          throw new Error(`the ledger knows no party of the payment ${payment.id}`);
        case "exists":
        case "condition-refused":
        // The payment moved, or another request of the same key was first: look again.
      }
    }
    return problem("temporarily-unavailable", { retryAfterSeconds: 1 });

    async function replay(known: Refund): Promise<Reply> {
      if (known.fingerprint !== fingerprintOf(params, body)) return keyReused();
      return answer(known, true);
    }

    /** To the channel at once; where it wants some time between two refunds, the sweep does it then. */
    async function brought(refund: Refund, opened: OpenedChannel | undefined): Promise<Refund> {
      if (opened === undefined || !isOpenRefund(refund)) return refund;
      return submitRefund(deps, refund, opened, log);
    }
  };
