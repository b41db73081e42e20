/** Who is told what about an event: one notice for each recipient and role. Pure. */
import type { EventOf } from "../../shared/events/catalogue.ts";
import type { EventsFor } from "../../shared/events/subscriptions.ts";
import type { Money } from "../../shared/money/money.ts";
import { HOUR, toTimestamp } from "../../shared/platform/clock.ts";
import type { AccountId, PostId } from "../../shared/platform/ids.ts";
import type { PostParties } from "../../shared/posts/parties.ts";
import type { TemplateName } from "./templates.ts";

export type NotifiedEvent = EventOf<EventsFor<"notifications">>;

export type Notice = {
  readonly recipient: AccountId;
  readonly template: TemplateName;
  /** The other person, whose name is shown. */
  readonly about?: AccountId;
  /** Only ever one that the recipient is a party to. */
  readonly amount?: Money;
  /** How long there is to do something about it. */
  readonly hours?: number;
  /** Ids by name: what the app opens. */
  readonly data: Readonly<Record<string, string>>;
};

const onPost = (
  event: EventOf<"post.commented" | "post.liked">,
  post: PostParties | undefined,
  data: Readonly<Record<string, string>>,
): readonly Notice[] => {
  const { author } = event.data;
  const parties = post === undefined ? [] : [...new Set([post.author, post.counterparty])];
  return parties
    .filter((party) => party !== author)
    .map((recipient) => ({ recipient, template: event.type, about: author, data }));
};

const paymentEnded = ({ data }: EventOf<"payment.failed">): Notice => {
  const { owner, payee, amount, paymentId, status } = data;
  const end = status === "cancelled" ? "cancelled" : "failed";
  return {
    recipient: owner,
    template: payee === undefined ? `top-up.${end}` : `payment.${end}`,
    ...(payee === undefined ? {} : { about: payee }),
    amount,
    data: { paymentId },
  };
};

const refunded = ({ data }: EventOf<"payment.refunded">): Notice => {
  const { owner, from, amount, to, paymentId, refundId } = data;
  const members = { recipient: owner, amount, data: { paymentId, refundId } };
  return to === "balance"
    ? { ...members, template: "refund.to-balance", about: from }
    : { ...members, template: "refund.to-channel" };
};

/** Who has the contested money is told; who contests it knows. */
const disputed = ({ data }: EventOf<"payment.disputed">): readonly Notice[] => {
  const { from, amount, status, paymentId, disputeId } = data;
  if (from === undefined) return [];
  return [{ recipient: from, template: `dispute.${status}`, amount, data: { paymentId, disputeId } }];
};

const withdrawn = (
  { data }: EventOf<Extract<NotifiedEvent["type"], `withdrawal.${string}`>>,
  template: TemplateName,
): readonly Notice[] => {
  const { owner, amount, withdrawalId } = data;
  return [{ recipient: owner, template, amount, data: { withdrawalId } }];
};

/** Hours tell everybody the same, wherever they are; the app has the moment. */
const resetRequested = ({ type, data }: EventOf<"pin.reset-requested">): Notice => {
  const { requestedAt, inForceAt } = data.reset;
  return {
    recipient: data.accountId,
    template: type,
    hours: Math.round((inForceAt - requestedAt) / HOUR),
    data: { inForceAt: toTimestamp(inForceAt) },
  };
};

/** The post that an event is about, whose parties `noticesOf` must be given. */
export const postOf = (event: NotifiedEvent): PostId | undefined =>
  event.type === "post.commented" || event.type === "post.liked" ? event.data.postId : undefined;

/** @param post the parties of `postOf(event)`; without them, as for a post that is gone, nobody is told. */
export function noticesOf(event: NotifiedEvent, post: PostParties | undefined): readonly Notice[] {
  switch (event.type) {
    case "transfer.completed": {
      const { payer, payee, amount, transferId } = event.data;
      const data = { transferId };
      return [
        { recipient: payee, template: "transfer.received", about: payer, amount, data },
        { recipient: payer, template: "transfer.sent", about: payee, amount, data },
      ];
    }
    case "payment.succeeded": {
      const { owner, amount, paymentId } = event.data;
      return [{ recipient: owner, template: "top-up.succeeded", amount, data: { paymentId } }];
    }
    case "payment.failed":
      return [paymentEnded(event)];
    case "payment.refunded":
      return [refunded(event)];
    case "payment.disputed":
      return disputed(event);
    case "withdrawal.failed":
      return withdrawn(event, `withdrawal.${event.data.status}`);
    case "withdrawal.succeeded":
    case "withdrawal.returned":
    case "withdrawal.action-required":
      return withdrawn(event, event.type);
    case "request.created":
    case "request.reminded": {
      const { requestId, requester, payer, amount } = event.data;
      return [{ recipient: payer, template: event.type, about: requester, amount, data: { requestId } }];
    }
    case "request.declined": {
      const { requestId, requester, payer, amount } = event.data;
      return [{ recipient: requester, template: event.type, about: payer, amount, data: { requestId } }];
    }
    case "friend.requested":
    case "friend.accepted": {
      const { from, to } = event.data;
      return [{ recipient: to, template: event.type, about: from, data: { accountId: from } }];
    }
    case "post.commented":
      return onPost(event, post, { postId: event.data.postId, commentId: event.data.commentId });
    case "post.liked":
      return onPost(event, post, { postId: event.data.postId });
    case "referral.rewarded": {
      const { campaignId, inviter, invited, inviterReward, invitedReward } = event.data;
      const data = { campaignId };
      return [
        {
          recipient: inviter,
          template: "referral.inviter-rewarded",
          about: invited,
          amount: inviterReward,
          data,
        },
        {
          recipient: invited,
          template: "referral.invited-rewarded",
          about: inviter,
          amount: invitedReward,
          data,
        },
      ];
    }
    case "account.frozen":
    case "account.unfrozen":
    case "pin.reset-cancelled":
    case "pin.reset-completed":
      return [{ recipient: event.data.accountId, template: event.type, data: {} }];
    case "pin.reset-requested":
      return [resetRequested(event)];
  }
}
