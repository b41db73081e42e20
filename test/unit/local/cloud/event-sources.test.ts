import { afterEach, describe, expect, it } from "vitest";
import { type CloudClock, createClock } from "../../../../local/cloud/clock.ts";
import type { QueueMessage, QueuePort, StreamPort } from "../../../../local/cloud/event-sources/ports.ts";
import { startQueueSource } from "../../../../local/cloud/event-sources/queue-source.ts";
import type { EventSource } from "../../../../local/cloud/event-sources/source.ts";
import { startStreamSource } from "../../../../local/cloud/event-sources/stream-source.ts";
import { createFaults } from "../../../../local/cloud/faults.ts";
import type { Functions } from "../../../../local/cloud/lambda/functions.ts";
import type { InvokeOutcome } from "../../../../local/cloud/lambda/instance.ts";
import { createLog } from "../../../../local/cloud/log.ts";
import type { FunctionModel, MappingModel } from "../../../../local/cloud/template/model.ts";

const fn: FunctionModel = {
  logicalId: "Fn",
  label: "fn",
  name: "fn",
  arn: "arn:aws:lambda:eu-west-1:000000000000:function:fn",
  codeDirectory: "/nowhere",
  handler: "index.handler",
  memoryMb: 128,
  timeoutSeconds: 3,
  environment: {},
  roleArn: "r",
  asyncRetries: 0,
};
const mapping: MappingModel = {
  logicalId: "Mapping",
  id: "m",
  sourceArn: "arn:source",
  functionArn: fn.arn,
  batchSize: 10,
  batchWindowSeconds: 0,
  filters: [],
  reportItemFailures: true,
  startingPosition: "TRIM_HORIZON",
  bisectOnError: false,
  maxRetries: -1,
  maxAgeSeconds: -1,
};

const log = createLog({ now: () => 0 });
const faults = createFaults();
const running: (EventSource | CloudClock)[] = [];
afterEach(() => {
  for (const part of running.splice(0)) part.stop();
});

/** A clock on which every wait is over at once, so that back-off takes no time. */
function hastyClock(): CloudClock {
  const clock = createClock();
  running.push(clock);
  return { ...clock, after: (_delayMs, action) => clock.after(0, action) };
}

/** Functions that answer by a rule and note which records they were given. */
function functionsThat(
  answer: (ids: string[]) => InvokeOutcome | Promise<InvokeOutcome>,
  idOf: (record: never) => string,
) {
  const batches: string[][] = [];
  const functions: Functions = {
    invoke: async (_arn, event) => {
      const { Records } = event as { Records: never[] };
      const ids = Records.map(idOf);
      batches.push(ids);
      return answer(ids);
    },
    crash: async () => {},
    stats: () => [],
    inFlight: () => 0,
    onQuiet: () => {},
    stop: async () => {},
  };
  return { functions, batches };
}

const returned = (...failed: string[]): InvokeOutcome => ({
  kind: "returned",
  value: { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) },
});
const thrown: InvokeOutcome = { kind: "threw", error: { errorType: "Error", errorMessage: "no", trace: [] } };

describe("a stream source", () => {
  /** Runs over records 1 to `count` until all are done or given up. */
  async function run(
    count: number,
    settings: Partial<MappingModel>,
    answer: (ids: string[]) => InvokeOutcome,
    stored = new Map<string, string>(),
  ) {
    const { functions, batches } = functionsThat(
      answer,
      (record: { dynamodb: { SequenceNumber: string } }) => record.dynamodb.SequenceNumber,
    );
    const sequence = (index: number) => String(index).padStart(3, "0");
    const records = Array.from({ length: count }, (_, index) => ({
      sequenceNumber: sequence(index + 1),
      createdAtMs: Date.now(),
      record: {
        eventName: index % 2 === 0 ? "INSERT" : "MODIFY",
        dynamodb: { SequenceNumber: sequence(index + 1) },
      },
    }));
    const streams: StreamPort = {
      read: async (_table, after, limit) =>
        records.filter(({ sequenceNumber }) => sequenceNumber > (after ?? "")).slice(0, limit),
      newest: async () => records.at(-1)?.sequenceNumber,
      onRecords: () => () => {},
    };
    const sent: string[] = [];
    const queues = { ...emptyQueue, send: async (_name: string, body: string) => void sent.push(body) };
    await new Promise<void>((resolve) => {
      running.push(
        startStreamSource({
          mapping: { ...mapping, ...settings },
          table: {
            logicalId: "T",
            name: "t",
            arn: "arn:t",
            keys: [],
            attributes: {},
            globalIndexes: [],
            localIndexes: [],
          },
          streamArn: "arn:aws:dynamodb:eu-west-1:000000000000:table/t/stream/x",
          fn,
          streams,
          queues,
          functions,
          clock: hastyClock(),
          state: {
            get: (key) => stored.get(key),
            set: (key, value) => void stored.set(key, value),
            close: () => {},
          },
          log,
          faults,
          onQuiet: resolve,
        }),
      );
    });
    return { batches, sent, position: stored.get("stream:Mapping") };
  }

  it("gives batches in order and remembers where it is", async () => {
    const { batches, position } = await run(5, { batchSize: 2 }, () => returned());
    expect(batches).toEqual([["001", "002"], ["003", "004"], ["005"]]);
    expect(position).toBe("005");
  });

  it("goes on from where it was", async () => {
    const { batches } = await run(5, {}, () => returned(), new Map([["stream:Mapping", "003"]]));
    expect(batches).toEqual([["004", "005"]]);
  });

  it("starts after what is there when the mapping says LATEST", async () => {
    const { batches, position } = await run(5, { startingPosition: "LATEST" }, () => returned());
    expect([batches, position]).toEqual([[], "005"]);
  });

  it("leaves out what the filters leave out, and passes over it", async () => {
    const { batches, position } = await run(4, { filters: ['{"eventName":["INSERT"]}'] }, () => returned());
    expect([batches, position]).toEqual([[["001", "003"]], "004"]);
  });

  it("repeats from the first failed record on, in order", async () => {
    let failures = 1;
    const { batches } = await run(4, {}, () => (failures-- > 0 ? returned("003", "002") : returned()));
    expect(batches).toEqual([
      ["001", "002", "003", "004"],
      ["002", "003", "004"],
    ]);
  });

  it("halves a failing batch until the bad record is alone, then gives it up to the failure queue", async () => {
    const settings = {
      bisectOnError: true,
      maxRetries: 3,
      failureArn: "arn:aws:sqs:eu-west-1:000000000000:dead",
    };
    const { batches, sent, position } = await run(4, settings, (ids) =>
      ids.includes("003") ? thrown : returned(),
    );
    expect(batches.filter((ids) => ids.length === 1)).toContainEqual(["003"]);
    expect(batches.flat().filter((id) => id === "004").length).toBeGreaterThan(1);
    expect(sent.map((body) => JSON.parse(body).DDBStreamBatchInfo)).toEqual([
      expect.objectContaining({ startSequenceNumber: "003", endSequenceNumber: "003", batchSize: 1 }),
    ]);
    expect(position).toBe("004");
  });

  it("tries as often as the mapping says, once more than its retries", async () => {
    const { batches } = await run(1, { maxRetries: 2 }, () => thrown);
    expect(batches).toEqual([["001"], ["001"], ["001"]]);
  });
});

const emptyQueue: QueuePort = {
  receive: async () => [],
  delete: async () => {},
  send: async () => {},
  counts: async () => ({ visible: 0, inFlight: 0, delayed: 0 }),
  redrive: async () => 0,
};

describe("a queue source", () => {
  /** A queue in memory that hands each message out once. */
  function queueOf(...bodies: string[]) {
    const waiting = bodies.map(
      (body): QueueMessage => ({
        messageId: body,
        receiptHandle: body,
        body,
        md5OfBody: "",
        attributes: {},
        messageAttributes: {},
      }),
    );
    const deleted: string[] = [];
    const port: QueuePort = {
      ...emptyQueue,
      receive: async (_name, { limit, waitSeconds, signal }) => {
        const taken = waiting.splice(0, limit);
        if (taken.length > 0 || waitSeconds === 0) return taken;
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        return [];
      },
      delete: async (_name, handles) => void deleted.push(...handles),
    };
    return { port, deleted };
  }

  const start = (
    settings: Partial<MappingModel>,
    queues: QueuePort,
    functions: Functions,
    onQuiet: () => void,
  ) =>
    running.push(
      startQueueSource({
        mapping: { ...mapping, ...settings },
        queue: {
          logicalId: "Q",
          name: "work",
          arn: "arn:aws:sqs:eu-west-1:000000000000:work",
          url: "",
          visibilityTimeoutSeconds: 30,
          delaySeconds: 0,
          retentionSeconds: 60,
          receiveWaitSeconds: 0,
        },
        fn,
        queues,
        functions,
        clock: hastyClock(),
        log,
        faults,
        onQuiet,
      }),
    );

  it("deletes what worked and leaves what failed", async () => {
    const { port, deleted } = queueOf("a", "b", "c");
    const { functions, batches } = functionsThat(
      () => returned("b"),
      (record: { messageId: string }) => record.messageId,
    );
    await new Promise<void>((resolve) => start({}, port, functions, resolve));
    expect([batches, deleted]).toEqual([[["a", "b", "c"]], ["a", "c"]]);
  });

  it("leaves everything when the function fails", async () => {
    const { port, deleted } = queueOf("a", "b");
    const { functions } = functionsThat(
      () => thrown,
      (record: { messageId: string }) => record.messageId,
    );
    await new Promise<void>((resolve) => start({}, port, functions, resolve));
    expect(deleted).toEqual([]);
  });

  it("deletes what the filters leave out without running the function", async () => {
    const { port, deleted } = queueOf('{"type":"paid"}', '{"type":"seen"}');
    const { functions, batches } = functionsThat(
      () => returned(),
      (record: { body: string }) => record.body,
    );
    await new Promise<void>((resolve) =>
      start({ filters: ['{"body":{"type":["paid"]}}'] }, port, functions, resolve),
    );
    expect(batches).toEqual([['{"type":"paid"}']]);
    expect(deleted.sort()).toEqual(['{"type":"paid"}', '{"type":"seen"}']);
  });

  it("runs no more batches at once than the mapping allows", async () => {
    const { port } = queueOf("a", "b", "c", "d", "e");
    const gate = Promise.withResolvers<void>();
    let [now, most] = [0, 0];
    const { functions, batches } = functionsThat(
      async () => {
        now += 1;
        most = Math.max(most, now);
        if (batches.length === 2) gate.resolve();
        await gate.promise;
        now -= 1;
        return returned();
      },
      (record: { messageId: string }) => record.messageId,
    );
    await new Promise<void>((resolve) =>
      start({ batchSize: 1, maxConcurrency: 2 }, port, functions, () => batches.length === 5 && resolve()),
    );
    expect(most).toBe(2);
  });
});
