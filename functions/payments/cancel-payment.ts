/**
 * Calls a payment off: it is closed at its channel. Where the channel cannot do that now, nobody is asked to pay it
 * any more and the sweep closes it or sees it lapse; money that comes all the same is its owner's.
 */
import { type Problem, problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { Fact } from "../../shared/payments/fact.ts";
import {
  type ChannelPayment,
  isChannelPayment,
  isOpen,
  type OpenPayment,
  type Payment,
} from "../../shared/payments/payment.ts";
import type { Log } from "../../shared/platform/log.ts";
import { closeAtChannel } from "./close-payment.ts";
import type { paymentsRoutes } from "./contract.ts";
import type { PaymentDeps } from "./deps.ts";
import { recordMove } from "./record-fact.ts";
import { needsSubmit, submit } from "./submit.ts";
import { toPaymentView } from "./view.ts";

const paid = (): Problem => problem("conflict", { detail: "The payment was paid. It can be refunded." });

/** Whether it was paid while its owner expected that. Money that came too late does not undo what called it off. */
const isPaid = (payment: Payment): boolean =>
  payment.status === "succeeded" && !(isChannelPayment(payment) && payment.isLate === true);

/** Whether its owner still expects it to be paid. */
const stands = (payment: ChannelPayment): boolean => isOpen(payment) && payment.cancelling !== true;

/** The payment afterwards, and whether it was this request that called it off. */
type CalledOff = { readonly payment: ChannelPayment; readonly isOurs: boolean };

async function calledOff(deps: PaymentDeps, payment: OpenPayment, log: Log): Promise<CalledOff> {
  const { clock } = deps.platform;
  const record = async (known: ChannelPayment, fact: Fact): Promise<CalledOff> => {
    const { before, after } = await recordMove(deps, known, fact, { log });
    return { payment: after, isOurs: stands(before) && !stands(after) };
  };
  const callOff = (known: ChannelPayment) => record(known, { type: "called-off", observedAt: clock.now() });

  const opened = await deps.channels.open(payment.channel);
  if (opened === undefined) throw new Error(`there is no channel ${payment.channel}`);
  let known: ChannelPayment = payment;
  // Whether it exists at the channel may not be known yet; making it again tells its id.
  if (payment.channelPaymentId === undefined && needsSubmit(payment, opened, clock.now()))
    known = await submit(deps, payment, opened, log);
  if (!isOpen(known)) return { payment: known, isOurs: false };
  const { channelPaymentId } = known;
  if (channelPaymentId === undefined) return callOff(known);
  const closing = await closeAtChannel(deps, opened, { ...known, channelPaymentId }, "requested", log);
  if (closing.result === "no-answer") return callOff(known);
  if (closing.result === "over" && closing.fact.type !== "lapsed") return record(known, closing.fact);
  // What the channel does not have is over because its owner says so; what goes on is no longer wanted.
  const first = await callOff(known);
  const { payment: after } = await record(first.payment, closing.fact);
  return { payment: after, isOurs: first.isOurs };
}

export const cancelPayment =
  (deps: PaymentDeps): RouteHandler<typeof paymentsRoutes.cancelPayment> =>
  async ({ params, caller, request }) => {
    const payment = await deps.payments.get(params.id);
    if (payment?.owner !== caller.accountId) return problem("not-found");
    if (!isChannelPayment(payment) || isPaid(payment)) return paid();
    // It is over without money, or will be: what was asked for, whatever comes of it later.
    if (!isOpen(payment) || payment.cancelling === true)
      return { body: toPaymentView(payment), replayed: true };
    const log = deps.platform.log.with({ paymentId: payment.id, correlationId: request.correlationId });
    const { payment: after, isOurs } = await calledOff(deps, payment, log);
    return isPaid(after) ? paid() : { body: toPaymentView(after), replayed: !isOurs };
  };
