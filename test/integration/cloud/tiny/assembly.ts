// Writes the cloud assembly of a tiny app, as `cdk synth` would: one template, one bundle.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { buildSync } from "esbuild";

const here = import.meta.dirname;

type Properties = Record<string, unknown>;

const att = (id: string, name: string) => ({ "Fn::GetAtt": [id, name] });
const ref = (id: string) => ({ Ref: id });

function fn(exportName: string, properties: Properties = {}): Record<string, unknown> {
  return {
    Type: "AWS::Lambda::Function",
    Properties: {
      FunctionName: `tiny-${exportName}`,
      Handler: `index.${exportName}`,
      Role: att("Role", "Arn"),
      Code: { S3Bucket: "assets", S3Key: "bundle.zip" },
      MemorySize: 256,
      Timeout: 5,
      Environment: { Variables: { TABLE_NAME: ref("Table"), QUEUE_URL: ref("Queue") } },
      ...properties,
    },
  };
}

function route(routeKey: string, integration = "Integration"): Record<string, unknown> {
  return {
    Type: "AWS::ApiGatewayV2::Route",
    Properties: {
      ApiId: ref("Api"),
      RouteKey: routeKey,
      Target: { "Fn::Join": ["/", ["integrations", ref(integration)]] },
    },
  };
}

const keyed = (actions: string[], keys: string[]) => ({
  Effect: "Allow",
  Action: actions,
  Resource: att("Table", "Arn"),
  Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys } },
});

/** The template's resources. */
export const tinyResources: Record<string, unknown> = {
  Table: {
    Type: "AWS::DynamoDB::Table",
    Properties: {
      TableName: "tiny",
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
      ],
      BillingMode: "PAY_PER_REQUEST",
      StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
    },
  },
  DeadLetters: { Type: "AWS::SQS::Queue", Properties: { QueueName: "tiny-work-dead" } },
  Queue: {
    Type: "AWS::SQS::Queue",
    Properties: {
      QueueName: "tiny-work",
      VisibilityTimeout: 30,
      RedrivePolicy: { deadLetterTargetArn: att("DeadLetters", "Arn"), maxReceiveCount: 2 },
    },
  },
  Role: { Type: "AWS::IAM::Role", Properties: { RoleName: "tiny-role" } },
  Policy: {
    Type: "AWS::IAM::Policy",
    Properties: {
      PolicyName: "tiny",
      Roles: [ref("Role")],
      PolicyDocument: {
        Statement: [
          keyed(
            ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            ["ORDER#*", "WORKED#*", "FAILED#*", "SEEN#*", "TICK#*"],
          ),
          {
            Effect: "Allow",
            Action: ["dynamodb:DescribeStream", "dynamodb:Get*"],
            Resource: att("Table", "StreamArn"),
          },
          { Effect: "Allow", Action: "sqs:*", Resource: att("Queue", "Arn") },
        ],
      },
    },
  },
  Http: fn("http", { Timeout: 2 }),
  Worker: fn("worker"),
  Stream: fn("stream"),
  Tick: fn("tick"),
  WorkerMapping: {
    Type: "AWS::Lambda::EventSourceMapping",
    Properties: {
      EventSourceArn: att("Queue", "Arn"),
      FunctionName: ref("Worker"),
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    },
  },
  StreamMapping: {
    Type: "AWS::Lambda::EventSourceMapping",
    Properties: {
      EventSourceArn: att("Table", "StreamArn"),
      FunctionName: ref("Stream"),
      StartingPosition: "TRIM_HORIZON",
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"NewImage":{"kind":{"S":["order"]}}}}' }] },
    },
  },
  Schedule: {
    Type: "AWS::Scheduler::Schedule",
    Properties: {
      Name: "tiny-tick",
      ScheduleExpression: "rate(1 hour)",
      Target: { Arn: att("Tick", "Arn") },
    },
  },
  Api: {
    Type: "AWS::ApiGatewayV2::Api",
    Properties: {
      Name: "tiny",
      ProtocolType: "HTTP",
      CorsConfiguration: { AllowOrigins: ["https://app.example"] },
    },
  },
  ApiStage: {
    Type: "AWS::ApiGatewayV2::Stage",
    Properties: {
      ApiId: ref("Api"),
      StageName: "$default",
      AutoDeploy: true,
      RouteSettings: { "GET /limited": { ThrottlingRateLimit: 0.001, ThrottlingBurstLimit: 2 } },
    },
  },
  Integration: {
    Type: "AWS::ApiGatewayV2::Integration",
    Properties: {
      ApiId: ref("Api"),
      IntegrationType: "AWS_PROXY",
      IntegrationUri: att("Http", "Arn"),
      PayloadFormatVersion: "2.0",
    },
  },
  Impatient: {
    Type: "AWS::ApiGatewayV2::Integration",
    Properties: {
      ApiId: ref("Api"),
      IntegrationType: "AWS_PROXY",
      IntegrationUri: att("Http", "Arn"),
      PayloadFormatVersion: "2.0",
      TimeoutInMillis: 300,
    },
  },
  SlowRoute: route("GET /slow/impatient", "Impatient"),
  ...Object.fromEntries(
    [
      "POST /orders",
      "GET /counts/{id}",
      "GET /slow",
      "GET /crash",
      "GET /denied",
      "GET /outside",
      "GET /now",
      "GET /limited",
      "ANY /echo/{rest+}",
    ].map((routeKey, index) => [`Route${index}`, route(routeKey)]),
  ),
};

/** Writes the assembly into a directory and returns it. */
export function writeTinyAssembly(
  directory: string,
  resources: Record<string, unknown> = tinyResources,
): string {
  const bundle = path.join(directory, "asset.bundle");
  mkdirSync(bundle, { recursive: true });
  buildSync({
    entryPoints: [path.join(here, "handlers.ts")],
    outfile: path.join(bundle, "index.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    mainFields: ["module", "main"],
    banner: {
      js: 'import{createRequire as tinyRequire}from"node:module";const require=tinyRequire(import.meta.url);',
    },
  });
  const write = (name: string, content: unknown): void =>
    writeFileSync(path.join(directory, name), JSON.stringify(content));
  write("tiny.template.json", { Resources: resources });
  write("tiny.assets.json", {
    files: {
      bundle: {
        source: { path: "asset.bundle", packaging: "zip" },
        destinations: { here: { bucketName: "assets", objectKey: "bundle.zip" } },
      },
    },
  });
  write("manifest.json", {
    artifacts: {
      "tiny.assets": { type: "cdk:asset-manifest", properties: { file: "tiny.assets.json" } },
      tiny: {
        type: "aws:cloudformation:stack",
        environment: "aws://unknown-account/eu-west-1",
        properties: { templateFile: "tiny.template.json" },
      },
    },
  });
  return directory;
}
