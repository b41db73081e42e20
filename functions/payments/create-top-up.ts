/**
 * Starts a payment into the caller's wallet. The record is written before the channel is asked, so whatever happens
 * on the way the sweep finds it and learns what became of it.
 */
import { fingerprintOf, idempotentId, keyReused } from "../../shared/http/idempotency.ts";
import { type Problem, problem } from "../../shared/http/problems.ts";
import type { RouteHandler, RouteInput } from "../../shared/http/serve.ts";
import type { Money } from "../../shared/money/money.ts";
import {
  nextCheckOf,
  type OpenPayment,
  PAYMENT_LIFE_MS,
  type Payment,
} from "../../shared/payments/payment.ts";
import { SECOND } from "../../shared/platform/clock.ts";
import type { PaymentId } from "../../shared/platform/ids.ts";
import type { OpenedChannel } from "./channels.ts";
import { paymentsRoutes } from "./contract.ts";
import type { PaymentApiDeps } from "./deps.ts";
import { needsSubmit, submit } from "./submit.ts";
import { toPaymentView } from "./view.ts";

const route = paymentsRoutes.createTopUp;
type Input = RouteInput<typeof route>;

/** Another request with the same key may be speaking to the channel: how long it is waited for. */
const IN_FLIGHT_MS = 3 * SECOND;
const WAITS_MS = [100, 200, 400, 800] as const;

export const createTopUp =
  (deps: PaymentApiDeps): RouteHandler<typeof route> =>
  async (input) => {
    const { body, caller, idempotencyKey, request } = input;
    const id = idempotentId("payment", caller.accountId, route, idempotencyKey);
    const log = deps.platform.log.with({ paymentId: id, correlationId: request.correlationId });
    const opened = await deps.channels.open(body.channel);

    const [existing, account] = await Promise.all([
      deps.payments.get(id),
      deps.accounts.get(caller.accountId),
    ]);
    // What was promised once is answered again, whatever has changed since.
    if (existing !== undefined) return replay(existing);
    if (!caller.consented) return problem("consent-required");
    if (account === undefined || account.access.frozenFor.length > 0) return problem("account-frozen");
    const refusal = refusalOf(opened, body.amount);
    if (refusal !== undefined) return refusal;

    const payment = newPayment(input, id, deps.platform.clock.now());
    if (await deps.payments.create(payment)) return answer(await submitted(payment), false);
    const winner = await deps.payments.get(id);
    if (winner === undefined) throw new Error("a payment is and is not there");
    return replay(winner);

    /** The same key again: the same payment, brought further if its first request did not get that far. */
    async function replay(known: Payment) {
      if (known.fingerprint !== fingerprintOf(body)) return keyReused();
      return answer(await submitted(await settled(deps, known)), true);
    }

    async function submitted(payment: Payment): Promise<Payment> {
      if (opened === undefined || !needsSubmit(payment, opened, deps.platform.clock.now())) return payment;
      return submit(deps, payment, opened, log);
    }
  };

const answer = (payment: Payment, replayed: boolean) =>
  payment.status === "failed" && payment.channelPaymentId === undefined
    ? problem("payment-declined", { extensions: { reason: payment.lastFailure?.code } })
    : { body: toPaymentView(payment), replayed };

/** What the channel's capabilities say before anything is written. */
function refusalOf(opened: OpenedChannel | undefined, amount: Money): Problem | undefined {
  if (opened === undefined || !opened.enabled) return problem("channel-not-available");
  const range = opened.channel.capabilities.currencies[amount.currency];
  if (range === undefined) return problem("currency-not-supported");
  const { min, max, step } = range;
  if (amount.value >= min && amount.value <= max && amount.value % step === 0) return undefined;
  return problem("amount-not-supported", {
    detail: `This channel takes ${min} to ${max} minor units of ${amount.currency}, in steps of ${step}.`,
    extensions: { min, max, step },
  });
}

const newPayment = ({ body, caller, request }: Input, id: PaymentId, now: number): OpenPayment => {
  const times = { status: "created", createdAt: now, expiresAt: now + PAYMENT_LIFE_MS } as const;
  return {
    id,
    kind: "top-up",
    owner: caller.accountId,
    amount: body.amount,
    channel: body.channel,
    observedAt: 0,
    ...times,
    updatedAt: now,
    nextCheckAt: nextCheckOf(times, now),
    fingerprint: fingerprintOf(body),
    correlationId: request.correlationId,
    version: 1,
  };
};

/**
 * A payment just made by another request is waited for a moment, so that the two do not both ask the channel. If
 * they do all the same, its idempotency key makes one payment of it.
 */
async function settled({ payments, platform }: PaymentApiDeps, payment: Payment): Promise<Payment> {
  let known = payment;
  for (const waitMs of WAITS_MS) {
    const inFlight = platform.clock.now() - known.createdAt < IN_FLIGHT_MS;
    if (known.status !== "created" || !inFlight) return known;
    await platform.timer.sleep(waitMs);
    known = (await payments.get(known.id)) ?? known;
  }
  return known;
}
