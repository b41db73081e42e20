/**
 * Mobile push through Amazon SNS.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-fcm-v1-payloads.html
 */
import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  PublishCommand,
  SNSClient,
} from "@aws-sdk/client-sns";
import type { PushContent, PushSender } from "./push-sender.ts";

const isNamed = (cause: unknown, name: string): boolean => cause instanceof Error && cause.name === name;

/** One payload for each platform, each as JSON in a string; SNS takes the one of the endpoint's platform. */
export function payloadOf({ title, body, data, collapseKey }: PushContent): string {
  const apns = JSON.stringify({ aps: { alert: { title, body }, sound: "default" }, ...data });
  const android = { priority: "high", collapse_key: collapseKey, notification: { tag: collapseKey } };
  const fcm = { fcmV1Message: { message: { notification: { title, body }, data, android } } };
  return JSON.stringify({ default: title, APNS: apns, APNS_SANDBOX: apns, GCM: JSON.stringify(fcm) });
}

const text = (value: string) => ({ DataType: "String", StringValue: value });

export const snsPushSender = (client: SNSClient = new SNSClient({})): PushSender => ({
  async createEndpoint(applicationArn, pushToken) {
    const answer = await client.send(
      new CreatePlatformEndpointCommand({
        PlatformApplicationArn: applicationArn,
        Token: pushToken.reveal(),
      }),
    );
    if (answer.EndpointArn === undefined) throw new Error("SNS made an endpoint without a name");
    return answer.EndpointArn;
  },

  async publish(endpointArn, content) {
    try {
      const answer = await client.send(
        new PublishCommand({
          TargetArn: endpointArn,
          MessageStructure: "json",
          Message: payloadOf(content),
          MessageAttributes: {
            "AWS.SNS.MOBILE.APNS.PUSH_TYPE": text("alert"),
            "AWS.SNS.MOBILE.APNS.COLLAPSE_ID": text(content.collapseKey),
          },
        }),
      );
      return { outcome: "sent", messageId: answer.MessageId ?? "" };
    } catch (cause) {
      if (isNamed(cause, "EndpointDisabledException")) return { outcome: "endpoint-disabled", endpointArn };
      if (isNamed(cause, "NotFoundException")) return { outcome: "endpoint-gone" };
      throw cause;
    }
  },

  async removeEndpoint(endpointArn) {
    await client.send(new DeleteEndpointCommand({ EndpointArn: endpointArn }));
  },
});
