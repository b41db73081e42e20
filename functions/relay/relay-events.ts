/** The relay's work: from stream records to one message for each subscriber of each event. */
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBBatchResponse, DynamoDBRecord } from "aws-lambda";
import type { Subscriber } from "../../shared/events/catalogue.ts";
import { eventOfChange, toMessage } from "../../shared/events/message.ts";
import { subscribersOf } from "../../shared/events/subscriptions.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { OutgoingMessage, Queues } from "../../shared/platform/queues.ts";

export type RelayDeps = {
  readonly queues: Queues;
  readonly queueUrls: Readonly<Record<Subscriber, string>>;
  readonly platform: Platform;
};

type WireImage = Parameters<typeof unmarshall>[0];

const imageOf = (image: unknown): Record<string, unknown> | undefined =>
  image === undefined ? undefined : unmarshall(image as WireImage);

export function messagesOf(record: DynamoDBRecord, { queueUrls, platform }: RelayDeps): OutgoingMessage[] {
  const event = eventOfChange(imageOf(record.dynamodb?.OldImage), imageOf(record.dynamodb?.NewImage));
  if (event === undefined) return [];
  const subscribers = subscribersOf(event.type);
  platform.log.info("event-relayed", {
    eventId: event.id,
    event: event.type,
    correlationId: event.correlationId,
    subscribers,
  });
  const body = toMessage(event);
  return subscribers.map((subscriber) => ({ queueUrl: queueUrls[subscriber], body }));
}

/**
 * Sends what a batch of stream records announces. When something fails, the batch is taken up again from the first
 * record that was not relayed whole; what was sent before comes again, and consumers are idempotent.
 */
export async function relayRecords(
  records: readonly DynamoDBRecord[],
  deps: RelayDeps,
): Promise<DynamoDBBatchResponse> {
  const messages: OutgoingMessage[] = [];
  for (const record of records) {
    try {
      messages.push(...messagesOf(record, deps));
    } catch (cause) {
      deps.platform.log.error("record-not-relayed", cause, { eventId: record.eventID });
      await deps.queues.send(messages);
      return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? "" }] };
    }
  }
  await deps.queues.send(messages);
  return { batchItemFailures: [] };
}
