/**
 * A queue consumer: each message is parsed and handed to its event's handler; only the messages that failed go back
 * to the queue. Handlers are idempotent by event id, as any message may come twice.
 */
import { EventType as BatchKind, BatchProcessor, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { Log } from "../platform/log.ts";
import type { Platform } from "../platform/platform.ts";
import type { EventOf, EventType } from "./catalogue.ts";
import { fromMessage } from "./message.ts";

export type EventHandler<T extends EventType> = {
  handle(event: EventOf<T>, log: Log): Promise<void>;
}["handle"];

/** The events one subscriber is sent, each with its handler. */
export type EventHandlers<T extends EventType> = { readonly [Type in T]: EventHandler<Type> };

/**
 * A Lambda handler over any queue: `work` is done for each message body; what throws is logged and only that message
 * goes back. @see AWS Lambda Developer Guide, "Implementing partial batch responses".
 */
export function consumeMessages(platform: Platform, work: (body: string, log: Log) => Promise<void>) {
  return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const processor = new BatchProcessor(BatchKind.SQS);
    const handleRecord = async (record: SQSRecord): Promise<void> => {
      const log = platform.log.with({
        messageId: record.messageId,
        receiveCount: Number(record.attributes.ApproximateReceiveCount),
      });
      try {
        await work(record.body, log);
      } catch (cause) {
        log.error("message-failed", cause);
        throw cause;
      }
    };
    const response = await processPartialResponse(event, handleRecord, processor, {
      context,
      // A batch of nothing but failures is still answered message by message.
      throwOnFullBatchFailure: false,
    });
    platform.metrics.flush();
    return response;
  };
}

/** A Lambda handler that hands each event to the handler of its type. */
export function consumeEvents<T extends EventType>(handlers: EventHandlers<T>, platform: Platform) {
  return consumeMessages(platform, async (body, log) => {
    const event = fromMessage(body);
    const eventLog = log.with({ eventId: event.id, event: event.type, correlationId: event.correlationId });
    const handler = (handlers as Partial<Record<EventType, EventHandler<EventType>>>)[event.type];
    if (handler === undefined)
      throw new Error(`${event.type} was sent to a consumer that does not subscribe to it`);
    await handler(event, eventLog);
    eventLog.info("event-handled");
  });
}
