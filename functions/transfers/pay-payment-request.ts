/**
 * Pays a payment request: a transfer to who made it, with the request's end in the same transaction. The transfer's id
 * is derived from the request, so it is paid once whatever keys are used; the key that paid it is noted, and with it
 * the answer is the same again. Cost: a transfer, one read unit and two write units for the request, and two in its
 * indexes.
 */
import { fingerprintOf, idempotentId, keyReused } from "../../shared/http/idempotency.ts";
import { ledgerProblem } from "../../shared/http/ledger-problems.ts";
import { isProblem, type Problem, problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { userAccount } from "../../shared/ledger/account.ts";
import { derivedId, type TransferId } from "../../shared/platform/ids.ts";
import { requestEnd } from "../../shared/requests/moves.ts";
import { type PaymentRequest, statusAt } from "../../shared/requests/request.ts";
import { limitShareOf } from "../../shared/risk/levels.ts";
import { stepUpRequired } from "../../shared/step-ups/require-step-up.ts";
import { fromTransferItem, type PersonTransfer, toTransferRecord } from "../../shared/transfers/transfer.ts";
import { transfersRoutes } from "./contract.ts";
import type { CreateTransferDeps } from "./create-transfer.ts";
import { notOpen, requestFor } from "./payment-request.ts";
import { postingOf } from "./posting.ts";
import { exchangeBy, quoteNotValid } from "./quote.ts";
import { stepUpFor, stepUpSubjectOf } from "./step-up.ts";
import { toTransferView } from "./transfer.ts";

const route = transfersRoutes.payPaymentRequest;

export const requestTransferId = (requestId: string): TransferId => derivedId("transfer", requestId);

export const payPaymentRequest =
  (deps: CreateTransferDeps): RouteHandler<typeof route> =>
  async ({ params, body, caller, idempotencyKey, request: { correlationId } }) => {
    const { ledger, platform, risk } = deps;
    const transferId = requestTransferId(params.id);
    // A step-up is how it was confirmed, not what was asked for: another one is the same request.
    const { stepUp: stepUpId, ...intent } = body;
    const fingerprint = fingerprintOf(params, intent);
    const paidUnder = idempotentId("request", caller.accountId, route, idempotencyKey);
    const known = await requestFor(deps, params.id, caller.accountId, ["payer"]);
    if (known === undefined) return problem("not-found");

    /** What a request that cannot be paid any more is answered with: the same as before to the key that paid it. */
    const closed = async (request: PaymentRequest) => {
      if (request.paidUnder !== paidUnder) return notOpen(statusAt(request, platform.clock.now()));
      const item = await ledger.transfer(transferId);
      const transfer = item === undefined ? undefined : fromTransferItem(item);
      if (transfer === undefined) throw new Error(`the paid request ${params.id} has no transfer`);
      return transfer.fingerprint === fingerprint
        ? { body: toTransferView(transfer, caller.accountId), replayed: true }
        : keyReused();
    };
    /** It may have ended while it was being paid, by this very key even: that comes first. */
    const closedOr = async (refusal: Problem) => {
      const request = await requestFor(deps, params.id, caller.accountId, ["payer"]);
      if (request === undefined) throw new Error(`the request ${params.id} is gone`);
      return statusAt(request, platform.clock.now()) === "open" ? refusal : closed(request);
    };

    const now = platform.clock.now();
    if (statusAt(known, now) !== "open") return closed(known);
    if (!caller.consented) return problem("consent-required");
    const exchanged = await exchangeBy(deps, body.quoteId, { caller, transferId, amount: known.amount });
    if (isProblem(exchanged)) return closedOr(exchanged);

    const note = body.note ?? known.note;
    const transfer: PersonTransfer = {
      transferId,
      payer: caller.accountId,
      payee: known.requester,
      amount: known.amount,
      ...(exchanged.paid === undefined ? {} : { paid: exchanged.paid }),
      ...(note === undefined ? {} : { note }),
      audience: body.audience,
      requestId: known.requestId,
      createdAt: now,
      fingerprint,
    };
    const confirmed = stepUpSubjectOf(transfer, "request");
    const stepUp = stepUpFor(deps, confirmed, stepUpId);
    if (!stepUp.ok) return closedOr(stepUp.error);
    const outcome = await ledger.commit({
      posting: postingOf(transfer, caller, limitShareOf(risk.levels, caller, now)),
      record: toTransferRecord(transfer, correlationId),
      also: [
        requestEnd(known.requestId, "paid", { now, correlationId, members: { transferId, paidUnder } }),
        ...exchanged.also,
        ...stepUp.value,
      ],
    });
    switch (outcome.outcome) {
      case "committed":
        platform.metrics.count("TransfersCommitted");
        return { body: toTransferView(transfer, caller.accountId) };
      case "exists":
        return closedOr(notOpen("open"));
      case "refused":
        return ledgerProblem(outcome.refusal, userAccount(caller.accountId));
      case "busy":
        return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
      case "condition-refused":
        if (outcome.index === 0) return closedOr(notOpen("open"));
        return closedOr(outcome.index <= exchanged.also.length ? quoteNotValid() : stepUpRequired(confirmed));
      case "no-such-account":
        throw new Error(`the requester of ${params.id} has no account`);
    }
  };
