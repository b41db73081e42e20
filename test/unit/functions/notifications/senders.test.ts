import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  EndpointDisabledException,
  InternalErrorException,
  NotFoundException,
  PublishCommand,
  SNSClient,
} from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, describe, expect, it } from "vitest";
import { composeEmail } from "../../../../functions/notifications/email-sender.ts";
import { sesEmailSender } from "../../../../functions/notifications/ses-email-sender.ts";
import { payloadOf, snsPushSender } from "../../../../functions/notifications/sns-push-sender.ts";
import { secret } from "../../../../shared/platform/redacted.ts";

const region = { region: "eu-west-1" };
const ENDPOINT = "arn:aws:sns:eu-west-1:000000000000:endpoint/APNS/kith/1";
const content = { title: "Hello", body: 'You "there"', data: { transferId: "trf_1" }, collapseKey: "ntf_1" };
const fault = { message: "no", $metadata: {} };

describe("push through SNS", () => {
  const client = new SNSClient(region);
  const sns = mockClient(client);
  const sender = snsPushSender(client);
  afterEach(() => sns.reset());

  it("speaks each platform's own form, with the key under which messages replace each other", async () => {
    sns.on(PublishCommand).resolves({ MessageId: "m-1" });
    expect(await sender.publish(ENDPOINT, content)).toEqual({ outcome: "sent", messageId: "m-1" });
    const input = sns.commandCalls(PublishCommand)[0]?.args[0].input;
    expect(input).toMatchObject({ TargetArn: ENDPOINT, MessageStructure: "json" });
    expect(input?.MessageAttributes).toMatchObject({
      "AWS.SNS.MOBILE.APNS.COLLAPSE_ID": { StringValue: "ntf_1" },
      "AWS.SNS.MOBILE.APNS.PUSH_TYPE": { StringValue: "alert" },
    });
    const forms = JSON.parse(payloadOf(content));
    expect(JSON.parse(forms.APNS)).toMatchObject({
      aps: { alert: { title: "Hello", body: content.body } },
      transferId: "trf_1",
    });
    expect(JSON.parse(forms.APNS_SANDBOX)).toEqual(JSON.parse(forms.APNS));
    expect(JSON.parse(forms.GCM).fcmV1Message.message).toMatchObject({
      notification: { title: "Hello", body: content.body },
      data: { transferId: "trf_1" },
      android: { collapse_key: "ntf_1" },
    });
  });

  it("tells a dead token and a missing endpoint from every other error", async () => {
    sns.on(PublishCommand).rejects(new EndpointDisabledException(fault));
    expect(await sender.publish(ENDPOINT, content)).toEqual({
      outcome: "endpoint-disabled",
      endpointArn: ENDPOINT,
    });
    sns.on(PublishCommand).rejects(new NotFoundException(fault));
    expect(await sender.publish(ENDPOINT, content)).toEqual({ outcome: "endpoint-gone" });
    sns.on(PublishCommand).rejects(new InternalErrorException(fault));
    await expect(sender.publish(ENDPOINT, content)).rejects.toThrow(InternalErrorException);
  });

  it("makes and removes endpoints", async () => {
    sns.on(CreatePlatformEndpointCommand).resolves({ EndpointArn: ENDPOINT });
    sns.on(DeleteEndpointCommand).resolves({});
    expect(await sender.createEndpoint("arn:app", secret("token-1"))).toBe(ENDPOINT);
    expect(sns.commandCalls(CreatePlatformEndpointCommand)[0]?.args[0].input).toEqual({
      PlatformApplicationArn: "arn:app",
      Token: "token-1",
    });
    await sender.removeEndpoint(ENDPOINT);
    expect(sns.commandCalls(DeleteEndpointCommand)[0]?.args[0].input).toEqual({ EndpointArn: ENDPOINT });
  });
});

describe("e-mail through SES", () => {
  const client = new SESv2Client(region);
  const ses = mockClient(client);
  afterEach(() => ses.reset());

  it("goes from our sender as words and as a page in which names are only names", async () => {
    ses.on(SendEmailCommand).resolves({ MessageId: "m-2" });
    const email = composeEmail("ada@example.com", {
      title: "<b>Ada</b> & co",
      body: "It's here.",
      language: "es",
    });
    expect(await sesEmailSender("Kith <no-reply@kith.example>", client).send(email)).toBe("m-2");
    const input = ses.commandCalls(SendEmailCommand)[0]?.args[0].input;
    expect(input).toMatchObject({
      FromEmailAddress: "Kith <no-reply@kith.example>",
      Destination: { ToAddresses: ["ada@example.com"] },
    });
    const { Subject, Body } = input?.Content?.Simple ?? {};
    expect(Subject?.Data).toBe("<b>Ada</b> & co");
    expect(Body?.Text?.Data).toContain("It's here.");
    expect(Body?.Html?.Data).toContain('<html lang="es">');
    expect(Body?.Html?.Data).toContain("&lt;b&gt;Ada&lt;/b&gt; &amp; co");
    expect(Body?.Html?.Data).not.toContain("<b>");
  });
});
