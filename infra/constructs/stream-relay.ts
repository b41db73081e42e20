/**
 * The way of an event out of the table: the stream wakes the relay for records that carry an event, and nothing is
 * dropped in silence. A batch that keeps failing is halved down to the bad record, whose position then goes to a
 * queue with an alarm; the record itself stays in the stream for 24 hours.
 */
import { Duration, Validations } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { physicalName } from "../functions.ts";
import { grantKey } from "../grants.ts";
import { alarmAtLeast } from "./alarms.ts";
import type { AreaFunction } from "./area-function.ts";
import { DeadLetters, grantSend } from "./worker-queue.ts";

export type StreamRelayProps = {
  readonly stage: string;
  readonly relay: AreaFunction;
  readonly streamArn: string;
  readonly key?: IKey;
  readonly topic: ITopic;
};

/** Lambda looks for the presence of leaves only: `exists` on the map `event` itself would match nothing. */
const carriesEvent = FilterCriteria.filter({
  dynamodb: { NewImage: { event: { M: { id: { S: FilterRule.exists() } } } } },
});

const runbook = "docs/runbooks/stream-relay.md";

export class StreamRelay extends Construct {
  readonly failures: Queue;

  constructor(scope: Construct, id: string, props: StreamRelayProps) {
    super(scope, id);
    const { stage, relay, streamArn, key, topic } = props;
    this.failures = new DeadLetters(this, "Failures", {
      stage,
      of: "relay",
      topic,
      runbook,
      ...(key && { key }),
    }).queue;
    Validations.of(this.failures).acknowledge({
      id: "AwsSolutions-SQS3",
      reason: "It is itself where failures end: a stream's, which name no queue as theirs in the template.",
    });
    this.grantStream(props);
    const mapping = new EventSourceMapping(this, "Mapping", {
      target: relay.fn,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: [carriesEvent],
      batchSize: 100,
      // Order is kept per item, which is all the consumers need.
      parallelizationFactor: 4,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      // Rides out hours of trouble with SQS, yet gives a bad record up long before the stream forgets it.
      retryAttempts: 100,
      maxRecordAge: Duration.hours(6),
      // Not the ready-made SqsDlq: it would grant more of the key than sending needs.
      onFailure: {
        bind: (_mapping, { role }) => {
          if (role) grantSend(role, this.failures, key);
          return { destination: this.failures.queueArn };
        },
      },
    });
    // Without its rights in place Lambda refuses to make the mapping.
    mapping.node.addDependency(relay.role);
    this.watch(stage, relay, topic);
  }

  private grantStream({ relay, streamArn, key }: StreamRelayProps): void {
    relay.role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [
          "dynamodb:DescribeStream",
          "dynamodb:GetRecords",
          "dynamodb:GetShardIterator",
          "dynamodb:ListStreams",
        ],
        resources: [streamArn],
      }),
    );
    if (key) grantKey(relay.role, key, "dynamodb", ["kms:Decrypt", "kms:DescribeKey"]);
  }

  private watch(stage: string, relay: AreaFunction, topic: ITopic): void {
    alarmAtLeast(this, "IteratorAge", {
      name: physicalName(stage, "relay-iterator-age"),
      description: `Events leave the table more than five minutes late. See ${runbook}.`,
      metric: relay.fn.metric("IteratorAge", { statistic: "Maximum", period: Duration.minutes(1) }),
      atLeast: 5 * 60 * 1_000,
      periods: 3,
      topic,
    });
    alarmAtLeast(this, "LostFailures", {
      name: physicalName(stage, "relay-destination-failures"),
      description: `A record the relay gave up did not even reach the failure queue. See ${runbook}.`,
      metric: relay.fn.metric("DestinationDeliveryFailures", {
        statistic: "Sum",
        period: Duration.minutes(5),
      }),
      atLeast: 1,
      topic,
    });
  }
}
