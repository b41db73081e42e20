// Resolves every resource of an assembly: properties without intrinsics, physical names, cross-stack references.
// Resolution is by need (memoised), which gives dependency order for free and names a circle when there is one.

import { isRecord, recordOrEmpty } from "../json.ts";
import type { Assembly, StackTemplate, TemplateResource } from "./assembly.ts";
import { evaluateCondition, NO_VALUE, resolveValue, type Scope } from "./intrinsics.ts";
import {
  attributeOf,
  isInert,
  isKnownType,
  type LocalAddresses,
  type PhysicalContext,
  refOf,
  unknownType,
} from "./physical.ts";

/** The account that every local name carries. */
export const LOCAL_ACCOUNT = "000000000000";

export type ResolveOptions = {
  readonly region: string;
  readonly addresses: LocalAddresses;
  /** Value of a `{{resolve:service:reference}}`, given the text between the braces after `resolve:`. */
  readonly dynamicReference: (reference: string) => string;
};

export type ResolvedResource = {
  readonly region: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  /** The value of `Ref`. */
  readonly ref: unknown;
  readonly properties: Record<string, unknown>;
  attribute(name: string): unknown;
};

/**
 * Resolves all resources that have local life and whose condition holds, plus all outputs.
 * Throws for an unknown resource type (with its logical id), an unknown reference, or a circular one.
 */
export function resolveAssembly(
  assembly: Assembly,
  options: ResolveOptions,
): { resources: ResolvedResource[]; outputs: Map<string, unknown> } {
  const stacks = new Map<string, StackResolver>();
  const importValue = (name: string): unknown => {
    for (const stack of stacks.values()) {
      const found = stack.exported(name);
      if (found !== undefined) return found.value;
    }
    throw new Error(`No stack exports ${name}`);
  };
  for (const stack of assembly.stacks)
    stacks.set(stack.stackName, stackResolver(stack, options, importValue));
  const resolvers = [...stacks.values()];
  return {
    resources: resolvers.flatMap((resolver) => resolver.resources()),
    outputs: new Map(resolvers.flatMap((resolver) => resolver.outputs())),
  };
}

type StackResolver = {
  resources(): ResolvedResource[];
  outputs(): [string, unknown][];
  exported(name: string): { value: unknown } | undefined;
};

function stackResolver(
  stack: StackTemplate,
  options: ResolveOptions,
  importValue: (name: string) => unknown,
): StackResolver {
  const pseudo = pseudoParameters(stack.stackName, options.region);
  const once = memoised(stack.stackName);

  const resourceNamed = (logicalId: string): TemplateResource => {
    const resource = stack.resources.get(logicalId);
    if (resource === undefined) throw new Error(`Stack ${stack.stackName} has no resource ${logicalId}`);
    if (!isKnownType(resource.type)) throw unknownType(resource.type, logicalId, stack.stackName);
    return resource;
  };
  const contextOf = (logicalId: string, resource: TemplateResource): PhysicalContext => ({
    region: options.region,
    account: LOCAL_ACCOUNT,
    stackName: stack.stackName,
    logicalId,
    addresses: options.addresses,
    property: (name) =>
      once(`${logicalId}/${name}`, () => readable(resolveValue(resource.properties[name], scope))),
  });
  const readable = (value: unknown): unknown => withDynamicReferences(value, options.dynamicReference);

  const scope: Scope = {
    ref: (name) => {
      if (pseudo.has(name)) return pseudo.get(name);
      if (name in stack.parameters) return parameterDefault(name, stack.parameters[name]);
      const resource = resourceNamed(name);
      return once(`ref ${name}`, () => refOf(resource.type, contextOf(name, resource)));
    },
    getAtt: (logicalId, attribute) => {
      const resource = resourceNamed(logicalId);
      return once(`att ${logicalId}.${attribute}`, () =>
        attributeOf(resource.type, attribute, contextOf(logicalId, resource)),
      );
    },
    importValue,
    condition: (name) => {
      if (!(name in stack.conditions)) throw new Error(`Stack ${stack.stackName} has no condition ${name}`);
      return stack.conditions[name];
    },
    mapping: (map, top, second) => {
      const value = recordOrEmpty(recordOrEmpty(stack.mappings[map])[top])[second];
      if (value === undefined) throw new Error(`Mapping ${map} has no ${top}/${second}`);
      return value;
    },
  };

  const applies = (resource: TemplateResource): boolean =>
    resource.condition === undefined || evaluateCondition({ Condition: resource.condition }, scope);

  const resolveOne = (logicalId: string, resource: TemplateResource): ResolvedResource => ({
    region: options.region,
    stackName: stack.stackName,
    logicalId,
    type: resource.type,
    ref: scope.ref(logicalId),
    properties: recordOrEmpty(
      named(stack.stackName, logicalId, () => resolveValue(resource.properties, scope), readable),
    ),
    attribute: (name) => scope.getAtt(logicalId, name),
  });

  return {
    resources: () =>
      [...stack.resources]
        .map(([logicalId]): [string, TemplateResource] => [logicalId, resourceNamed(logicalId)])
        .filter(([, resource]) => !isInert(resource.type) && applies(resource))
        .map(([logicalId, resource]) => resolveOne(logicalId, resource)),
    outputs: () =>
      [...stack.outputs].map(([name, output]) => [
        `${stack.stackName}.${name}`,
        resolveValue(output.value, scope),
      ]),
    exported: (name) => {
      for (const output of stack.outputs.values()) {
        if (output.exportName === undefined || resolveValue(output.exportName, scope) !== name) continue;
        return { value: resolveValue(output.value, scope) };
      }
      return undefined;
    },
  };
}

function pseudoParameters(stackName: string, region: string): Map<string, unknown> {
  return new Map<string, unknown>([
    ["AWS::Region", region],
    ["AWS::AccountId", LOCAL_ACCOUNT],
    ["AWS::Partition", "aws"],
    ["AWS::URLSuffix", "amazonaws.com"],
    ["AWS::StackName", stackName],
    ["AWS::StackId", `arn:aws:cloudformation:${region}:${LOCAL_ACCOUNT}:stack/${stackName}/local`],
    ["AWS::NotificationARNs", []],
    ["AWS::NoValue", NO_VALUE],
  ]);
}

function parameterDefault(name: string, parameter: unknown): unknown {
  const value = recordOrEmpty(parameter)["Default"];
  if (value === undefined) throw new Error(`Template parameter ${name} has no default`);
  return value;
}

/** Runs a computation once per key; a key asked for while it is being computed is a circular reference. */
function memoised(where: string): (key: string, compute: () => unknown) => unknown {
  const done = new Map<string, unknown>();
  const open = new Set<string>();
  return (key, compute) => {
    if (done.has(key)) return done.get(key);
    if (open.has(key)) throw new Error(`Circular reference in stack ${where}: ${[...open, key].join(" → ")}`);
    open.add(key);
    try {
      const value = compute();
      done.set(key, value);
      return value;
    } finally {
      open.delete(key);
    }
  };
}

/** Adds stack and logical id to an error of resolution. */
function named(
  stackName: string,
  logicalId: string,
  resolve: () => unknown,
  then: (value: unknown) => unknown,
): unknown {
  try {
    return then(resolve());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${logicalId} in stack ${stackName}: ${reason}`, { cause });
  }
}

const dynamicReferencePattern = /\{\{resolve:([^}]+)\}\}/g;

function withDynamicReferences(value: unknown, resolve: (reference: string) => string): unknown {
  if (typeof value === "string") {
    return value.replaceAll(dynamicReferencePattern, (_whole, reference: string) => resolve(reference));
  }
  if (Array.isArray(value)) return value.map((entry) => withDynamicReferences(entry, resolve));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, withDynamicReferences(entry, resolve)]),
  );
}
