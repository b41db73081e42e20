/** DeleteMessage, ChangeMessageVisibility and their batches. */
import { sqsError } from "../errors.ts";
import { type JsonObject, optionalInteger } from "../json.ts";
import { forEachEntry, readEntries } from "./batches.ts";
import type { QueueContext } from "./context.ts";
import { invalidParameter, missingParameter } from "./errors.ts";
import type { Queue } from "./queues.ts";
import { readReceipt } from "./receipts.ts";

const MAX_VISIBILITY_S = 43_200;

export function deleteMessage(context: QueueContext, request: JsonObject): JsonObject {
  const queue = context.queues.named(request);
  return context.store.transaction(() => removeOne(context, queue, request));
}

export function deleteMessageBatch(context: QueueContext, request: JsonObject): JsonObject {
  const queue = context.queues.named(request);
  const entries = readEntries(request);
  return context.store.transaction(() => forEachEntry(entries, (entry) => removeOne(context, queue, entry)));
}

/**
 * A handle that is not of the latest receive succeeds without deleting, as AWS documents.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
 */
function removeOne(context: QueueContext, queue: Queue, request: JsonObject): JsonObject {
  const { id, receipt } = readReceipt(request);
  const message = context.messages.find(queue, id);
  if (message?.receipt === receipt) context.messages.remove(message);
  return {};
}

export function changeMessageVisibility(context: QueueContext, request: JsonObject): JsonObject {
  const queue = context.queues.named(request);
  context.store.transaction(() => changeOne(context, queue, request));
  context.changed(queue);
  return {};
}

export function changeMessageVisibilityBatch(context: QueueContext, request: JsonObject): JsonObject {
  const queue = context.queues.named(request);
  const entries = readEntries(request);
  const reply = context.store.transaction(() =>
    forEachEntry(entries, (entry) => changeOne(context, queue, entry)),
  );
  context.changed(queue);
  return reply;
}

/** @throws MessageNotInflight when the message is visible again, InvalidParameterValue when it is gone. */
function changeOne(context: QueueContext, queue: Queue, request: JsonObject): JsonObject {
  const seconds = optionalInteger(request, "VisibilityTimeout");
  if (seconds === undefined) throw missingParameter("VisibilityTimeout");
  if (seconds < 0 || seconds > MAX_VISIBILITY_S) {
    throw invalidParameter(
      `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout must be an integer between 0 and 43200.`,
    );
  }
  const { id, receipt } = readReceipt(request);
  const message = context.messages.find(queue, id);
  if (message === undefined || message.receipt !== receipt) {
    throw invalidParameter(
      "Value for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.",
    );
  }
  const now = context.now();
  if (message.visibleMs <= now) {
    throw sqsError(
      "MessageNotInflight",
      "The message referred to isn't in flight.",
      "AWS.SimpleQueueService.MessageNotInflight",
    );
  }
  context.messages.setVisible(message, now + 1000 * seconds);
  return {};
}
