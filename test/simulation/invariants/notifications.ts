/** Everybody concerned is told about every event once: not twice, not somebody else, and nobody is forgotten. */
import type { Item } from "../../../shared/table/table.ts";
import { numberOf, partOf, textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

/** Who is told what: recipient, template, and the ids the message leads to. */
type Notice = readonly [recipient: string, template: string, data: Readonly<Record<string, string>>];

const notice = ([recipient, template, data]: Notice): string =>
  `${recipient} ${template} ${JSON.stringify(Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`;

/** Between people who block each other nothing of these passes. */
const isSocial = (template: string): boolean => /^(friend|post|request)\./.test(template);

export const notifications: Invariant = {
  name: "notifications",
  watch({ mirror, violated }) {
    const events = new Set<string>();
    const expected = new Map<string, number>();
    const blocked = new Set<string>();
    const about = new Map<string, string>();

    function expect(value: Notice, other = ""): void {
      const name = notice(value);
      expected.set(name, (expected.get(name) ?? 0) + 1);
      about.set(name, `${value[0]} ${other}`);
    }

    function noticesOf(type: string, item: Item): void {
      const id = (member: string): string => textOf(item, member);
      const { transferId, paymentId, campaignId, postId, commentId } = {
        transferId: id("transferId"),
        paymentId: id("paymentId"),
        campaignId: id("campaignId"),
        postId: id("postId"),
        commentId: id("commentId"),
      };
      switch (type) {
        case "transfer.completed":
          expect([id("payee"), "transfer.received", { transferId }]);
          expect([id("payer"), "transfer.sent", { transferId }]);
          return;
        case "payment.succeeded":
          expect([id("owner"), "top-up.succeeded", { paymentId }]);
          return;
        case "payment.failed": {
          const what = textOf(item, "kind") === "payment" ? "payment" : "top-up";
          const end = id("status") === "cancelled" ? "cancelled" : "failed";
          expect([id("owner"), `${what}.${end}`, { paymentId }]);
          return;
        }
        case "payment.refunded":
          expect([id("owner"), `refund.to-${id("to")}`, { paymentId, refundId: id("refundId") }]);
          return;
        case "payment.disputed":
          if (id("from") !== "")
            expect([id("from"), `dispute.${id("status")}`, { paymentId, disputeId: id("disputeId") }]);
          return;
        case "withdrawal.failed":
          expect([id("owner"), `withdrawal.${id("status")}`, { withdrawalId: id("withdrawalId") }]);
          return;
        case "withdrawal.succeeded":
        case "withdrawal.returned":
        case "withdrawal.action-required":
          expect([id("owner"), type, { withdrawalId: id("withdrawalId") }]);
          return;
        case "request.created":
        case "request.reminded":
          expect([id("payer"), type, { requestId: id("requestId") }], id("requester"));
          return;
        case "request.declined":
          expect([id("requester"), type, { requestId: id("requestId") }], id("payer"));
          return;
        case "friend.requested":
        case "friend.accepted":
          expect([id("to"), type, { accountId: id("from") }], id("from"));
          return;
        case "post.commented":
        case "post.liked": {
          const post = mirror.get(`POST#${postId}`, "POST");
          const data = type === "post.liked" ? { postId } : { postId, commentId };
          for (const party of [textOf(post, "author"), textOf(post, "counterparty")]) {
            if (party !== id("author")) expect([party, type, data], id("author"));
          }
          return;
        }
        case "referral.rewarded":
          expect([id("inviter"), "referral.inviter-rewarded", { campaignId }]);
          expect([id("invited"), "referral.invited-rewarded", { campaignId }]);
          return;
        case "account.frozen":
        case "account.unfrozen":
        case "pin.reset-cancelled":
        case "pin.reset-completed":
          expect([id("accountId"), type, {}]);
          return;
        case "pin.reset-requested": {
          const inForceAt = new Date(numberOf(partOf(item, "reset"), "inForceAt")).toISOString();
          expect([id("accountId"), type, { inForceAt }]);
          return;
        }
        default:
      }
    }

    return {
      onChanges(changes) {
        for (const { pk, sk, after } of changes) {
          if (pk.startsWith("FRIENDS#") && textOf(after, "status").startsWith("block"))
            blocked.add(`${pk.slice("FRIENDS#".length)} ${sk.slice("PERSON#".length)}`);
          const event = partOf(after, "event");
          const id = textOf(event, "id");
          if (after === undefined || id === "" || events.has(id)) continue;
          events.add(id);
          noticesOf(textOf(event, "type"), after);
        }
      },
      atRest() {
        const told = new Map<string, number>();
        for (const item of mirror.under("INBOX#")) {
          const data = partOf(item, "data") as Readonly<Record<string, string>>;
          const name = notice([textOf(item, "accountId"), textOf(item, "type"), data]);
          told.set(name, (told.get(name) ?? 0) + 1);
        }
        for (const [name, wanted] of expected) {
          const count = told.get(name) ?? 0;
          told.delete(name);
          const template = name.split(" ")[1] ?? "";
          const mayBeLess = isSocial(template) && blocked.has(about.get(name) ?? "");
          if (count > wanted || (count < wanted && !mayBeLess))
            violated(`${name}: told ${count} times, not ${wanted}`);
        }
        for (const name of told.keys()) violated(`${name}: told for no event`);
      },
    };
  },
};
