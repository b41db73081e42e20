/** A schedule that starts a function, and an alarm when it no longer does. */
import { type Duration, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnSchedule } from "aws-cdk-lib/aws-scheduler";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { physicalName } from "../functions.ts";
import { alarmOnSilence } from "./alarms.ts";
import type { AreaFunction } from "./area-function.ts";

export type ScheduleProps = {
  readonly stage: string;
  readonly target: AreaFunction;
  /** In UTC: `rate(1 minute)` or `cron(…)`. */
  readonly expression: string;
  /** The alarm rings when the function did not start at all in `periods` of this length in a row. */
  readonly silence: { readonly period: Duration; readonly periods: number };
  readonly topic: ITopic;
};

export class Schedule extends Construct {
  constructor(scope: Construct, id: string, props: ScheduleProps) {
    super(scope, id);
    const { stage, target, expression, silence, topic } = props;
    const { functionArn } = target.fn;
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        // Another account's schedule cannot borrow this role.
        conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [functionArn] }));
    new CfnSchedule(this, "Schedule", {
      name: physicalName(stage, target.name),
      scheduleExpression: expression,
      scheduleExpressionTimezone: "UTC",
      flexibleTimeWindow: { mode: "OFF" },
      target: { arn: functionArn, roleArn: role.roleArn, retryPolicy: { maximumEventAgeInSeconds: 300 } },
    }).node.addDependency(role);
    alarmOnSilence(this, "Silence", {
      name: physicalName(stage, `${target.name}-silent`),
      description: `${target.name} has not started. See docs/runbooks/alarms.md#schedules.`,
      metric: target.fn.metricInvocations({ statistic: "Sum", period: silence.period }),
      periods: silence.periods,
      topic,
    });
  }
}
