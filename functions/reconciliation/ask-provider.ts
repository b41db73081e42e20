/** A third opinion: what the provider's API says about a movement on which its statement and the ledger differ. */
import type { ChannelMoney, ChannelOutcome } from "../../shared/channels/facts.ts";
import type { OpenedChannel } from "../../shared/payments/open-channels.ts";
import { isChannelPayment, type Payment, paymentRefOf } from "../../shared/payments/payment.ts";
import { refundRefOf } from "../../shared/payments/refund.ts";
import { payoutRefOf } from "../../shared/payouts/payout.ts";
import type { Subject } from "../../shared/reconciliation/subject.ts";
import type { ReconciliationDeps } from "./deps.ts";

export type Opinion =
  | { readonly opinion: "state"; readonly status: string; readonly amount: ChannelMoney }
  /** It does not know it, or does not tell. */
  | { readonly opinion: "none"; readonly why: string };

type Fact = { readonly status: string; readonly amount: ChannelMoney };

const none = (why: string): Opinion => ({ opinion: "none", why });

const opinionOf = (outcome: ChannelOutcome<Fact>): Opinion => {
  if (outcome.outcome === "ok") {
    const { status, amount } = outcome.value;
    return { opinion: "state", status, amount };
  }
  return none(outcome.outcome === "declined" ? outcome.reason : "no-answer");
};

const isAsked = (payment: Payment | undefined) =>
  payment !== undefined && isChannelPayment(payment) && payment.channelPaymentId !== undefined
    ? { ...payment, channelPaymentId: payment.channelPaymentId }
    : undefined;

export async function askProvider(
  { payments, refunds, payouts }: ReconciliationDeps,
  { channel, transport }: OpenedChannel,
  { kind, id }: Subject,
): Promise<Opinion> {
  switch (kind) {
    case "payment": {
      const payment = isAsked(await payments.get(id));
      return payment === undefined
        ? none("never-submitted")
        : opinionOf(
            await transport.run(channel.queryPayment(paymentRefOf(payment, payment.channelPaymentId))),
          );
    }
    case "refund":
    case "refund-return": {
      const refund = await refunds.byId(id);
      if (refund?.to !== "channel" || refund.channelRefundId === undefined) return none("never-submitted");
      const payment = isAsked(await payments.get(refund.paymentId));
      if (payment === undefined || channel.queryRefund === undefined) return none("not-asked");
      const ref = refundRefOf({ ...refund, channelRefundId: refund.channelRefundId }, payment);
      return opinionOf(await transport.run(channel.queryRefund(ref)));
    }
    case "payout":
    case "payout-return": {
      const payout = await payouts.get(id);
      if (payout === undefined || channel.queryPayout === undefined) return none("not-asked");
      return opinionOf(await transport.run(channel.queryPayout(payoutRefOf(payout))));
    }
    case "dispute":
    case "own":
    case "unknown":
      return none("not-asked");
  }
}

/** In the words of an exception. */
export const wordsOf = (opinion: Opinion): string =>
  opinion.opinion === "none"
    ? opinion.why
    : `${opinion.status} ${opinion.amount.value} ${opinion.amount.currency}`;

/** Runs ask at most so often, so that a bad statement does not flood the provider. */
export const MAX_QUESTIONS = 200;

export type Asker = (subject: Subject | undefined) => Promise<Opinion>;

/** @param most questions until it answers `not-asked` */
export function createAsker(deps: ReconciliationDeps, opened: OpenedChannel, most = MAX_QUESTIONS): Asker {
  let asked = 0;
  return async (subject) => {
    if (subject === undefined || asked >= most) return none("not-asked");
    asked += 1;
    return askProvider(deps, opened, subject);
  };
}
