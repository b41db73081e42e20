/** Pays a person: one round of reads, one write, whatever happens on the way. */
import type { Accounts } from "../../shared/accounts/store.ts";
import { fingerprintOf, idempotentId, keyReused } from "../../shared/http/idempotency.ts";
import { ledgerProblem } from "../../shared/http/ledger-problems.ts";
import { type Problem, problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { isRevoked } from "../../shared/ledger/access.ts";
import { userAccount } from "../../shared/ledger/account.ts";
import { movement } from "../../shared/ledger/postings.ts";
import type { Ledger } from "../../shared/ledger/store.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import { derivedId } from "../../shared/platform/ids.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { Item } from "../../shared/table/table.ts";
import { transfersRoutes } from "./contract.ts";
import { fromTransferItem, KIND, type PersonTransfer, toTransferView } from "./transfer.ts";

export type CreateTransferDeps = {
  readonly accounts: Accounts;
  readonly ledger: Ledger;
  readonly platform: Platform;
};

const route = transfersRoutes.createTransfer;

const replay = (record: Item, fingerprint: string) => {
  const existing = fromTransferItem(record);
  return existing === undefined || existing.fingerprint !== fingerprint
    ? keyReused()
    : { body: toTransferView(existing), replayed: true };
};

export const createTransfer =
  ({ accounts, ledger, platform }: CreateTransferDeps): RouteHandler<typeof route> =>
  async ({ body, caller, idempotencyKey, request }) => {
    const transferId = idempotentId("transfer", caller.accountId, route, idempotencyKey);
    const fingerprint = fingerprintOf(body);
    const payer = userAccount(caller.accountId);
    if (!caller.consented) return refusalOrReplay(problem("consent-required"));

    const payee = await payeeOf(accounts, body.payee);
    if (payee === undefined) return refusalOrReplay(problem("payee-not-found"));
    if (payee === caller.accountId) return refusalOrReplay(problem("self-payment"));

    const transfer: PersonTransfer = {
      transferId,
      payer: caller.accountId,
      payee,
      amount: body.amount,
      ...(body.note === undefined ? {} : { note: body.note }),
      audience: body.audience,
      createdAt: platform.clock.now(),
      fingerprint,
    };
    const outcome = await ledger.commit({
      posting: movement({
        transferId,
        from: payer,
        to: userAccount(payee),
        amount: body.amount,
        actor: { ...caller.session, account: payer },
        countOutflow: true,
      }),
      record: {
        kind: KIND,
        ...transfer,
        event: {
          id: derivedId("event", transferId, "transfer.completed"),
          type: "transfer.completed",
          at: transfer.createdAt,
          correlationId: request.correlationId,
        },
      },
    });
    switch (outcome.outcome) {
      case "committed":
        platform.metrics.count("TransfersCommitted");
        return { body: toTransferView(transfer) };
      case "exists":
        return replay(outcome.record, fingerprint);
      case "no-such-account":
        return refusalOrReplay(problem("payee-not-found"));
      case "refused":
        return ledgerProblem(outcome.refusal, payer);
      case "busy":
        return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
      case "condition-refused":
        throw new Error("a transfer writes under no condition but its own");
    }

    /**
     * The caller may have withdrawn their consent and a handle may have changed hands, to the caller even, since the
     * first use of the key: the first answer stands. The ledger did not see these refusals, so the session is checked
     * here as it would there. Two reads, and only where there is a refusal.
     */
    async function refusalOrReplay(refusal: Problem) {
      const [existing, head] = await Promise.all([
        ledger.transfer(transferId),
        ledger.head({ account: payer, currency: body.amount.currency }),
      ]);
      if (head !== undefined && isRevoked(head.state.access, caller.session))
        return problem("unauthenticated");
      return existing === undefined ? refusal : replay(existing, fingerprint);
    }
  };

/** By id, nothing is read: the ledger knows whether the account exists. */
const payeeOf = async (
  accounts: Accounts,
  payee: { readonly id: AccountId } | { readonly handle: string },
): Promise<AccountId | undefined> => ("id" in payee ? payee.id : accounts.idByHandle(payee.handle));
