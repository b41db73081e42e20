/** E-mail through Amazon SES. @see Amazon SES API v2 Reference, SendEmail */
import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import type { EmailSender } from "./email-sender.ts";

const utf8 = (text: string) => ({ Data: text, Charset: "UTF-8" });

/** @param from the sender, as in `Kith <no-reply@example.com>`; SES has to know its domain. */
export const sesEmailSender = (from: string, client: SESv2Client = new SESv2Client({})): EmailSender => ({
  async send({ to, subject, text, html }) {
    const answer = await client.send(
      new SendEmailCommand({
        FromEmailAddress: from,
        Destination: { ToAddresses: [to] },
        Content: { Simple: { Subject: utf8(subject), Body: { Text: utf8(text), Html: utf8(html) } } },
      }),
    );
    return answer.MessageId ?? "";
  },
});
