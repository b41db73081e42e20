/** Sending to SQS queues as a port, and its adapter. */
import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";

export type OutgoingMessage = { readonly queueUrl: string; readonly body: string };

export type Queues = {
  /**
   * Sends every message or throws. After a throw some may have been sent, so receivers are idempotent.
   * @throws Error naming how many were refused.
   */
  readonly send: (messages: readonly OutgoingMessage[]) => Promise<void>;
};

/** @see Amazon SQS API Reference, SendMessageBatch: at most 10 entries in a batch. */
const BATCH = 10;

export const sqsQueues = (client: SQSClient = new SQSClient({})): Queues => ({
  async send(messages) {
    const byQueue = Map.groupBy(messages, (message) => message.queueUrl);
    for (const [queueUrl, group] of byQueue) {
      for (let start = 0; start < group.length; start += BATCH) {
        const batch = group.slice(start, start + BATCH);
        const answer = await client.send(
          new SendMessageBatchCommand({
            QueueUrl: queueUrl,
            Entries: batch.map((message, index) => ({ Id: String(index), MessageBody: message.body })),
          }),
        );
        const failed = answer.Failed?.length ?? 0;
        if (failed > 0) throw new Error(`${failed} of ${batch.length} messages were refused by the queue`);
      }
    }
  },
});
