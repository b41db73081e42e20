/** The answer of a queue's consumer, looked at: an action that failed has no price. */
import type { SQSBatchResponse } from "aws-lambda";

/** @returns the number of requests that sent to queues: none. @throws Error when a message was left for another try. */
export function handled({ batchItemFailures }: SQSBatchResponse): 0 {
  if (batchItemFailures.length > 0) throw new Error("the consumer left a message for another try");
  return 0;
}
