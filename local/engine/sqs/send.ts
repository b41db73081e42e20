/** SendMessage and SendMessageBatch. */
import { sqsError } from "../errors.ts";
import {
  isObject,
  type JsonObject,
  optionalInteger,
  optionalObject,
  optionalString,
  own,
  refuseOthers,
} from "../json.ts";
import { forEachEntry, readEntries } from "./batches.ts";
import type { QueueCall, QueueContext } from "./context.ts";
import { batchError, invalidParameter, missingParameter, unsupportedQueueFeature } from "./errors.ts";
import { attributesDigest, attributesSize, md5, readMessageAttributes } from "./message-attributes.ts";
import { MAX_MESSAGE_BYTES, numericAttribute } from "./queue-attributes.ts";
import type { Queue } from "./queues.ts";

const MEMBERS: ReadonlySet<string> = new Set([
  "Id",
  "QueueUrl",
  "MessageBody",
  "DelaySeconds",
  "MessageAttributes",
  "MessageSystemAttributes",
]);
const MAX_DELAY_S = 900;
/** @see https://www.w3.org/TR/REC-xml/#charsets, which SQS names as its set of characters. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

export function sendMessage(context: QueueContext, request: JsonObject, call: QueueCall): JsonObject {
  const queue = context.queues.named(request);
  const reply = context.store.transaction(() => send(context, queue, request, call));
  context.changed(queue);
  return reply;
}

export function sendMessageBatch(context: QueueContext, request: JsonObject, call: QueueCall): JsonObject {
  const queue = context.queues.named(request);
  const entries = readEntries(request);
  const bytes = entries.reduce((sum, entry) => sum + messageSize(entry.request), 0);
  if (bytes > MAX_MESSAGE_BYTES) {
    throw batchError(
      "BatchRequestTooLong",
      `Batch requests cannot be longer than ${MAX_MESSAGE_BYTES} bytes. You have sent ${bytes} bytes.`,
    );
  }
  const reply = context.store.transaction(() =>
    forEachEntry(entries, (entry) => send(context, queue, entry, call)),
  );
  context.changed(queue);
  return reply;
}

function messageSize(request: JsonObject): number {
  return (
    Buffer.byteLength(optionalString(request, "MessageBody") ?? "") +
    attributesSize(readMessageAttributes(request))
  );
}

function send(context: QueueContext, queue: Queue, request: JsonObject, call: QueueCall): JsonObject {
  const unknown = Object.keys(request).find((name) => !MEMBERS.has(name) && own(request, name) !== undefined);
  if (unknown !== undefined) throw unsupportedQueueFeature(unknown);
  const body = readBody(request);
  const attributes = readMessageAttributes(request);
  const limit = numericAttribute(queue.attributes, "MaximumMessageSize");
  if (messageSize(request) > limit) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
    );
  }
  const now = context.now();
  const messageId = context.randomness.uuid();
  const traceHeader = readTraceHeader(request);
  context.messages.insert(queue, {
    messageId,
    body,
    attributes,
    traceHeader,
    senderId: call.accessKeyId ?? context.accountId,
    sentMs: now,
    visibleMs: now + 1000 * readDelay(queue, request),
  });
  const digest = attributesDigest(attributes);
  const systemDigest =
    traceHeader && attributesDigest({ AWSTraceHeader: { DataType: "String", StringValue: traceHeader } });
  return {
    MessageId: messageId,
    MD5OfMessageBody: md5(body),
    ...(digest !== undefined && { MD5OfMessageAttributes: digest }),
    ...(systemDigest !== undefined && { MD5OfMessageSystemAttributes: systemDigest }),
  };
}

function readBody(request: JsonObject): string {
  const body = optionalString(request, "MessageBody") ?? "";
  if (body === "") throw missingParameter("MessageBody");
  if (FORBIDDEN.test(body)) {
    throw sqsError("InvalidMessageContents", "Invalid binary character found in message body.");
  }
  return body;
}

function readDelay(queue: Queue, request: JsonObject): number {
  const delay =
    optionalInteger(request, "DelaySeconds") ?? numericAttribute(queue.attributes, "DelaySeconds");
  if (delay >= 0 && delay <= MAX_DELAY_S) return delay;
  throw invalidParameter(
    `Value ${delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
  );
}

/** The one system attribute that a sender may set. */
function readTraceHeader(request: JsonObject): string | undefined {
  const system = optionalObject(request, "MessageSystemAttributes");
  if (system === undefined) return undefined;
  refuseOthers(system, new Set(["AWSTraceHeader"]));
  const header = own(system, "AWSTraceHeader");
  return isObject(header) ? optionalString(header, "StringValue") : undefined;
}
