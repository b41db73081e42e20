// Stable physical names, `Ref` values and attributes of every resource type that the local cloud knows.

import { createHash } from "node:crypto";

/** Addresses that end up inside attribute values. */
export type LocalAddresses = {
  /** Base of queue URLs, no trailing slash. */
  readonly sqs: string;
  /** Base of the HTTP API, no trailing slash. */
  readonly api: string;
};

export type PhysicalContext = {
  readonly region: string;
  readonly account: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly addresses: LocalAddresses;
  /** A property of the resource, resolved. */
  property(name: string): unknown;
};

type Attribute = (context: PhysicalContext) => unknown;
type ResourceType = { readonly ref: Attribute; readonly attributes: Record<string, Attribute> };

/**
 * Types that need no local life: they watch, describe, label or permit, and nothing that runs here depends on them.
 * Whatever `Ref` or attribute of them is asked for is a made-up, stable name.
 */
const inert: ReadonlySet<string> = new Set([
  "AWS::CDK::Metadata", // usage statistics of the CDK
  "AWS::CloudWatch::Alarm", // alarms, dashboards and log plumbing only observe
  "AWS::CloudWatch::CompositeAlarm",
  "AWS::CloudWatch::Dashboard",
  "AWS::Logs::LogGroup",
  "AWS::Logs::MetricFilter",
  "AWS::Logs::QueryDefinition",
  "AWS::Logs::ResourcePolicy",
  "AWS::Lambda::Permission", // who may invoke: checked by the account at deployment
  "AWS::SQS::QueuePolicy", // enforces TLS; identity policies decide locally
  "AWS::SNS::TopicPolicy",
  "AWS::SNS::Subscription", // e-mail to ops
  "AWS::KMS::Alias",
  "AWS::Cognito::ManagedLoginBranding", // looks of the login page
  "AWS::Cognito::UserPoolUICustomizationAttachment",
  "AWS::SES::EmailIdentity", // a verified sender; the outbox takes any
  "AWS::SES::ConfigurationSet",
  "AWS::SES::ConfigurationSetEventDestination",
  "AWS::ApplicationInsights::Application",
  "AWS::ResourceGroups::Group",
  "AWS::Budgets::Budget",
  "AWS::Backup::BackupPlan", // copies of the table, kept by the account
  "AWS::Backup::BackupSelection",
  "AWS::Backup::BackupVault",
  "AWS::WAFv2::WebACL", // filters in front of the API's edge
  "AWS::WAFv2::WebACLAssociation",
  "AWS::Route53::RecordSet", // names and certificates of the public address
  "AWS::CertificateManager::Certificate",
  "AWS::ApiGatewayV2::DomainName",
  "AWS::ApiGatewayV2::ApiMapping",
  "AWS::Oam::Link",
  "AWS::XRay::Group",
  "AWS::Synthetics::Canary",
]);

export function isInert(type: string): boolean {
  return inert.has(type);
}

export function isKnownType(type: string): boolean {
  return inert.has(type) || Object.hasOwn(resourceTypes, type);
}

/** The value of `Ref` for a resource. */
export function refOf(type: string, context: PhysicalContext): unknown {
  if (inert.has(type)) return context.logicalId;
  return typeOf(type, context).ref(context);
}

/** The value of an attribute (`Fn::GetAtt`). Throws for an attribute that the type does not have. */
export function attributeOf(type: string, attribute: string, context: PhysicalContext): unknown {
  if (inert.has(type)) {
    return attribute === "Arn" || attribute.endsWith("Arn")
      ? arn(context, type.split("::")[1]?.toLowerCase() ?? "inert", context.logicalId)
      : `${context.logicalId}.${attribute}`;
  }
  const find = typeOf(type, context).attributes[attribute];
  if (find === undefined) throw new Error(`${type} ${context.logicalId} has no known attribute ${attribute}`);
  return find(context);
}

/** The refusal for a type without local life that is not on the list either. */
export function unknownType(type: string, logicalId: string, stackName: string): Error {
  return new Error(
    `The local cloud does not know resource type ${type} (${logicalId} in stack ${stackName}). ` +
      "Give it a life in local/cloud/template, or list it there as needing none.",
  );
}

function typeOf(type: string, context: PhysicalContext): ResourceType {
  const found = Object.hasOwn(resourceTypes, type) ? resourceTypes[type] : undefined;
  if (found === undefined) throw unknownType(type, context.logicalId, context.stackName);
  return found;
}

const arn = ({ region, account }: PhysicalContext, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

/** The explicit name if the template gives one, else a stable one from stack and logical id. */
const named =
  (property: string, maxLength = 128): ((context: PhysicalContext) => string) =>
  (context) => {
    const explicit = context.property(property);
    return typeof explicit === "string"
      ? explicit
      : `${context.stackName}-${context.logicalId}`.slice(0, maxLength);
  };

/** `length` stable characters of `alphabet` for this resource, as service-made ids have them. */
function stableId(context: PhysicalContext, length: number, alphabet: string): string {
  const digest = createHash("sha256").update(`${context.stackName}/${context.logicalId}`).digest();
  return Array.from({ length }, (_, index) => alphabet[(digest[index % 32] ?? 0) % alphabet.length]).join("");
}

const lower = "0123456789abcdefghijklmnopqrstuvwxyz";
const hex = "0123456789abcdef";

const uuidOf = (context: PhysicalContext): string => {
  const digits = stableId(context, 32, hex);
  return [0, 8, 12, 16, 20].map((from, part) => digits.slice(from, [8, 12, 16, 20, 32][part])).join("-");
};

const tableName = named("TableName", 255);
const tableArn: Attribute = (context) => arn(context, "dynamodb", `table/${tableName(context)}`);
const table: ResourceType = {
  ref: tableName,
  attributes: {
    Arn: tableArn,
    StreamArn: (context) => `${tableArn(context)}/stream/2026-01-01T00:00:00.000`,
    TableId: uuidOf,
  },
};

const queueName = named("QueueName", 80);
const functionName = named("FunctionName", 64);
const functionArn: Attribute = (context) => arn(context, "lambda", `function:${functionName(context)}`);
const roleName = named("RoleName", 64);
const secretName = named("Name");
const secretArn: Attribute = (context) =>
  arn(
    context,
    "secretsmanager",
    `secret:${secretName(context)}-${stableId(context, 6, `${lower}ABCDEFGHIJKLMNOPQRSTUVWXYZ`)}`,
  );
const keyArn: Attribute = (context) => arn(context, "kms", `key/${uuidOf(context)}`);
const topicArn: Attribute = (context) => arn(context, "sns", named("TopicName")(context));
const poolId = (context: PhysicalContext): string => `${context.region}_${stableId(context, 9, lower)}`;
const apiId = (context: PhysicalContext): string => stableId(context, 10, lower);
const child = (context: PhysicalContext): string => stableId(context, 7, lower);
const ruleName = named("Name", 64);
const targetArn = (context: PhysicalContext, property: string): string => String(context.property(property));

const resourceTypes: Record<string, ResourceType> = {
  "AWS::DynamoDB::Table": table,
  "AWS::DynamoDB::GlobalTable": table,
  "AWS::SQS::Queue": {
    ref: (context) => `${context.addresses.sqs}/${context.account}/${queueName(context)}`,
    attributes: {
      Arn: (context) => arn(context, "sqs", queueName(context)),
      QueueName: queueName,
      QueueUrl: (context) => `${context.addresses.sqs}/${context.account}/${queueName(context)}`,
    },
  },
  "AWS::Lambda::Function": { ref: functionName, attributes: { Arn: functionArn } },
  "AWS::Lambda::Version": {
    ref: (context) => `${targetArn(context, "FunctionName")}:1`,
    attributes: { Version: () => "1", FunctionArn: (context) => `${targetArn(context, "FunctionName")}:1` },
  },
  "AWS::Lambda::Alias": {
    ref: (context) => `${qualifiable(context)}:${String(context.property("Name"))}`,
    attributes: { AliasArn: (context) => `${qualifiable(context)}:${String(context.property("Name"))}` },
  },
  "AWS::Lambda::EventSourceMapping": {
    ref: uuidOf,
    attributes: {
      Id: uuidOf,
      EventSourceMappingArn: (context) => arn(context, "lambda", `event-source-mapping:${uuidOf(context)}`),
    },
  },
  "AWS::Lambda::EventInvokeConfig": { ref: uuidOf, attributes: {} },
  "AWS::IAM::Role": {
    ref: roleName,
    attributes: {
      Arn: (context) => `arn:aws:iam::${context.account}:role/${roleName(context)}`,
      RoleId: (context) => `AROA${stableId(context, 17, lower).toUpperCase()}`,
    },
  },
  "AWS::IAM::Policy": { ref: named("PolicyName"), attributes: { Id: uuidOf } },
  "AWS::IAM::ManagedPolicy": {
    ref: (context) => `arn:aws:iam::${context.account}:policy/${String(named("ManagedPolicyName")(context))}`,
    attributes: {},
  },
  "AWS::ApiGatewayV2::Api": {
    ref: apiId,
    attributes: { ApiId: apiId, ApiEndpoint: (context) => context.addresses.api },
  },
  "AWS::ApiGatewayV2::Integration": { ref: child, attributes: { IntegrationId: child } },
  "AWS::ApiGatewayV2::Route": { ref: child, attributes: { RouteId: child } },
  "AWS::ApiGatewayV2::Authorizer": { ref: child, attributes: { AuthorizerId: child } },
  "AWS::ApiGatewayV2::Stage": { ref: (context) => context.property("StageName"), attributes: {} },
  "AWS::Cognito::UserPool": {
    ref: poolId,
    attributes: {
      UserPoolId: poolId,
      Arn: (context) => arn(context, "cognito-idp", `userpool/${poolId(context)}`),
      ProviderName: (context) => `cognito-idp.${context.region}.amazonaws.com/${poolId(context)}`,
      ProviderURL: (context) => `https://cognito-idp.${context.region}.amazonaws.com/${poolId(context)}`,
    },
  },
  "AWS::Cognito::UserPoolClient": {
    ref: (context) => stableId(context, 26, lower),
    attributes: {
      ClientId: (context) => stableId(context, 26, lower),
      Name: (context) => context.property("ClientName"),
    },
  },
  "AWS::Cognito::UserPoolDomain": {
    ref: (context) => context.property("Domain"),
    attributes: { CloudFrontDistribution: (context) => `${stableId(context, 13, lower)}.cloudfront.net` },
  },
  "AWS::Cognito::UserPoolIdentityProvider": {
    ref: (context) => context.property("ProviderName"),
    attributes: {},
  },
  "AWS::Cognito::UserPoolResourceServer": {
    ref: (context) => context.property("Identifier"),
    attributes: {},
  },
  "AWS::Cognito::UserPoolGroup": { ref: (context) => context.property("GroupName"), attributes: {} },
  "AWS::SecretsManager::Secret": { ref: secretArn, attributes: { Id: secretArn } },
  "AWS::KMS::Key": { ref: uuidOf, attributes: { Arn: keyArn, KeyId: uuidOf } },
  "AWS::SNS::Topic": {
    ref: topicArn,
    attributes: { TopicArn: topicArn, TopicName: named("TopicName") },
  },
  "AWS::Events::Rule": {
    ref: ruleName,
    attributes: { Arn: (context) => arn(context, "events", `rule/${ruleName(context)}`) },
  },
  "AWS::Scheduler::Schedule": {
    ref: ruleName,
    attributes: { Arn: (context) => arn(context, "scheduler", `schedule/default/${ruleName(context)}`) },
  },
  "AWS::Scheduler::ScheduleGroup": {
    ref: ruleName,
    attributes: { Arn: (context) => arn(context, "scheduler", `schedule-group/${ruleName(context)}`) },
  },
  "AWS::SSM::Parameter": {
    ref: named("Name"),
    attributes: {
      Value: (context) => context.property("Value"),
      Type: (context) => context.property("Type"),
    },
  },
};

/** A function ARN without qualifier, from a `FunctionName` property that may be a name or an ARN. */
function qualifiable(context: PhysicalContext): string {
  const target = targetArn(context, "FunctionName");
  return target.startsWith("arn:") ? target : arn(context, "lambda", `function:${target}`);
}
