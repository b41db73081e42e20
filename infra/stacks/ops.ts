/** Where alarms go: one topic, and the address that hears it. It comes first, as every stack's alarms use it. */
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { Effect, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type ITopic, Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";
import type { Stage } from "../config.ts";
import { physicalName } from "../functions.ts";

export class OpsStack extends Stack {
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, { stage, ...props }: StackProps & { readonly stage: Stage }) {
    super(scope, id, props);
    // Not encrypted by a key of ours: alarms name functions and counts, never people or money of theirs.
    const topic = new Topic(this, "Alarms", {
      topicName: physicalName(stage.name, "alarms"),
      enforceSSL: true,
    });
    topic.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [topic.topicArn],
        conditions: { StringEquals: { "aws:SourceAccount": this.account } },
      }),
    );
    const { email } = stage.settings.alarms;
    if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
    this.topic = topic;
    new CfnOutput(this, "AlarmTopicArn", { value: topic.topicArn });
  }
}
