/** A queue for one kind of work, with its dead letters, its alarms and its worker. */
import { Duration } from "aws-cdk-lib";
import type { IRole } from "aws-cdk-lib/aws-iam";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { physicalName } from "../functions.ts";
import { grantKey } from "../grants.ts";
import { alarmAtLeast } from "./alarms.ts";
import type { AreaFunction } from "./area-function.ts";

/** Encrypted by our key where there is one, else by a key of SQS; both cost no code. */
export const queueEncryption = (key: IKey | undefined) =>
  key
    ? // An hour's data key instead of five minutes' cuts the calls to KMS by twelve.
      { encryption: QueueEncryption.KMS, encryptionMasterKey: key, dataKeyReuse: Duration.hours(1) }
    : { encryption: QueueEncryption.SQS_MANAGED };

export type DeadLettersProps = {
  readonly stage: string;
  /** The name of the queue it belongs to. */
  readonly of: string;
  readonly key?: IKey;
  readonly topic: ITopic;
  readonly runbook: string;
};

/** A dead-letter queue: kept as long as SQS can, and loud at the first message. */
export class DeadLetters extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { stage, of, key, topic, runbook }: DeadLettersProps) {
    super(scope, id);
    this.queue = new Queue(this, "Queue", {
      queueName: physicalName(stage, `${of}-dead-letters`),
      retentionPeriod: Duration.days(14),
      enforceSSL: true,
      ...queueEncryption(key),
    });
    alarmAtLeast(this, "Alarm", {
      name: physicalName(stage, `${of}-dead-letters`),
      description: `Work of ${of} was given up. See ${runbook}.`,
      metric: this.queue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: "Maximum",
      }),
      atLeast: 1,
      topic,
    });
  }
}

export type WorkerQueueProps = {
  readonly stage: string;
  readonly name: string;
  /** Of the function that will work on it. */
  readonly workerTimeout: Duration;
  readonly key?: IKey;
  readonly topic: ITopic;
};

export class WorkerQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  private readonly key: IKey | undefined;

  constructor(scope: Construct, id: string, props: WorkerQueueProps) {
    super(scope, id);
    const { stage, name, workerTimeout, key, topic } = props;
    this.key = key;
    this.deadLetters = new DeadLetters(this, "DeadLetters", {
      stage,
      of: name,
      topic,
      runbook: "docs/runbooks/dead-letters.md",
      ...(key && { key }),
    }).queue;
    this.queue = new Queue(this, "Queue", {
      queueName: physicalName(stage, name),
      enforceSSL: true,
      retentionPeriod: Duration.days(4),
      // Six times the worker's time limit, as Lambda asks: a batch that is throttled must not come up meanwhile.
      visibilityTimeout: Duration.seconds(6 * workerTimeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
      ...queueEncryption(key),
    });
    alarmAtLeast(this, "Age", {
      name: physicalName(stage, `${name}-queue-age`),
      description: `The oldest message of ${name} waits too long. See docs/runbooks/alarms.md#queues.`,
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5) }),
      atLeast: 15 * 60,
      topic,
    });
  }

  /** Lets a function work on the queue; it reports each failed message by itself. */
  worker({ fn, timeout }: AreaFunction): void {
    // What may take minutes comes one at a time, as a batch has the time of one.
    const batchSize = timeout.toSeconds() > 60 ? 1 : 10;
    fn.addEventSource(new SqsEventSource(this.queue, { batchSize, reportBatchItemFailures: true }));
  }

  /** Lets a function put messages on the queue. */
  grantSend(role: IRole): void {
    grantSend(role, this.queue, this.key);
  }
}

/** The right to put messages on a queue, and no other. */
export function grantSend(role: IRole, queue: Queue, key: IKey | undefined): void {
  role.addToPrincipalPolicy(
    new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [queue.queueArn] }),
  );
  if (key) grantKey(role, key, "sqs", ["kms:GenerateDataKey", "kms:Decrypt"]);
}
