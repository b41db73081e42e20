/** One e-mail to one person, at the verified address that their account has when it is sent. */
import type { Accounts } from "../../shared/accounts/store.ts";
import type { Log } from "../../shared/platform/log.ts";
import { type DeliverOnceDeps, deliverOnce } from "./deliver-once.ts";
import { composeEmail, type EmailSender } from "./email-sender.ts";
import { emailMessage } from "./messages.ts";

export type EmailDeliveryDeps = DeliverOnceDeps & {
  readonly accounts: Pick<Accounts, "get">;
  readonly sender: EmailSender;
};

/** @throws ZodError for a message that is not ours. */
export const deliverEmail =
  (deps: EmailDeliveryDeps) =>
  async (body: string, log: Log): Promise<void> => {
    const message = emailMessage.parse(JSON.parse(body));
    const send = async () => {
      const account = await deps.accounts.get(message.accountId);
      // An account keeps no address but a verified one.
      if (account?.email === undefined) return { outcome: "dropped", reason: "no-verified-email" } as const;
      const messageId = await deps.sender.send(composeEmail(account.email, message));
      return { outcome: "sent", messageId } as const;
    };
    await deliverOnce(deps, { ...message, way: "email" }, send, log);
  };
