/** Nothing is seen that may not be seen: at every reply, whatever is going wrong meanwhile. */

import type { Exchange } from "../society/client.ts";
import { textOf } from "../society/mirror.ts";
import type { Invariant } from "./invariant.ts";
import { decidedAt, maySee, partiesOf } from "./visibility.ts";

const hasAmount = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  Object.entries(value).some(([name, member]) => name === "amount" || name === "value" || hasAmount(member));

export const privacy: Invariant = {
  name: "privacy",
  watch({ society, mirror, violated }) {
    const idOf = (who: string): string => society.people.find(({ name }) => name === who)?.id ?? "";

    function checkPost({ who, name, startedAt }: Exchange, postId: string): void {
      const post = mirror.get(`POST#${postId}`, "POST");
      const viewer = idOf(who);
      if (post === undefined || decidedAt(mirror, viewer, post) >= startedAt) return;
      if (!maySee(mirror, viewer, post)) violated(`${who} saw ${postId} by ${name}`);
    }

    return {
      onReply(exchange) {
        const { who, api, name, asked, reply } = exchange;
        if (reply.status >= 300 || idOf(who) === "") return;
        if (api === "feed") {
          if (hasAmount(reply.body)) violated(`${name} told ${who} an amount`);
          for (const post of name === "getFeed" ? reply.body.items : []) checkPost(exchange, post.id);
          const below = ["getPost", "listComments", "listLikes", "putLike"];
          if (below.includes(name)) checkPost(exchange, String(asked.params?.["id"]));
        }
        if (name === "getTransfer" && ![reply.body.payer, reply.body.payee].includes(idOf(who)))
          violated(`${who} was shown the transfer ${reply.body.id}`);
        if (
          name === "getPayment" &&
          textOf(mirror.get(`PAYMENT#${reply.body.id}`, "PAYMENT"), "owner") !== idOf(who)
        )
          violated(`${who} was shown the payment ${reply.body.id}`);
        if (name === "findPerson" || name === "listFriends") {
          for (const item of reply.body.items) {
            const other = String(item.person?.id ?? item.id);
            const since = mirror.changedAt(`FRIENDS#${idOf(who)}`, `PERSON#${other}`);
            const relation = textOf(mirror.get(`FRIENDS#${idOf(who)}`, `PERSON#${other}`), "status");
            if (since < exchange.startedAt && relation.startsWith("block"))
              violated(`${who} was shown ${other}`);
          }
        }
      },
      onChanges(changes) {
        for (const { pk, sk, after } of changes) {
          if (!pk.startsWith("POST#") || sk !== "POST" || after === undefined) continue;
          if (hasAmount(after)) violated(`${pk} holds an amount`);
          if (new Set(partiesOf(after)).size !== 2) violated(`${pk} has not two parties`);
        }
      },
    };
  },
};
