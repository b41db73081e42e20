/**
 * One Lambda function: its bundle, a log group with retention, a role of its own made from the access table, and
 * alarms. Every function of the product is one of these.
 */
import { Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { type IRole, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import {
  ApplicationLogLevel,
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { access } from "../access.ts";
import type { Stage } from "../config.ts";
import { environmentOf, type Wiring } from "../environment.ts";
import { type FunctionName, functionSpecs, physicalName } from "../functions.ts";
import { grantKey, grantTableAccess, type TableTarget } from "../grants.ts";
import { type Settings, senderAddress } from "../settings.ts";
import { alarmAtLeast } from "./alarms.ts";
import { functionCode } from "./bundle.ts";

/** What a function stands on, made by other stacks. */
export type Foundation = {
  readonly stage: Stage;
  readonly table: TableTarget & { readonly tableName: string };
  /** Channel → ARN of its secret. */
  readonly channelSecretArns: Readonly<Record<string, string>>;
  readonly pinKeyArn: string;
  readonly key?: IKey;
  readonly topic: ITopic;
};

export type AreaFunctionProps = {
  readonly name: FunctionName;
  readonly foundation: Foundation;
  readonly login?: Wiring["login"];
  /** The API's public address, without the prefix of its version. */
  readonly apiUrl: string;
  /** Needed by functions that send to queues. */
  readonly queueUrls?: Wiring["queueUrls"];
};

export class AreaFunction extends Construct {
  readonly name: FunctionName;
  readonly fn: LambdaFunction;
  readonly role: IRole;
  readonly timeout: Duration;

  constructor(scope: Construct, id: string, props: AreaFunctionProps) {
    super(scope, id);
    const { name, foundation } = props;
    const { stage } = foundation;
    this.name = name;
    this.timeout = Duration.seconds(functionSpecs[name].timeoutSeconds);
    const logGroup = new LogGroup(this, "Logs", {
      logGroupName: `/aws/lambda/${physicalName(stage.name, name)}`,
      retention: stage.settings.logs.retentionDays,
      removalPolicy: stage.settings.removal === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    // In place of AWSLambdaBasicExecutionRole, which may write to every log group of the account.
    logGroup.grantWrite(this.role);
    this.fn = this.createFunction(props, logGroup);
    grantTableAccess(this.role, foundation.table, access[name].table);
    this.grantSecrets(foundation);
    if (access[name].pinKey) this.allow(["kms:GenerateMac"], [foundation.pinKeyArn]);
    this.grantMessaging(stage.settings);
    this.watch(stage.name, foundation.topic);
  }

  private createFunction(props: AreaFunctionProps, logGroup: LogGroup): LambdaFunction {
    const { name, foundation, login, queueUrls, apiUrl } = props;
    const { stage, table, channelSecretArns, pinKeyArn } = foundation;
    const { memoryMb, overrides } = stage.settings.functions;
    const override = overrides[name];
    const reserved = override?.reservedConcurrency;
    return new LambdaFunction(this, "Function", {
      functionName: physicalName(stage.name, name),
      code: functionCode(this, name),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: override?.memoryMb ?? memoryMb[functionSpecs[name].kind],
      timeout: this.timeout,
      role: this.role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // Never above INFO: Lambda would drop the metrics, which are log lines of that level.
      applicationLogLevelV2:
        stage.settings.logs.level === "DEBUG" ? ApplicationLogLevel.DEBUG : ApplicationLogLevel.INFO,
      tracing: Tracing.DISABLED,
      environment: environmentOf(name, stage, {
        tableName: table.tableName,
        channelSecretArns,
        apiUrl,
        pinKeyArn,
        json: (value) => Stack.of(this).toJsonString(value),
        ...(login && { login }),
        ...(queueUrls && { queueUrls }),
      }),
      ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
    });
  }

  private allow(actions: readonly string[], resources: readonly string[], conditions?: object): void {
    this.role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: [...resources],
        ...(conditions && { conditions: { ...conditions } }),
      }),
    );
  }

  private grantSecrets({ channelSecretArns, key }: Foundation): void {
    if (!access[this.name].secrets?.includes("channels")) return;
    this.allow(["secretsmanager:GetSecretValue"], Object.values(channelSecretArns));
    if (key) grantKey(this.role, key, "secretsmanager", ["kms:Decrypt"]);
  }

  private grantMessaging({ pushApplications, email }: Settings): void {
    const { push, email: sendsMail } = access[this.name];
    const applications = Object.values(pushApplications).filter((arn) => arn !== undefined);
    const [first] = applications;
    if (push && first !== undefined) {
      // An endpoint's ARN is its application's with `app` replaced and an id appended, known only when it is made.
      const endpoints = applications.map((arn) => `${arn.replace(":app/", ":endpoint/")}/*`);
      for (const endpoint of endpoints) {
        Validations.of(this.role).acknowledge({
          id: `AwsSolutions-IAM5[Resource::${endpoint}]`,
          reason:
            "One endpoint per device, made at run time; the pattern holds those of one application only.",
        });
      }
      this.allow(["sns:CreatePlatformEndpoint"], applications);
      this.allow(["sns:DeleteEndpoint", "sns:Publish"], endpoints);
    }
    if (sendsMail) {
      const address = senderAddress(email.from);
      const domain = address.slice(address.indexOf("@") + 1);
      const identity = Stack.of(this).formatArn({
        service: "ses",
        resource: "identity",
        resourceName: domain,
      });
      this.allow(["ses:SendEmail"], [identity], { StringEquals: { "ses:FromAddress": address } });
    }
  }

  private watch(stage: string, topic: ITopic): void {
    // A worker's failed call is tried again and ends in a dead-letter queue with its own alarm: only many are news.
    const { kind } = functionSpecs[this.name];
    const enough = kind === "api" || kind === "schedule" ? 1 : 5;
    const period = { period: Duration.minutes(5) };
    const link = "See docs/runbooks/alarms.md#functions.";
    alarmAtLeast(this, "Errors", {
      name: physicalName(stage, `${this.name}-errors`),
      description: `${this.name} ends with an error nobody caught. ${link}`,
      metric: this.fn.metricErrors(period),
      atLeast: enough,
      topic,
    });
    alarmAtLeast(this, "Throttles", {
      name: physicalName(stage, `${this.name}-throttles`),
      description: `${this.name} is refused for want of concurrency. ${link}`,
      metric: this.fn.metricThrottles(period),
      atLeast: 1,
      topic,
    });
  }
}
