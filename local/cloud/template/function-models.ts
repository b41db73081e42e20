// Functions, event source mappings, schedules and roles of the template.

import { existsSync } from "node:fs";
import * as z from "zod";
import { recordOrEmpty } from "../json.ts";
import type { FunctionModel, MappingModel, RoleModel, ScheduleModel } from "./model.ts";
import { count, flag, given, ofType, read, textAttribute } from "./read.ts";
import type { ResolvedResource } from "./resolve.ts";

const FunctionProperties = z.object({
  Handler: z.string(),
  Role: z.string(),
  MemorySize: count.default(128),
  Timeout: count.default(3),
  ReservedConcurrentExecutions: count.optional(),
  Code: z.object({ S3Key: z.string() }),
  Environment: z
    .object({ Variables: z.record(z.string(), z.coerce.string()).default({}) })
    .default({ Variables: {} }),
});
const Destination = z.object({ OnFailure: z.object({ Destination: z.string() }).optional() }).optional();
const InvokeConfig = z.object({
  FunctionName: z.string(),
  MaximumRetryAttempts: count.default(2),
  DestinationConfig: Destination,
});

/**
 * Functions with the directory of their bundle. Throws when the bundle of one is not in the assembly
 * (it was synthesized without bundling, or deleted since).
 */
export function functionsOf(
  resources: readonly ResolvedResource[],
  assets: ReadonlyMap<string, string>,
): FunctionModel[] {
  const invokeConfigs = ofType(resources, "AWS::Lambda::EventInvokeConfig").map((resource) =>
    read(resource, InvokeConfig),
  );
  const all = ofType(resources, "AWS::Lambda::Function");
  const shared = sharedPrefix(all.map((resource) => String(resource.ref)));
  return all.map((resource) => {
    const properties = read(resource, FunctionProperties);
    const codeDirectory = assets.get(properties.Code.S3Key);
    if (codeDirectory === undefined || !existsSync(codeDirectory)) {
      throw new Error(
        `Function ${resource.logicalId}: its bundle ${properties.Code.S3Key} is not in the assembly`,
      );
    }
    const name = String(resource.ref);
    const invoke = invokeConfigs.find((config) => config.FunctionName === name);
    return {
      logicalId: resource.logicalId,
      label: name.slice(shared.length),
      name,
      arn: textAttribute(resource, "Arn"),
      codeDirectory,
      handler: properties.Handler,
      memoryMb: properties.MemorySize,
      timeoutSeconds: properties.Timeout,
      environment: properties.Environment.Variables,
      roleArn: properties.Role,
      ...given("reservedConcurrency", properties.ReservedConcurrentExecutions),
      asyncRetries: invoke?.MaximumRetryAttempts ?? 2,
      ...given("asyncFailureArn", invoke?.DestinationConfig?.OnFailure?.Destination),
    };
  });
}

/** What all names begin with, up to a hyphen: left out where people read them. */
export function sharedPrefix(names: readonly string[]): string {
  const [first = "", ...others] = names;
  if (others.length === 0) return "";
  let length = first.length;
  for (const name of others) while (!name.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, first.slice(0, length).lastIndexOf("-") + 1);
}

const MappingProperties = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: flag.default(true),
  BatchSize: count.optional(),
  MaximumBatchingWindowInSeconds: count.default(0),
  FilterCriteria: z
    .object({ Filters: z.array(z.object({ Pattern: z.string() })).default([]) })
    .default({ Filters: [] }),
  FunctionResponseTypes: z.array(z.string()).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: count.optional() }).optional(),
  StartingPosition: z.enum(["TRIM_HORIZON", "LATEST"]).default("TRIM_HORIZON"),
  BisectBatchOnFunctionError: flag.default(false),
  MaximumRetryAttempts: count.default(-1),
  MaximumRecordAgeInSeconds: count.default(-1),
  DestinationConfig: Destination,
});

/** Enabled event source mappings. `FunctionName` may be a name, an ARN, or a qualified ARN. */
export function mappingsOf(
  resources: readonly ResolvedResource[],
  functions: readonly FunctionModel[],
): MappingModel[] {
  return ofType(resources, "AWS::Lambda::EventSourceMapping").flatMap((resource) => {
    const mapping = read(resource, MappingProperties);
    if (!mapping.Enabled) return [];
    const fromQueue = mapping.EventSourceArn.split(":")[2] === "sqs";
    return {
      logicalId: resource.logicalId,
      id: String(resource.ref),
      sourceArn: mapping.EventSourceArn,
      functionArn: functionOf(mapping.FunctionName, functions, resource.logicalId).arn,
      batchSize: mapping.BatchSize ?? (fromQueue ? 10 : 100),
      batchWindowSeconds: mapping.MaximumBatchingWindowInSeconds,
      filters: mapping.FilterCriteria.Filters.map((filter) => filter.Pattern),
      reportItemFailures: mapping.FunctionResponseTypes.includes("ReportBatchItemFailures"),
      ...given("maxConcurrency", mapping.ScalingConfig?.MaximumConcurrency),
      startingPosition: mapping.StartingPosition,
      bisectOnError: mapping.BisectBatchOnFunctionError,
      maxRetries: mapping.MaximumRetryAttempts,
      maxAgeSeconds: mapping.MaximumRecordAgeInSeconds,
      ...given("failureArn", mapping.DestinationConfig?.OnFailure?.Destination),
    };
  });
}

/** The function that a name, an ARN, an alias or a version means. Throws when there is none. */
export function functionOf(
  reference: string,
  functions: readonly FunctionModel[],
  askedBy: string,
): FunctionModel {
  const [, , , , , kind, named] = reference.split(":");
  const name = kind === "function" ? named : reference;
  const found = functions.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`${askedBy} names function ${reference}, which no stack has`);
  return found;
}

const RuleProperties = z.object({
  ScheduleExpression: z.string().optional(),
  State: z.string().default("ENABLED"),
  Targets: z.array(z.object({ Arn: z.string(), Input: z.string().optional() })).default([]),
});
const ScheduleProperties = z.object({
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default("UTC"),
  State: z.string().default("ENABLED"),
  Target: z.object({ Arn: z.string(), Input: z.string().optional() }),
});

/** EventBridge rules with a schedule, and EventBridge Scheduler schedules. Throws for a rule on event patterns. */
export function schedulesOf(
  resources: readonly ResolvedResource[],
  functions: readonly FunctionModel[],
): ScheduleModel[] {
  const rules = ofType(resources, "AWS::Events::Rule").map((resource): ScheduleModel => {
    const rule = read(resource, RuleProperties);
    if (rule.ScheduleExpression === undefined) {
      throw new Error(`Rule ${resource.logicalId} has no schedule: the local cloud has no event bus`);
    }
    return {
      ...common(resource, "rule"),
      expression: rule.ScheduleExpression,
      timezone: "UTC",
      enabled: rule.State === "ENABLED",
      targets: rule.Targets.map((target) => targetOf(target, functions, resource.logicalId)),
    };
  });
  const schedules = ofType(resources, "AWS::Scheduler::Schedule").map((resource): ScheduleModel => {
    const schedule = read(resource, ScheduleProperties);
    return {
      ...common(resource, "scheduler"),
      expression: schedule.ScheduleExpression,
      timezone: schedule.ScheduleExpressionTimezone,
      enabled: schedule.State === "ENABLED",
      targets: [targetOf(schedule.Target, functions, resource.logicalId)],
    };
  });
  return [...rules, ...schedules];
}

const common = (resource: ResolvedResource, source: ScheduleModel["source"]) => ({
  logicalId: resource.logicalId,
  name: String(resource.ref),
  arn: textAttribute(resource, "Arn"),
  source,
});

const targetOf = (
  target: { Arn: string; Input?: string | undefined },
  functions: readonly FunctionModel[],
  logicalId: string,
): ScheduleModel["targets"][number] => ({
  functionArn: functionOf(target.Arn, functions, logicalId).arn,
  ...given("input", target.Input),
});

const PolicyProperties = z.object({
  Roles: z.array(z.string()).default([]),
  PolicyDocument: z.unknown(),
});
const RoleProperties = z.object({
  Policies: z.array(z.object({ PolicyDocument: z.unknown() })).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
});

/**
 * Roles with all identity policies: their own inline ones, `AWS::IAM::Policy` and `AWS::IAM::ManagedPolicy` of the
 * template. AWS's own managed policies grant logging and tracing here, which nothing local asks for.
 */
export function rolesOf(resources: readonly ResolvedResource[]): RoleModel[] {
  const attached = ofType(resources, "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy").map((resource) => ({
    ref: String(resource.ref),
    ...read(resource, PolicyProperties),
  }));
  return ofType(resources, "AWS::IAM::Role").map((resource) => {
    const role = read(resource, RoleProperties);
    const name = String(resource.ref);
    return {
      arn: textAttribute(resource, "Arn"),
      name,
      policies: [
        ...role.Policies.map((policy) => policy.PolicyDocument),
        ...attached
          .filter((policy) => policy.Roles.includes(name) || role.ManagedPolicyArns.includes(policy.ref))
          .map((policy) => recordOrEmpty(policy.PolicyDocument)),
      ],
    };
  });
}
