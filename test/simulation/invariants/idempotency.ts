/** One effect for a key, the same answer to everybody who asks with it, and what was acknowledged is there. */
import type { Exchange } from "../society/client.ts";
import { textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";

/** The part of a reply that never changes. People do: a comment's author may have another name by now. */
function lastingOf({ name, reply }: Exchange): string {
  if (name === "createTransfer") return JSON.stringify(reply.body);
  if (name === "createComment") return JSON.stringify({ ...reply.body, author: reply.body?.author?.id });
  return String(reply.body?.id);
}

/** What may be answered after a success: not signed in, not served, and for a top-up the terms come first. */
const mayFollowSuccess = ({ name, reply }: Exchange): boolean =>
  reply.status === 401 ||
  reply.status === 429 ||
  reply.status >= 500 ||
  (name === "createTopUp" && reply.status === 403);

type Seen = { readonly asked: string; readonly answer: string; readonly endedAt: number };

export const idempotency: Invariant = {
  name: "idempotency",
  watch({ mirror, violated }) {
    const seen = new Map<string, Seen>();

    /** Where the effect of a request is kept, by the id in its reply. */
    function isThere({ name, reply }: Exchange): boolean {
      const id = String(reply.body?.id);
      switch (name) {
        case "createTransfer":
          return ["person-to-person", "exchange"].includes(
            textOf(mirror.get(`TRANSFER#${id}`, "TRANSFER"), "kind"),
          );
        case "createTopUp":
        case "createPayment":
          return mirror.get(`PAYMENT#${id}`, "PAYMENT") !== undefined;
        case "createRefund":
          return mirror.get(`CHANNELREF#${id}`, "REFUND") !== undefined;
        case "createWithdrawal":
          return mirror.get(`PAYOUT#${id}`, "PAYOUT") !== undefined;
        case "createPaymentRequest":
          return mirror.get(`REQUEST#${id}`, "REQUEST") !== undefined;
        case "payPaymentRequest":
          return textOf(mirror.get(`TRANSFER#${id}`, "TRANSFER"), "requestId") !== "";
        case "createComment":
          return mirror.get(`COMMENT#${id}`, "COMMENT") !== undefined;
        case "createCampaign":
          return mirror.get(`CAMPAIGN#${id}`, "CAMPAIGN") !== undefined;
        default:
          return true;
      }
    }

    return {
      onReply(exchange) {
        const { route, name, who, key, asked, reply, startedAt, endedAt } = exchange;
        if (!route.idempotent) return;
        const use = `${who} ${name} ${key}`;
        const wanted = JSON.stringify([asked.params, asked.body]);
        const first = seen.get(use);
        const isSuccess = reply.status < 300;
        if (isSuccess && !isThere(exchange)) violated(`${use}: acknowledged, and not there`);
        if (first === undefined) {
          if (isSuccess) seen.set(use, { asked: wanted, answer: lastingOf(exchange), endedAt });
          return;
        }
        if (first.asked !== wanted) {
          if (isSuccess) violated(`${use}: another request under the same key was answered ${reply.status}`);
          return;
        }
        if (isSuccess && lastingOf(exchange) !== first.answer) violated(`${use}: answered in two ways`);
        if (!isSuccess && startedAt > first.endedAt && !mayFollowSuccess(exchange))
          violated(`${use}: succeeded, and then answered ${reply.status} ${reply.body?.code}`);
      },
    };
  },
};
