/**
 * Asks a person for money. Between people of whom one blocks the other, neither exists for the other. Reads: the asked
 * person, the relation and the requests of the last 24 hours, 2.5 read units as a rule; writes: the request and the
 * payer's pointer to it in one transaction, four write units, and one in each of the two indexes.
 */
import { fingerprintOf, idempotentId, keyReused } from "../../shared/http/idempotency.ts";
import { type Problem, problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { Relations } from "../../shared/people/relations.ts";
import { fullJitterMs } from "../../shared/platform/backoff.ts";
import { DAY, type EpochMs } from "../../shared/platform/clock.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import { fromRequestItem, toRequestedItem, toRequestItem } from "../../shared/requests/codec.ts";
import { requestEvent } from "../../shared/requests/moves.ts";
import { MAX_REQUESTS_A_DAY, type PaymentRequest, requestPauseMs } from "../../shared/requests/request.ts";
import { keys, ownerPartitions, timeKey } from "../../shared/table/keys.ts";
import { NOT_EXISTS } from "../../shared/table/table.ts";
import { transfersRoutes } from "./contract.ts";
import { type CreateTransferDeps, payeeOf } from "./create-transfer.ts";
import { toRequestView } from "./payment-request.ts";

export type RequestDeps = Pick<CreateTransferDeps, "accounts" | "table" | "platform"> & {
  readonly relations: Pick<Relations, "blockedEitherWay">;
};

const route = transfersRoutes.createPaymentRequest;

/** Tries at one write before the caller is told to come back. */
const ATTEMPTS = 8;

export const createPaymentRequest =
  (deps: RequestDeps): RouteHandler<typeof route> =>
  async ({ body, caller, idempotencyKey, request: { correlationId } }) => {
    const { platform } = deps;
    const requestId = idempotentId("paymentRequest", caller.accountId, route, idempotencyKey);
    const fingerprint = fingerprintOf(body);
    const now = platform.clock.now();

    const existing = async () => {
      const item = await deps.table.get(keys.paymentRequest(requestId));
      if (item === undefined) return undefined;
      const known = fromRequestItem(item);
      return known.fingerprint === fingerprint
        ? { body: toRequestView(known, platform.clock.now()), replayed: true }
        : keyReused();
    };
    /** Blocks, handles and consents may have changed since the first use of the key: the first answer stands. */
    const refusalOrReplay = async (refusal: Problem) => (await existing()) ?? refusal;

    if (!caller.consented) return refusalOrReplay(problem("consent-required"));
    const payer = await payeeOf(deps.accounts, body.from);
    if (payer === caller.accountId) return refusalOrReplay(problem("self-payment"));
    if (payer === undefined || !(await canBeAsked(deps, caller.accountId, payer)))
      return refusalOrReplay(problem("payee-not-found"));
    const pauseMs = requestPauseMs(await recentRequests(deps, caller.accountId, now), now);
    if (pauseMs > 0) {
      const retryAfterSeconds = Math.ceil(pauseMs / 1000);
      return refusalOrReplay(problem("too-many-requests", { retryAfterSeconds }));
    }

    const request: PaymentRequest = {
      requestId,
      requester: caller.accountId,
      payer,
      amount: body.amount,
      ...(body.note === undefined ? {} : { note: body.note }),
      status: "open",
      createdAt: now,
      openUntil: now + body.expiresInDays * DAY,
      reminders: 0,
      fingerprint,
    };
    for (let tries = 1; tries <= ATTEMPTS; tries += 1) {
      const written = await deps.table.transact([
        {
          put: toRequestItem(request, requestEvent(requestId, "created", { at: now, correlationId })),
          condition: NOT_EXISTS,
        },
        { put: toRequestedItem(request) },
      ]);
      if (written.ok) return { body: toRequestView(request, now) };
      const replayed = await existing();
      if (replayed !== undefined) return replayed;
      await platform.timer.sleep(fullJitterMs(tries, platform.random));
    }
    return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
  };

const canBeAsked = async (
  { accounts, relations }: Pick<RequestDeps, "accounts" | "relations">,
  requester: AccountId,
  payer: AccountId,
): Promise<boolean> => {
  const [account, isBlocked] = await Promise.all([
    accounts.get(payer),
    relations.blockedEitherWay(requester, payer),
  ]);
  return account !== undefined && !isBlocked;
};

/**
 * Times of the requests of the last 24 hours, oldest first. The index lags by moments: people who ask many at once
 * may get a few beyond the limit.
 */
async function recentRequests(
  { table }: Pick<RequestDeps, "table">,
  requester: AccountId,
  now: EpochMs,
): Promise<readonly EpochMs[]> {
  const page = await table.query({
    index: "byOwner",
    partition: ownerPartitions.requests(requester),
    sort: "#sk > :since",
    values: { ":since": timeKey(now - DAY) },
    newestFirst: true,
    limit: MAX_REQUESTS_A_DAY,
  });
  return page.items.map((item) => fromRequestItem(item).createdAt).toReversed();
}
