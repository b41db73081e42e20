/** Operations on queues themselves. */
import { sqsError } from "../errors.ts";
import { type JsonObject, optionalInteger, optionalString, stringList, stringMap } from "../json.ts";
import type { QueueCall, QueueContext } from "./context.ts";
import {
  batchError,
  invalidParameter,
  missingParameter,
  queueDoesNotExist,
  unsupportedQueueFeature,
} from "./errors.ts";
import {
  checkAttributes,
  DEFAULT_ATTRIBUTES,
  isAttributeName,
  type QueueAttributes,
} from "./queue-attributes.ts";
import type { Queue } from "./queues.ts";

const NAME = /^[A-Za-z0-9_-]{1,80}$/;
const MAX_LISTED = 1000;
const PURGE_INTERVAL_MS = 60_000;
const COMPUTED = [
  "QueueArn",
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
] as const;

export function queueUrl(context: QueueContext, call: QueueCall, name: string): string {
  return `${call.origin}/${context.accountId}/${name}`;
}

/** Creating a queue again with the same attributes answers with its URL. @throws QueueNameExists */
export function createQueue(context: QueueContext, request: JsonObject, call: QueueCall): JsonObject {
  const name = optionalString(request, "QueueName");
  if (name === undefined) throw missingParameter("QueueName");
  if (name.endsWith(".fifo")) throw unsupportedQueueFeature("A FIFO queue");
  if (!NAME.test(name)) {
    throw invalidParameter(
      "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    );
  }
  const given = stringMap(request, "Attributes");
  checkAttributes(given, (arn) => context.queues.findByArn(arn) !== undefined);
  const existing = context.queues.find(name);
  const differs = Object.entries(given).find(
    ([key, value]) => existing && existing.attributes[key] !== value,
  );
  if (differs !== undefined) {
    throw sqsError(
      "QueueNameExists",
      `A queue already exists with the same name and a different value for attribute ${differs[0]}`,
      "QueueAlreadyExists",
    );
  }
  if (existing === undefined) context.queues.add(name, { ...DEFAULT_ATTRIBUTES, ...given }, context.now());
  return { QueueUrl: queueUrl(context, call, name) };
}

export function deleteQueue(context: QueueContext, request: JsonObject): JsonObject {
  const queue = context.queues.named(request);
  context.queues.remove(queue);
  context.changed(queue);
  return {};
}

export function getQueueUrl(context: QueueContext, request: JsonObject, call: QueueCall): JsonObject {
  const name = optionalString(request, "QueueName");
  if (name === undefined) throw missingParameter("QueueName");
  if (context.queues.find(name) === undefined) throw queueDoesNotExist();
  return { QueueUrl: queueUrl(context, call, name) };
}

export function listQueues(context: QueueContext, request: JsonObject, call: QueueCall): JsonObject {
  const prefix = optionalString(request, "QueueNamePrefix") ?? "";
  const after = optionalString(request, "NextToken") ?? "";
  const limit = optionalInteger(request, "MaxResults") ?? MAX_LISTED;
  if (limit < 1 || limit > MAX_LISTED)
    throw invalidParameter("MaxResults must be an integer between 1 and 1000.");
  const names = context.queues
    .all()
    .map(({ name }) => name)
    .filter((name) => name.startsWith(prefix) && name > after);
  const page = names.slice(0, limit);
  return {
    ...(page.length > 0 && { QueueUrls: page.map((name) => queueUrl(context, call, name)) }),
    ...(names.length > limit && { NextToken: page.at(-1) }),
  };
}

export function getQueueAttributes(context: QueueContext, request: JsonObject): JsonObject {
  const queue = context.queues.named(request);
  const asked = stringList(request, "AttributeNames");
  const all = { ...queue.attributes, ...computed(context, queue) };
  const unknown = asked.find((name) => name !== "All" && !Object.hasOwn(all, name) && !isAttributeName(name));
  if (unknown !== undefined) throw sqsError("InvalidAttributeName", `Unknown Attribute ${unknown}.`);
  const Attributes = Object.fromEntries(
    Object.entries(all).filter(([name]) => asked.includes("All") || asked.includes(name)),
  );
  return Object.keys(Attributes).length > 0 ? { Attributes } : {};
}

function computed(context: QueueContext, queue: Queue): Readonly<Record<(typeof COMPUTED)[number], string>> {
  const counts = context.messages.count(queue, context.now());
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    CreatedTimestamp: String(Math.floor(queue.createdMs / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedMs / 1000)),
  };
}

/** An empty `RedrivePolicy` takes it away. */
export function setQueueAttributes(context: QueueContext, request: JsonObject): JsonObject {
  const queue = context.queues.named(request);
  const given = stringMap(request, "Attributes");
  checkAttributes(given, (arn) => context.queues.findByArn(arn) !== undefined);
  const attributes: QueueAttributes = Object.fromEntries(
    Object.entries({ ...queue.attributes, ...given }).filter(
      ([name, value]) => name !== "RedrivePolicy" || value !== "",
    ),
  );
  context.queues.replace({ ...queue, attributes, modifiedMs: context.now() });
  return {};
}

/** At most once a minute, as on AWS. @throws PurgeQueueInProgress */
export function purgeQueue(context: QueueContext, request: JsonObject): JsonObject {
  const queue = context.queues.named(request);
  const now = context.now();
  if (queue.purgedMs !== undefined && now - queue.purgedMs < PURGE_INTERVAL_MS) {
    throw batchError(
      "PurgeQueueInProgress",
      `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
    );
  }
  context.store.transaction(() => context.messages.removeAll(queue));
  context.queues.replace({ ...queue, purgedMs: now });
  return {};
}
