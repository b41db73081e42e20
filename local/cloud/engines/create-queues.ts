// Makes the template's queues in an engine; settings that changed since are brought up to date.

import type { JsonObject } from "../../engine/json.ts";
import type { QueueModel } from "../template/model.ts";
import { LOCAL_ACCOUNT } from "../template/resolve.ts";

type Call = (target: string, body: JsonObject) => Promise<JsonObject>;

export async function createQueues(call: Call, queues: readonly QueueModel[]): Promise<void> {
  // A redrive policy names a queue that must be there already, so policies come second.
  for (const queue of queues) await call("AmazonSQS.CreateQueue", { QueueName: queue.name });
  for (const queue of queues) {
    const Attributes: Record<string, string> = {
      VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
      DelaySeconds: String(queue.delaySeconds),
      MessageRetentionPeriod: String(queue.retentionSeconds),
      ReceiveMessageWaitTimeSeconds: String(queue.receiveWaitSeconds),
    };
    if (queue.redrive !== undefined) {
      Attributes["RedrivePolicy"] = JSON.stringify({
        deadLetterTargetArn: queue.redrive.deadLetterArn,
        maxReceiveCount: queue.redrive.maxReceiveCount,
      });
    }
    await call("AmazonSQS.SetQueueAttributes", {
      QueueUrl: `http://localhost/${LOCAL_ACCOUNT}/${queue.name}`,
      Attributes,
    });
  }
}
