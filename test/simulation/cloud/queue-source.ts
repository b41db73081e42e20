/**
 * From a queue to its function, as Lambda's poller does it, on the engine's own queues: batches, partial failures,
 * visibility, dead letters. A message whose function is gone comes up again when its time is over.
 */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { Engine } from "../../../local/engine/engine.ts";
import type { JsonObject } from "../../../local/engine/json.ts";
import type { Fleet, Stage } from "../core/environment.ts";
import { callWith } from "../core/wire-clients.ts";
import { queueUrl } from "./functions.ts";

export type QueueSource = {
  /** Something was put on the queue. */
  readonly wake: () => void;
  readonly isIdle: () => Promise<boolean>;
  /** Puts everything from the dead letters back on the queue, as the runbook says. @returns how many there were. */
  readonly redrive: () => Promise<number>;
  /** Bodies of the dead letters. */
  readonly deadLetters: () => Promise<readonly string[]>;
  /** Takes all dead letters away. */
  readonly purgeDeadLetters: () => Promise<void>;
};

export const deadLettersOf = (name: string): string => `${name}-dead-letters`;

/** Six times the workers' limit of thirty seconds, as the stack sets it. */
const VISIBILITY_SECONDS = 180;
const MAX_RECEIVES = 5;

type Received = {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly Attributes: Readonly<Record<string, string>>;
};

const toRecord = (message: Received): SQSRecord => ({
  messageId: message.MessageId,
  receiptHandle: message.ReceiptHandle,
  body: message.Body,
  attributes: {
    ApproximateReceiveCount: message.Attributes["ApproximateReceiveCount"] ?? "1",
    SentTimestamp: "0",
    SenderId: "",
    ApproximateFirstReceiveTimestamp: "0",
  },
  messageAttributes: {},
  md5OfBody: "",
  eventSource: "aws:sqs",
  eventSourceARN: "",
  awsRegion: "eu-west-1",
});

/** The queue with its dead letters. */
export async function createQueue(engine: Engine, name: string): Promise<void> {
  const arn = (queue: string): string => `arn:aws:sqs:${engine.region}:${engine.accountId}:${queue}`;
  await engine.call("AmazonSQS.CreateQueue", { QueueName: deadLettersOf(name), Attributes: {} });
  await engine.call("AmazonSQS.CreateQueue", {
    QueueName: name,
    Attributes: {
      VisibilityTimeout: String(VISIBILITY_SECONDS),
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: arn(deadLettersOf(name)),
        maxReceiveCount: MAX_RECEIVES,
      }),
    },
  });
}

export function createQueueSource(
  stage: Stage,
  engine: Engine,
  name: string,
  fleet: Fleet<SQSEvent, SQSBatchResponse>,
): QueueSource {
  const { scheduler, chaos, dice } = stage;
  const url = queueUrl(name);
  let polling = false;
  let working = 0;

  const ask = (operation: string, request: JsonObject, fault?: string): Promise<JsonObject> =>
    engine.call(`AmazonSQS.${operation}`, { QueueUrl: url, ...request }, callWith(fault));

  const wake = (wait = dice.between(1, 60)): void => {
    if (polling) return;
    polling = true;
    scheduler.after(wait, () => {
      polling = false;
      void poll();
    });
  };

  async function poll(): Promise<void> {
    const repeats = chaos.strikes("repeat-message");
    const reply = await ask(
      "ReceiveMessage",
      { MaxNumberOfMessages: dice.between(1, 10), WaitTimeSeconds: 0, MessageSystemAttributeNames: ["All"] },
      repeats ? "twice" : undefined,
    );
    const messages = (reply["Messages"] ?? []) as readonly Received[];
    if (messages.length === 0) return;
    // There may be more: a reply holds what SQS happened to look at. What is not deleted by then comes up again.
    wake();
    const comesUp = scheduler.after(VISIBILITY_SECONDS * 1_000 + 1, () => wake());
    working += 1;
    const outcome = await fleet.invoke({ Records: messages.map(toRecord) });
    working -= 1;
    if (outcome.kind !== "done") return;
    if (outcome.value.batchItemFailures.length === 0 && !repeats) comesUp();
    const failed = new Set(outcome.value.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const { MessageId, ReceiptHandle } of messages) {
      if (!failed.has(MessageId)) await ask("DeleteMessage", { ReceiptHandle });
    }
  }

  const count = async (queue: string): Promise<number> => {
    const reply = await engine.call("AmazonSQS.GetQueueAttributes", {
      QueueUrl: queueUrl(queue),
      AttributeNames: ["All"],
    });
    const attributes = (reply["Attributes"] ?? {}) as Readonly<Record<string, string>>;
    return ["", "NotVisible", "Delayed"].reduce(
      (sum, part) => sum + Number(attributes[`ApproximateNumberOfMessages${part}`] ?? 0),
      0,
    );
  };

  return {
    wake: () => wake(),
    isIdle: async () => !polling && working === 0 && (await count(name)) === 0,
    async redrive() {
      const dead = await count(deadLettersOf(name));
      if (dead === 0) return 0;
      await engine.call("AmazonSQS.StartMessageMoveTask", {
        SourceArn: `arn:aws:sqs:${engine.region}:${engine.accountId}:${deadLettersOf(name)}`,
      });
      wake();
      return dead;
    },
    async deadLetters() {
      if ((await count(deadLettersOf(name))) === 0) return [];
      const reply = await engine.call("AmazonSQS.ReceiveMessage", {
        QueueUrl: queueUrl(deadLettersOf(name)),
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 0,
      });
      return ((reply["Messages"] ?? []) as readonly Received[]).map(({ Body }) => Body);
    },
    purgeDeadLetters: async () => {
      await engine.call("AmazonSQS.PurgeQueue", { QueueUrl: queueUrl(deadLettersOf(name)) });
    },
  };
}
