/** One page that tells whether all is well. It comes last, as it looks at everything. */
import { Duration, Stack, type StackProps } from "aws-cdk-lib";
import { Dashboard, GraphWidget, type IMetric, Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { kithMetric } from "../constructs/alarms.ts";
import { functionNames, physicalName, workerNames, workerQueues } from "../functions.ts";

export type DashboardStackProps = StackProps & {
  readonly stage: string;
  readonly apiId: string;
  readonly tableName: string;
};

const period = Duration.minutes(5);

export class DashboardStack extends Stack {
  constructor(scope: Construct, id: string, { stage, apiId, tableName, ...props }: DashboardStackProps) {
    super(scope, id, props);
    const gateway = (metricName: string, statistic: string) =>
      new Metric({
        namespace: "AWS/ApiGateway",
        metricName,
        dimensionsMap: { ApiId: apiId },
        statistic,
        period,
      });
    const table = (metricName: string) =>
      new Metric({
        namespace: "AWS/DynamoDB",
        metricName,
        dimensionsMap: { TableName: tableName },
        statistic: "Sum",
        period,
      });
    const lambda = (name: string, metricName: string, statistic: string) =>
      new Metric({
        namespace: "AWS/Lambda",
        metricName,
        dimensionsMap: { FunctionName: physicalName(stage, name) },
        statistic,
        period,
        label: name,
      });
    const queue = (name: string, metricName: string) =>
      new Metric({
        namespace: "AWS/SQS",
        metricName,
        dimensionsMap: { QueueName: physicalName(stage, name) },
        statistic: "Maximum",
        period,
        label: name,
      });
    const queueNames = workerNames.map((worker) => workerQueues[worker]);
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 8 });

    new Dashboard(this, "Dashboard", {
      dashboardName: physicalName(stage, "overview"),
      defaultInterval: Duration.hours(12),
      widgets: [
        [
          graph("API: requests and errors", [
            gateway("Count", "Sum"),
            gateway("4xx", "Sum"),
            gateway("5xx", "Sum"),
          ]),
          graph("API: latency", [gateway("Latency", "p50"), gateway("Latency", "p99")]),
          graph(
            "Functions: errors",
            functionNames.map((name) => lambda(name, "Errors", "Sum")),
          ),
        ],
        [
          graph("Money", [
            kithMetric(stage, "transfers", "TransfersCommitted", { statistic: "Sum" }),
            kithMetric(stage, "transfers", "LedgerConflicts", { statistic: "Sum" }),
            kithMetric(stage, "audit", "AuditFailures"),
          ]),
          graph("Oldest unfinished payment (s)", [
            kithMetric(stage, "payments-sweep", "OldestUnfinishedPaymentSeconds"),
          ]),
          graph("Table", [
            table("ConsumedWriteCapacityUnits"),
            table("ConsumedReadCapacityUnits"),
            table("TransactionConflict"),
            table("WriteThrottleEvents"),
          ]),
        ],
        [
          graph("Relay: age of events (ms)", [lambda("relay", "IteratorAge", "Maximum")]),
          graph(
            "Queues: oldest message (s)",
            queueNames.map((name) => queue(name, "ApproximateAgeOfOldestMessage")),
          ),
          graph(
            "Dead letters",
            [...queueNames, "relay"].map((name) =>
              queue(`${name}-dead-letters`, "ApproximateNumberOfMessagesVisible"),
            ),
          ),
        ],
      ],
    });
  }
}
