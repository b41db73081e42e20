/** ReceiveMessage: what is visible, at once or as soon as something is, within the time the caller waits. */
import { sqsError } from "../errors.ts";
import { type JsonObject, optionalInteger, refuseOthers, stringList } from "../json.ts";
import type { QueueCall, QueueContext } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { attributesDigest, chooseAttributes, md5 } from "./message-attributes.ts";
import type { StoredMessage } from "./message-store.ts";
import { numericAttribute, parseRedrivePolicy } from "./queue-attributes.ts";
import type { Queue } from "./queues.ts";
import { formatReceipt } from "./receipts.ts";

const MEMBERS: ReadonlySet<string> = new Set([
  "QueueUrl",
  "MaxNumberOfMessages",
  "VisibilityTimeout",
  "WaitTimeSeconds",
  "MessageAttributeNames",
  "MessageSystemAttributeNames",
  "AttributeNames",
]);
const MAX_MESSAGES = 10;
const MAX_IN_FLIGHT = 120_000;
/** How many visible messages are looked at when their order is shuffled. */
const SAMPLE = 50;

type Receive = {
  readonly max: number;
  readonly visibilityMs: number;
  readonly waitMs: number;
  readonly systemNames: readonly string[];
  readonly attributeNames: readonly string[];
};

export async function receiveMessage(
  context: QueueContext,
  request: JsonObject,
  call: QueueCall,
): Promise<JsonObject> {
  refuseOthers(request, MEMBERS);
  const receive = readReceive(context.queues.named(request), request);
  const deadline = context.now() + receive.waitMs;
  while (call.signal?.aborted !== true && !context.closed()) {
    const queue = context.queues.named(request);
    const messages = take(context, queue, receive, call);
    if (messages.length > 0) return { Messages: messages };
    const now = context.now();
    if (now >= deadline) break;
    const next = context.messages.nextVisibleMs(queue, now) ?? deadline;
    await context.untilChanged(queue, Math.min(deadline, next), call.signal);
  }
  return {};
}

function readReceive(queue: Queue, request: JsonObject): Receive {
  const ranged = (name: string, min: number, max: number, initial: number): number => {
    const value = optionalInteger(request, name) ?? initial;
    if (value >= min && value <= max) return value;
    throw invalidParameter(
      `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${min} and ${max}, if provided.`,
    );
  };
  const { attributes } = queue;
  const visibility = numericAttribute(attributes, "VisibilityTimeout");
  const wait = numericAttribute(attributes, "ReceiveMessageWaitTimeSeconds");
  return {
    max: ranged("MaxNumberOfMessages", 1, MAX_MESSAGES, 1),
    visibilityMs: 1000 * ranged("VisibilityTimeout", 0, 43_200, visibility),
    waitMs: 1000 * ranged("WaitTimeSeconds", 0, 20, wait),
    systemNames: [
      ...stringList(request, "AttributeNames"),
      ...stringList(request, "MessageSystemAttributeNames"),
    ],
    attributeNames: stringList(request, "MessageAttributeNames"),
  };
}

/** Takes what is visible; on the way, drops what is too old and moves what was received too often. */
function take(context: QueueContext, queue: Queue, receive: Receive, call: QueueCall): readonly JsonObject[] {
  const now = context.now();
  if (!context.messages.isAnyVisible(queue, now)) return [];
  if (context.messages.countInFlight(queue, now) >= MAX_IN_FLIGHT) {
    throw sqsError("OverLimit", "Too many messages are in flight in the queue", "OverLimit");
  }
  const moved = new Set<Queue>();
  const taken = context.store.transaction(() => {
    const messages: JsonObject[] = [];
    let deliverable = nextDeliverable(context, queue, now, moved, receive.max);
    while (deliverable.messages.length > 0 && messages.length < receive.max) {
      for (const message of deliverable.messages.slice(0, receive.max - messages.length)) {
        messages.push(hand(context, message, receive, call, now));
      }
      if (deliverable.isAll || call.redeliver || receive.visibilityMs === 0) break;
      deliverable = nextDeliverable(context, queue, now, moved, receive.max);
    }
    return messages;
  });
  for (const target of moved) context.changed(target);
  return taken;
}

/** `isAll`: no others are visible. */
function nextDeliverable(
  context: QueueContext,
  queue: Queue,
  now: number,
  moved: Set<Queue>,
  max: number,
): { readonly messages: readonly StoredMessage[]; readonly isAll: boolean } {
  const oldest = now - 1000 * numericAttribute(queue.attributes, "MessageRetentionPeriod");
  const redrive = parseRedrivePolicy(queue.attributes["RedrivePolicy"]);
  const target = redrive && context.queues.findByArn(redrive.deadLetterTargetArn);
  for (;;) {
    const most = context.randomness.shuffles ? SAMPLE : max;
    const candidates = context.messages.visible(queue, now, most);
    const kept = candidates.filter((message) => {
      const expired = message.sentMs <= oldest;
      const exhausted = redrive !== undefined && message.receiveCount >= redrive.maxReceiveCount;
      if (expired) context.messages.remove(message);
      else if (exhausted && target !== undefined) {
        context.messages.moveToDeadLetters(message, target, queue.arn, now);
        moved.add(target);
      } else return true;
      return false;
    });
    const isAll = candidates.length < most;
    if (kept.length > 0 || isAll) return { messages: context.randomness.order(kept), isAll };
  }
}

function hand(
  context: QueueContext,
  message: StoredMessage,
  receive: Receive,
  call: QueueCall,
  now: number,
): JsonObject {
  const receipt = context.randomness.uuid();
  context.messages.markReceived(message, receipt, now, call.redeliver ? now : now + receive.visibilityMs);
  const chosen = chooseAttributes(message.attributes, receive.attributeNames);
  const digest = attributesDigest(chosen);
  const system = systemAttributes(message, receive.systemNames, now);
  return {
    MessageId: message.messageId,
    ReceiptHandle: formatReceipt({ id: message.id, receipt }),
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(Object.keys(system).length > 0 && { Attributes: system }),
    ...(digest !== undefined && { MD5OfMessageAttributes: digest, MessageAttributes: chosen }),
  };
}

function systemAttributes(message: StoredMessage, asked: readonly string[], now: number): JsonObject {
  const all: Readonly<Record<string, string | undefined>> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentMs),
    ApproximateReceiveCount: String(message.receiveCount + 1),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedMs ?? now),
    AWSTraceHeader: message.traceHeader,
    DeadLetterQueueSourceArn: message.sourceArn,
  };
  return Object.fromEntries(
    Object.entries(all).filter(
      ([name, value]) => value !== undefined && (asked.includes("All") || asked.includes(name)),
    ),
  );
}
