// Feeds a function from a queue, as Lambda's poller does: batches, window, filters, partial failures, concurrency.

import { randomUUID } from "node:crypto";
import type { CloudClock } from "../clock.ts";
import type { Faults } from "../faults.ts";
import { describe, type Functions } from "../lambda/functions.ts";
import type { Log } from "../log.ts";
import type { FunctionModel, MappingModel, QueueModel } from "../template/model.ts";
import { batchResult } from "./failures.ts";
import { anyPattern, queueEvent } from "./pattern.ts";
import type { QueueMessage, QueuePort } from "./ports.ts";
import type { EventSource } from "./source.ts";

export type QueueSourceOptions = {
  readonly mapping: MappingModel;
  readonly queue: QueueModel;
  readonly fn: FunctionModel;
  readonly queues: QueuePort;
  readonly functions: Functions;
  readonly clock: CloudClock;
  readonly log: Log;
  readonly faults: Faults;
  readonly onQuiet: () => void;
};

/** Concurrent batches when the mapping sets no maximum. */
const DEFAULT_CONCURRENCY = 4;
const LONG_POLL_SECONDS = 20;

/** Starts polling. A batch whose function fails stays invisible until its time-out, then comes again. */
export function startQueueSource(options: QueueSourceOptions): EventSource {
  const { mapping, queue, queues, clock } = options;
  const passes = anyPattern(mapping.filters);
  const concurrency = mapping.maxConcurrency ?? DEFAULT_CONCURRENCY;
  const log = options.log.of(options.fn.label);
  const stopping = new AbortController();
  let deliveries = 0;
  let freed: (() => void) | undefined;

  const poll = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      if (deliveries >= concurrency) await new Promise<void>((resolve) => (freed = resolve));
      const batch = await collect();
      if (batch.length === 0) continue;
      deliveries += 1;
      void deliver(batch)
        .catch((cause: unknown) => log("error", `delivering from ${queue.name}: ${messageOf(cause)}`))
        .finally(() => {
          deliveries -= 1;
          freed?.();
          if (deliveries === 0) options.onQuiet();
        });
    }
  };

  /** One batch: the first that comes, plus what arrives within the window. */
  const collect = async (): Promise<QueueMessage[]> => {
    const batch = await receive(mapping.batchSize, LONG_POLL_SECONDS);
    const endsAt = clock.now() + mapping.batchWindowSeconds * 1_000;
    while (batch.length > 0 && batch.length < mapping.batchSize && !stopping.signal.aborted) {
      const waitSeconds = Math.min(Math.max(Math.ceil((endsAt - clock.now()) / 1_000), 0), LONG_POLL_SECONDS);
      const more = await receive(mapping.batchSize - batch.length, waitSeconds);
      if (more.length === 0 && clock.now() >= endsAt) break;
      batch.push(...more);
    }
    return batch;
  };

  /** Messages that pass the filters; the others are deleted, as Lambda does. */
  const receive = async (atMost: number, waitSeconds: number): Promise<QueueMessage[]> => {
    const limit = Math.min(atMost, 10);
    const messages = await queues.receive(queue.name, { limit, waitSeconds, signal: stopping.signal });
    const wanted = messages.filter((message) => passes(queueEvent(toRecord(message, queue.arn))));
    const unwanted = messages.filter((message) => !wanted.includes(message));
    if (unwanted.length > 0) await queues.delete(queue.name, unwanted.map(receiptOf));
    return wanted;
  };

  const deliver = async (batch: readonly QueueMessage[]): Promise<void> => {
    const correlation = randomUUID();
    log("batch", `${batch.length} from ${queue.name}`, correlation);
    const event = { Records: batch.map((message) => toRecord(message, queue.arn)) };
    const occasion = { queue: queue.name, functions: [options.fn.label, options.fn.name] };
    if (options.faults.take("duplicate-delivery", occasion)) {
      log("fault", `${queue.name}: the batch is delivered twice`, correlation);
      await options.functions.invoke(options.fn.arn, event, correlation);
    }
    const outcome = await options.functions.invoke(options.fn.arn, event, correlation);
    const { failed } = batchResult(
      outcome,
      batch.map((message) => message.messageId),
      mapping.reportItemFailures,
    );
    if (failed === "all") {
      const reason = outcome.kind === "returned" ? "it answered so" : describe(outcome);
      log("error", `all ${batch.length} from ${queue.name} stay: ${reason}`, correlation);
      return;
    }
    const done = batch.filter((message) => !failed.has(message.messageId));
    if (failed.size > 0)
      log("error", `${failed.size} of ${batch.length} from ${queue.name} stay`, correlation);
    if (done.length > 0) await queues.delete(queue.name, done.map(receiptOf));
  };

  void poll().catch((cause: unknown) => log("error", `polling ${queue.name} ended: ${messageOf(cause)}`));
  return {
    name: `${queue.name} → ${options.fn.label}`,
    busy: async () => {
      const { visible, inFlight, delayed } = await queues.counts(queue.name);
      const waiting = visible + inFlight + delayed;
      return deliveries > 0 || waiting > 0 ? `${queue.name}: ${waiting} messages` : undefined;
    },
    stop: () => {
      stopping.abort();
      freed?.();
    },
  };
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
const receiptOf = (message: QueueMessage): string => message.receiptHandle;

/** A message as a record of an SQS event. */
export function toRecord(message: QueueMessage, queueArn: string): Record<string, unknown> {
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: message.attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.messageAttributes).map(([name, value]) => [name, lowerCaseKeys(value)]),
    ),
    md5OfBody: message.md5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(":")[3] ?? "",
  };
}

/** Lambda writes `dataType` where SQS writes `DataType`. */
function lowerCaseKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]) => [
    key.charAt(0).toLowerCase() + key.slice(1),
    entry,
  ]);
  return { stringListValues: [], binaryListValues: [], ...Object.fromEntries(entries) };
}
