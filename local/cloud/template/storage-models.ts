// Tables, queues, secrets, topics and keys of the template.

import * as z from "zod";
import type { IndexModel, KeyElement, KeyModel, QueueModel, SecretModel, TableModel } from "./model.ts";
import { count, flag, given, ofType, read, textAttribute } from "./read.ts";
import type { ResolvedResource } from "./resolve.ts";

const KeySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(["HASH", "RANGE"]) }));
const Index = z.object({
  IndexName: z.string(),
  KeySchema,
  Projection: z.object({
    ProjectionType: z.enum(["ALL", "KEYS_ONLY", "INCLUDE"]).default("ALL"),
    NonKeyAttributes: z.array(z.string()).default([]),
  }),
});
const TableProperties = z.object({
  KeySchema,
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(["S", "N", "B"]) }),
  ),
  GlobalSecondaryIndexes: z.array(Index).default([]),
  LocalSecondaryIndexes: z.array(Index).default([]),
  StreamSpecification: z.object({ StreamViewType: z.string() }).optional(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: flag.default(true) }).optional(),
});

const keysOf = (schema: z.output<typeof KeySchema>): KeyElement[] =>
  schema.map(({ AttributeName, KeyType }) => ({ name: AttributeName, role: KeyType }));

const indexOf = (index: z.output<typeof Index>): IndexModel => ({
  name: index.IndexName,
  keys: keysOf(index.KeySchema),
  projection: { type: index.Projection.ProjectionType, attributes: index.Projection.NonKeyAttributes },
});

/** Both table types: `Table` and `GlobalTable` (its replicas are one table here). */
export function tablesOf(resources: readonly ResolvedResource[]): TableModel[] {
  return ofType(resources, "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable").map((resource) => {
    const table = read(resource, TableProperties);
    const ttl = table.TimeToLiveSpecification;
    return {
      logicalId: resource.logicalId,
      name: String(resource.ref),
      arn: textAttribute(resource, "Arn"),
      keys: keysOf(table.KeySchema),
      attributes: Object.fromEntries(
        table.AttributeDefinitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
      ),
      globalIndexes: table.GlobalSecondaryIndexes.map(indexOf),
      localIndexes: table.LocalSecondaryIndexes.map(indexOf),
      ...(table.StreamSpecification === undefined
        ? {}
        : {
            stream: {
              arn: textAttribute(resource, "StreamArn"),
              viewType: table.StreamSpecification.StreamViewType,
            },
          }),
      ...given("ttlAttribute", ttl?.Enabled === true ? ttl.AttributeName : undefined),
    };
  });
}

const QueueProperties = z.object({
  VisibilityTimeout: count.default(30),
  DelaySeconds: count.default(0),
  MessageRetentionPeriod: count.default(345_600),
  ReceiveMessageWaitTimeSeconds: count.default(0),
  FifoQueue: flag.default(false),
  RedrivePolicy: z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: count }).optional(),
});

/** Standard queues. Throws for a FIFO queue, which the embedded engine does not carry. */
export function queuesOf(resources: readonly ResolvedResource[]): QueueModel[] {
  return ofType(resources, "AWS::SQS::Queue").map((resource) => {
    const queue = read(resource, QueueProperties);
    if (queue.FifoQueue) throw new Error(`Queue ${resource.logicalId} is FIFO: the local cloud has none`);
    const redrive = queue.RedrivePolicy;
    return {
      logicalId: resource.logicalId,
      name: textAttribute(resource, "QueueName"),
      arn: textAttribute(resource, "Arn"),
      url: String(resource.ref),
      visibilityTimeoutSeconds: queue.VisibilityTimeout,
      delaySeconds: queue.DelaySeconds,
      retentionSeconds: queue.MessageRetentionPeriod,
      receiveWaitSeconds: queue.ReceiveMessageWaitTimeSeconds,
      ...given(
        "redrive",
        redrive && { deadLetterArn: redrive.deadLetterTargetArn, maxReceiveCount: redrive.maxReceiveCount },
      ),
    };
  });
}

const SecretProperties = z.object({
  Name: z.string().optional(),
  SecretString: z.string().optional(),
  GenerateSecretString: z
    .object({
      PasswordLength: count.default(32),
      ExcludeCharacters: z.string().default(""),
      ExcludePunctuation: flag.default(false),
      SecretStringTemplate: z.string().optional(),
      GenerateStringKey: z.string().optional(),
    })
    .optional(),
});

const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

export function secretsOf(resources: readonly ResolvedResource[]): SecretModel[] {
  return ofType(resources, "AWS::SecretsManager::Secret").map((resource) => {
    const secret = read(resource, SecretProperties);
    const rule = secret.GenerateSecretString;
    return {
      logicalId: resource.logicalId,
      name: secret.Name ?? `${resource.stackName}-${resource.logicalId}`,
      arn: String(resource.ref),
      ...given("text", secret.SecretString),
      ...given(
        "generate",
        rule && {
          length: rule.PasswordLength,
          excluded: rule.ExcludeCharacters + (rule.ExcludePunctuation ? PUNCTUATION : ""),
          ...given("template", rule.SecretStringTemplate),
          ...given("key", rule.GenerateStringKey),
        },
      ),
    };
  });
}

const VaultKeyProperties = z.object({
  KeySpec: z.enum(["SYMMETRIC_DEFAULT", "HMAC_256", "HMAC_384", "HMAC_512"]).default("SYMMETRIC_DEFAULT"),
  KeyUsage: z.enum(["ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC"]).default("ENCRYPT_DECRYPT"),
});

/** Keys in KMS. Throws, as a deploy would fail, when a key's usage is not what its kind of key is for. */
export function vaultKeysOf(resources: readonly ResolvedResource[]): KeyModel[] {
  return ofType(resources, "AWS::KMS::Key").map((resource) => {
    const { KeySpec, KeyUsage } = read(resource, VaultKeyProperties);
    if ((KeySpec === "SYMMETRIC_DEFAULT") !== (KeyUsage === "ENCRYPT_DECRYPT"))
      throw new Error(
        `${resource.type} ${resource.logicalId}: a key of ${KeySpec} cannot be for ${KeyUsage}`,
      );
    return {
      logicalId: resource.logicalId,
      id: String(resource.ref),
      arn: textAttribute(resource, "Arn"),
      spec: KeySpec,
    };
  });
}
