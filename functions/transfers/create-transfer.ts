/** Pays a person: one round of reads, one write, whatever happens on the way. */
import type { Accounts } from "../../shared/accounts/store.ts";
import { fingerprintOf, idempotentId, keyReused } from "../../shared/http/idempotency.ts";
import { ledgerProblem } from "../../shared/http/ledger-problems.ts";
import { isProblem, type Problem, problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { isRevoked } from "../../shared/ledger/access.ts";
import { userAccount } from "../../shared/ledger/account.ts";
import type { Ledger } from "../../shared/ledger/store.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import { limitShareOf } from "../../shared/risk/levels.ts";
import type { RiskSettings } from "../../shared/risk/settings.ts";
import { stepUpRequired } from "../../shared/step-ups/require-step-up.ts";
import type { Item, Table } from "../../shared/table/table.ts";
import { fromTransferItem, type PersonTransfer, toTransferRecord } from "../../shared/transfers/transfer.ts";
import { transfersRoutes } from "./contract.ts";
import { postingOf } from "./posting.ts";
import { exchangeBy, quoteNotValid } from "./quote.ts";
import { stepUpFor, stepUpSubjectOf } from "./step-up.ts";
import { toTransferView } from "./transfer.ts";

export type CreateTransferDeps = {
  readonly accounts: Accounts;
  readonly ledger: Ledger;
  readonly table: Table;
  readonly platform: Platform;
  readonly risk: Pick<RiskSettings, "levels" | "stepUp">;
};

const route = transfersRoutes.createTransfer;

const replay = (record: Item, fingerprint: string, viewer: AccountId) => {
  const existing = fromTransferItem(record);
  return existing === undefined || existing.fingerprint !== fingerprint
    ? keyReused()
    : { body: toTransferView(existing, viewer), replayed: true };
};

export const createTransfer =
  (deps: CreateTransferDeps): RouteHandler<typeof route> =>
  async ({ body, caller, idempotencyKey, request }) => {
    const { accounts, ledger, platform, risk } = deps;
    const transferId = idempotentId("transfer", caller.accountId, route, idempotencyKey);
    // A step-up is how it was confirmed, not what was asked for: another one is the same request.
    const { stepUp: stepUpId, ...intent } = body;
    const fingerprint = fingerprintOf(intent);
    const payer = userAccount(caller.accountId);
    if (!caller.consented) return refusalOrReplay(problem("consent-required"));

    const payee = await payeeOf(accounts, body.payee);
    if (payee === undefined) return refusalOrReplay(problem("payee-not-found"));
    if (payee === caller.accountId && body.quoteId === undefined)
      return refusalOrReplay(problem("self-payment"));

    const exchanged = await exchangeBy(deps, body.quoteId, { caller, transferId, amount: body.amount });
    if (isProblem(exchanged)) return refusalOrReplay(exchanged);

    const transfer: PersonTransfer = {
      transferId,
      payer: caller.accountId,
      payee,
      amount: body.amount,
      ...(exchanged.paid === undefined ? {} : { paid: exchanged.paid }),
      ...(body.note === undefined ? {} : { note: body.note }),
      audience: body.audience,
      createdAt: platform.clock.now(),
      fingerprint,
    };
    const confirmed = stepUpSubjectOf(transfer, "transfer");
    const stepUp = stepUpFor(deps, confirmed, stepUpId);
    if (!stepUp.ok) return refusalOrReplay(stepUp.error);
    const outcome = await ledger.commit({
      posting: postingOf(transfer, caller, limitShareOf(risk.levels, caller, transfer.createdAt)),
      record: toTransferRecord(transfer, request.correlationId),
      also: [...exchanged.also, ...stepUp.value],
    });
    switch (outcome.outcome) {
      case "committed":
        platform.metrics.count("TransfersCommitted");
        return { body: toTransferView(transfer, caller.accountId) };
      case "exists":
        return replay(outcome.record, fingerprint, caller.accountId);
      case "no-such-account":
        return refusalOrReplay(problem("payee-not-found"));
      case "refused":
        return ledgerProblem(outcome.refusal, payer);
      case "busy":
        return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
      case "condition-refused":
        return refusalOrReplay(
          outcome.index < exchanged.also.length ? quoteNotValid() : stepUpRequired(confirmed),
        );
    }

    /**
     * The caller may have withdrawn their consent and a handle may have changed hands, to the caller even, since the
     * first use of the key: the first answer stands. The ledger did not see these refusals, so the session is checked
     * here as it would be there. Two reads, and only where there is a refusal.
     */
    async function refusalOrReplay(refusal: Problem) {
      const [existing, account] = await Promise.all([
        ledger.transfer(transferId),
        accounts.get(caller.accountId),
      ]);
      if (account !== undefined && isRevoked(account.access, caller.session))
        return problem("unauthenticated");
      return existing === undefined ? refusal : replay(existing, fingerprint, caller.accountId);
    }
  };

/** By id, nothing is read: the ledger knows whether the account exists. */
export const payeeOf = async (
  accounts: Accounts,
  payee: { readonly id: AccountId } | { readonly handle: string },
): Promise<AccountId | undefined> => ("id" in payee ? payee.id : accounts.idByHandle(payee.handle));
