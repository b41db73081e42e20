// Feeds a function from a table's stream, as Lambda's poller does: in order, one batch at a time, with a durable
// position. The position moves only when a batch is done or given up, so a kill repeats records but loses none.

import { randomUUID } from "node:crypto";
import type { CloudClock, Timer } from "../clock.ts";
import type { Faults } from "../faults.ts";
import { describe, type Functions } from "../lambda/functions.ts";
import type { InvokeOutcome } from "../lambda/instance.ts";
import type { Log } from "../log.ts";
import type { StateStore } from "../state.ts";
import type { FunctionModel, MappingModel, TableModel } from "../template/model.ts";
import { batchResult } from "./failures.ts";
import { anyPattern } from "./pattern.ts";
import type { QueuePort, StreamPort, StreamRecord } from "./ports.ts";
import type { EventSource } from "./source.ts";

export type StreamSourceOptions = {
  readonly mapping: MappingModel;
  readonly table: TableModel;
  readonly streamArn: string;
  readonly fn: FunctionModel;
  readonly streams: StreamPort;
  readonly queues: QueuePort;
  readonly functions: Functions;
  readonly clock: CloudClock;
  readonly state: StateStore;
  readonly log: Log;
  readonly faults: Faults;
  readonly onQuiet: () => void;
};

const LONGEST_BACKOFF_MS = 10_000;

/** Starts polling from the stored position. */
export function startStreamSource(options: StreamSourceOptions): EventSource {
  const { mapping, table, streamArn, streams, clock } = options;
  const passes = anyPattern(mapping.filters);
  const positionKey = `stream:${mapping.logicalId}`;
  const log = options.log.of(options.fn.label);
  let stopped = false;
  let running = false;
  let sleeper: { timer: Timer | undefined; done: () => void } | undefined;
  let woken = false;

  const wake = (): void => {
    woken = true;
    if (!running) void run();
  };

  /** Waits for a time on the clock; a stop ends it early. */
  const sleep = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        sleeper?.timer?.cancel();
        sleeper = undefined;
        resolve();
      };
      sleeper = { timer: undefined, done };
      sleeper.timer = clock.after(delayMs, done);
    });

  const position = async (): Promise<string | undefined> => {
    const stored = options.state.get(positionKey);
    if (stored !== undefined) return stored === "" ? undefined : stored;
    const first = mapping.startingPosition === "LATEST" ? await streams.newest(table.name) : undefined;
    options.state.set(positionKey, first ?? "");
    return first;
  };

  const run = async (): Promise<void> => {
    running = true;
    try {
      while (!stopped) {
        woken = false;
        const records = await readBatch(await position());
        const last = records.at(-1);
        if (last === undefined) {
          if (woken) continue;
          break;
        }
        const wanted = records.filter((record) => passes(toRecord(record, streamArn)));
        if (wanted.length > 0) await deliver(wanted, 0);
        if (!stopped) options.state.set(positionKey, last.sequenceNumber);
      }
    } catch (cause) {
      log("error", `polling ${table.name}: ${cause instanceof Error ? cause.message : String(cause)}`);
      clock.after(1_000, wake);
    } finally {
      running = false;
      options.onQuiet();
    }
  };

  const readBatch = async (after: string | undefined): Promise<StreamRecord[]> => {
    const records = await streams.read(table.name, after, mapping.batchSize);
    const windowMs = mapping.batchWindowSeconds * 1_000;
    if (records.length === 0 || records.length >= mapping.batchSize || windowMs === 0) return records;
    await sleep(windowMs);
    return streams.read(table.name, after, mapping.batchSize);
  };

  /** Delivers until done, given up, or stopped. `attempts` counts the failures so far. */
  const deliver = async (batch: readonly StreamRecord[], attempts: number): Promise<void> => {
    let rest = batch;
    for (let failures = attempts; !stopped; ) {
      const { outcome, failedAt } = await attempt(rest);
      if (failedAt === undefined) return;
      const done = rest[failedAt - 1];
      if (done !== undefined) options.state.set(positionKey, done.sequenceNumber);
      rest = rest.slice(failedAt);
      failures += 1;
      if (isExhausted(rest, failures)) return giveUp(rest, failures, outcome);
      await sleep(Math.min(100 * 2 ** failures, LONGEST_BACKOFF_MS));
      if (mapping.bisectOnError && rest.length > 1) {
        const middle = Math.ceil(rest.length / 2);
        await deliver(rest.slice(0, middle), failures);
        return deliver(rest.slice(middle), failures);
      }
    }
  };

  /** One invocation; `failedAt` is the index of the first record that is not done. */
  const attempt = async (
    batch: readonly StreamRecord[],
  ): Promise<{ outcome: InvokeOutcome; failedAt: number | undefined }> => {
    const correlation = randomUUID();
    const occasion = { functions: [options.fn.label, options.fn.name] };
    log("batch", `${batch.length} from the stream of ${table.name}`, correlation);
    if (options.faults.take("drop-stream-batch", occasion)) {
      log("fault", "the batch is dropped before the function sees it", correlation);
      return { outcome: { kind: "crashed", message: "Dropped on request" }, failedAt: 0 };
    }
    const event = { Records: batch.map((record) => toRecord(record, streamArn)) };
    if (options.faults.take("duplicate-delivery", occasion)) {
      log("fault", "the batch is delivered twice", correlation);
      await options.functions.invoke(options.fn.arn, event, correlation);
    }
    const outcome = await options.functions.invoke(options.fn.arn, event, correlation);
    const identifiers = batch.map((record) => record.sequenceNumber);
    const { failed } = batchResult(outcome, identifiers, mapping.reportItemFailures);
    if (failed === "all") {
      log(
        "error",
        `batch failed: ${outcome.kind === "returned" ? "it answered so" : describe(outcome)}`,
        correlation,
      );
      return { outcome, failedAt: 0 };
    }
    const first = identifiers.findIndex((identifier) => failed.has(identifier));
    if (first >= 0)
      log("error", `${batch.length - first} of ${batch.length} records come again`, correlation);
    return { outcome, failedAt: first < 0 ? undefined : first };
  };

  const isExhausted = (batch: readonly StreamRecord[], failures: number): boolean => {
    if (mapping.maxRetries >= 0 && failures > mapping.maxRetries) return true;
    const oldest = batch[0]?.createdAtMs ?? clock.now();
    return mapping.maxAgeSeconds >= 0 && clock.now() - oldest > mapping.maxAgeSeconds * 1_000;
  };

  const giveUp = async (
    batch: readonly StreamRecord[],
    failures: number,
    outcome: InvokeOutcome,
  ): Promise<void> => {
    log("error", `given up after ${failures} attempts: ${batch.length} records of ${table.name}`);
    if (mapping.failureArn === undefined) return;
    const queueName = mapping.failureArn.slice(mapping.failureArn.lastIndexOf(":") + 1);
    const body = failureMessage(batch, failures, outcome, options, clock.now());
    await options.queues.send(queueName, JSON.stringify(body));
  };

  const unsubscribe = streams.onRecords(table.name, wake);
  wake();
  return {
    name: `stream of ${table.name} → ${options.fn.label}`,
    busy: async () => {
      if (running) return `stream of ${table.name}`;
      const left = await streams.read(table.name, await position(), 1);
      return left.length > 0 ? `stream of ${table.name}` : undefined;
    },
    stop: () => {
      stopped = true;
      unsubscribe();
      sleeper?.done();
    },
  };
}

/** A stream record as Lambda gives it. */
export function toRecord({ record }: StreamRecord, streamArn: string): Record<string, unknown> {
  return { ...record, eventSourceARN: streamArn };
}

/** What the on-failure destination gets: where the records are, not the records. */
function failureMessage(
  batch: readonly StreamRecord[],
  failures: number,
  outcome: InvokeOutcome,
  options: StreamSourceOptions,
  now: number,
): Record<string, unknown> {
  const [first, last] = [batch[0], batch.at(-1)];
  const arrival = (record: StreamRecord | undefined): string =>
    new Date(record?.createdAtMs ?? now).toISOString();
  return {
    requestContext: {
      requestId: randomUUID(),
      functionArn: options.fn.arn,
      condition: "RetryAttemptsExhausted",
      approximateInvokeCount: failures,
    },
    responseContext: {
      statusCode: 200,
      executedVersion: "$LATEST",
      ...(outcome.kind === "returned" ? {} : { functionError: "Unhandled" }),
    },
    version: "1.0",
    timestamp: new Date(now).toISOString(),
    DDBStreamBatchInfo: {
      shardId: "shardId-00000000000000000000-local",
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: batch.length,
      streamArn: options.streamArn,
    },
  };
}
