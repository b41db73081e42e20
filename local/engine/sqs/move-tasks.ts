/**
 * StartMessageMoveTask and ListMessageMoveTasks: redriving a dead-letter queue. A task here moves everything at
 * once, so it is always complete.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
import { sqsError } from "../errors.ts";
import { type JsonObject, optionalInteger, optionalString, refuseOthers } from "../json.ts";
import { numberOf, optionalTextOf, textOf } from "../sqlite.ts";
import type { QueueContext } from "./context.ts";
import { invalidParameter, missingParameter } from "./errors.ts";
import type { StoredMessage } from "./message-store.ts";
import { parseRedrivePolicy } from "./queue-attributes.ts";
import type { Queue } from "./queues.ts";

const MAX_LISTED = 10;

/** Without `DestinationArn` each message goes back to the queue it came from. */
export function startMessageMoveTask(context: QueueContext, request: JsonObject): JsonObject {
  refuseOthers(request, new Set(["SourceArn", "DestinationArn", "MaxNumberOfMessagesPerSecond"]));
  const source = readSource(context, request);
  const destinationArn = optionalString(request, "DestinationArn");
  const destination = destinationArn === undefined ? undefined : requireQueue(context, destinationArn);
  const handle = Buffer.from(`${context.randomness.uuid()}:${source.arn}`).toString("base64");
  const changed = new Set<Queue>();
  context.store.transaction(() => {
    let moved = 0;
    for (const message of context.messages.all(source)) {
      const target = destination ?? (message.sourceArn && context.queues.findByArn(message.sourceArn));
      if (target === undefined || target === "" || message.visibleMs > context.now()) continue;
      moveOne(context, message, target);
      changed.add(target);
      moved += 1;
    }
    context.store
      .prepare(
        "INSERT INTO move_tasks (handle, source_arn, destination_arn, moved, started_ms) VALUES (?, ?, ?, ?, ?)",
      )
      .run(handle, source.arn, destinationArn ?? null, moved, context.now());
  });
  for (const queue of changed) context.changed(queue);
  return { TaskHandle: handle };
}

/** A redriven message is a new one: another id, another time, never received. */
function moveOne(context: QueueContext, message: StoredMessage, target: Queue): void {
  const now = context.now();
  context.messages.remove(message);
  context.messages.insert(target, {
    ...message,
    messageId: context.randomness.uuid(),
    sentMs: now,
    visibleMs: now,
  });
}

function requireQueue(context: QueueContext, arn: string): Queue {
  const queue = context.queues.findByArn(arn);
  if (queue !== undefined) return queue;
  throw sqsError(
    "ResourceNotFoundException",
    "The resource that you specified for the DestinationArn or SourceArn parameter doesn't exist.",
  );
}

function readSource(context: QueueContext, request: JsonObject): Queue {
  const arn = optionalString(request, "SourceArn");
  if (arn === undefined) throw missingParameter("SourceArn");
  const source = requireQueue(context, arn);
  const isTarget = context.queues
    .all()
    .some(({ attributes }) => parseRedrivePolicy(attributes["RedrivePolicy"])?.deadLetterTargetArn === arn);
  if (!isTarget) throw invalidParameter("Source queue must be configured as a Dead Letter Queue.");
  return source;
}

export function listMessageMoveTasks(context: QueueContext, request: JsonObject): JsonObject {
  refuseOthers(request, new Set(["SourceArn", "MaxResults"]));
  const source = readSource(context, request);
  const limit = optionalInteger(request, "MaxResults") ?? 1;
  if (limit < 1 || limit > MAX_LISTED) throw invalidParameter("MaxResults must be between 1 and 10.");
  const rows = context.store
    .prepare("SELECT * FROM move_tasks WHERE source_arn = ? ORDER BY id DESC LIMIT ?")
    .all(source.arn, limit);
  return {
    Results: rows.map((row) => {
      const destination = optionalTextOf(row, "destination_arn");
      return {
        Status: "COMPLETED",
        SourceArn: textOf(row, "source_arn"),
        ...(destination !== undefined && { DestinationArn: destination }),
        ApproximateNumberOfMessagesMoved: numberOf(row, "moved"),
        ApproximateNumberOfMessagesToMove: numberOf(row, "moved"),
        StartedTimestamp: numberOf(row, "started_ms"),
      };
    }),
  };
}
