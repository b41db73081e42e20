/** Every reply is one the contract knows, and nothing fails that nothing went wrong for. */
import { commonProblems, problems } from "../../../shared/http/problems.ts";
import type { Invariant } from "./invariant.ts";

export const contract: Invariant = {
  name: "contract",
  watch({ violated }) {
    return {
      onReply({ api, name, route, reply, disturbed }) {
        const at = `${api}.${name} answered ${reply.status}`;
        if (reply.status >= 500) {
          // Of tries at a PIN that come at once only one is checked: the others are told to come again.
          const raced = name === "putPin" && reply.status === 503;
          // Nobody exchanges before ops has set the day's rates.
          const tooEarly = name === "createQuote" && reply.body?.code === "rate-unavailable";
          if (!disturbed && !raced && !tooEarly) violated(`${at} ${reply.body?.code ?? ""} for no reason`);
          return;
        }
        if (reply.status < 300) {
          if (reply.status !== route.reply.status) violated(`${at}, which is not its status`);
          const parsed = route.reply.body?.safeParse(reply.body);
          if (parsed?.success === false) violated(`${at}: ${parsed.error.message.slice(0, 200)}`);
          return;
        }
        const allowed: readonly string[] = [
          ...route.problems,
          ...commonProblems,
          "unauthenticated",
          "not-permitted",
          "account-frozen",
          "consent-required",
          "conflict",
          "idempotency-key-reused",
        ];
        const code = String(reply.body?.code);
        if (!Object.hasOwn(problems, code) || !allowed.includes(code))
          violated(`${at} ${code}, which it may not`);
      },
    };
  },
};
