/** Closing a payment at its channel: at its expiry, or because its owner called it off. */
import type { CloseReason } from "../../shared/channels/channel.ts";
import type { PaymentFact } from "../../shared/channels/facts.ts";
import type { Fact } from "../../shared/payments/fact.ts";
import type { OpenedChannel } from "../../shared/payments/open-channels.ts";
import { type ChannelPayment, paymentRefOf } from "../../shared/payments/payment.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { PaymentDeps } from "./deps.ts";
import { isOfMode, noteCall, observed } from "./observe.ts";

/**
 * `over`: the fact says how it ended, in money or without. `going-on`: the channel cannot end it now; the fact says
 * how it stands. `no-answer`: nobody knows.
 */
export type Closing =
  | { readonly result: "over" | "going-on"; readonly fact: Fact }
  | { readonly result: "no-answer" };

/** What the channel calls closed is cancelled, whatever its own word is. */
const endOf = (fact: PaymentFact): PaymentFact =>
  fact.status === "succeeded" || fact.status === "failed" ? fact : { ...fact, status: "cancelled" };

export async function closeAtChannel(
  deps: PaymentDeps,
  opened: OpenedChannel,
  payment: ChannelPayment & { readonly channelPaymentId: string },
  reason: CloseReason,
  log: Log,
): Promise<Closing> {
  const { channel, transport } = opened;
  const now = deps.platform.clock.now();
  const ref = paymentRefOf(payment, payment.channelPaymentId);
  const outcome = await transport.run(channel.closePayment(ref, reason));
  switch (outcome.outcome) {
    case "ok": {
      const { result, fact } = outcome.value;
      if (!isOfMode(fact, opened, log)) return { result: "no-answer" };
      const source = reason === "expired" ? "close" : "cancel";
      return result === "in-progress"
        ? { result: "going-on", fact: observed(fact, "query", now) }
        : { result: "over", fact: observed(result === "closed" ? endOf(fact) : fact, source, now) };
    }
    case "declined":
      await noteCall(deps, payment.id, "close", outcome, log);
      // A payment that the channel does not have cannot be paid either.
      return outcome.reason === "not-found"
        ? { result: "over", fact: { type: "lapsed", observedAt: now } }
        : { result: "no-answer" };
    case "notSent":
    case "unknown":
      await noteCall(deps, payment.id, "close", outcome, log);
      return { result: "no-answer" };
  }
}
