/** Alarms, all with the same habits: they name what to do first, and tell one topic. */
import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  type MetricOptions,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { MetricName } from "../../shared/platform/metrics.ts";
import { type FunctionName, physicalName } from "../functions.ts";

export type AlarmProps = {
  /** As it is shown and as the runbooks call it, with the stage: `kith-prod-audit-failures`. */
  readonly name: string;
  /** What it means and which page of `docs/runbooks` to open. */
  readonly description: string;
  readonly metric: IMetric;
  /** The alarm rings at this value or above. */
  readonly atLeast: number;
  /** Periods in a row, 1 unless given. */
  readonly periods?: number;
  readonly topic: ITopic;
};

/** An alarm on too much of something. No data is no trouble. */
export function alarmAtLeast(scope: Construct, id: string, props: AlarmProps): Alarm {
  const alarm = new Alarm(scope, id, {
    alarmName: props.name,
    alarmDescription: props.description,
    metric: props.metric,
    threshold: props.atLeast,
    evaluationPeriods: props.periods ?? 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  alarm.addAlarmAction(new SnsAction(props.topic));
  return alarm;
}

/** An alarm on silence: something that should happen regularly did not. No data is the trouble. */
export function alarmOnSilence(scope: Construct, id: string, props: Omit<AlarmProps, "atLeast">): Alarm {
  const alarm = new Alarm(scope, id, {
    alarmName: props.name,
    alarmDescription: props.description,
    metric: props.metric,
    threshold: 1,
    evaluationPeriods: props.periods ?? 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.BREACHING,
  });
  alarm.addAlarmAction(new SnsAction(props.topic));
  return alarm;
}

/** A metric of our own, as the functions write it: by service, which is the function's name in the account. */
export function kithMetric(
  stage: string,
  functionName: FunctionName,
  metricName: MetricName,
  options: MetricOptions = {},
): Metric {
  return new Metric({
    namespace: "Kith",
    metricName,
    dimensionsMap: { service: physicalName(stage, functionName) },
    statistic: "Maximum",
    period: Duration.minutes(5),
    ...options,
  });
}

/** The largest value that any of these functions reported; zero where one was silent. */
export function largestOf(
  stage: string,
  functions: readonly FunctionName[],
  metricName: MetricName,
  period: Duration,
): IMetric {
  const metrics = functions.map((name, index) => [`m${index}`, kithMetric(stage, name, metricName)] as const);
  const [only] = metrics;
  if (only && metrics.length === 1) return only[1].with({ period });
  return new MathExpression({
    expression: `MAX([${metrics.map(([id]) => `FILL(${id}, 0)`).join(", ")}])`,
    usingMetrics: Object.fromEntries(metrics),
    period,
    label: metricName,
  });
}
