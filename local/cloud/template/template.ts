// From a cloud assembly on disk to the model that the local cloud runs.

import type { Assembly } from "./assembly.ts";
import { apisOf, poolsOf } from "./edge-models.ts";
import { functionsOf, mappingsOf, rolesOf, schedulesOf } from "./function-models.ts";
import type { CloudModel } from "./model.ts";
import { ofType, textAttribute } from "./read.ts";
import { type ResolveOptions, resolveAssembly } from "./resolve.ts";
import { queuesOf, secretsOf, tablesOf, vaultKeysOf } from "./storage-models.ts";

/**
 * Builds the model of everything that runs. Throws an error that names the resource when a type is unknown,
 * a property has a form that is not supported, or a reference leads nowhere.
 */
export function buildModel(assembly: Assembly, options: Omit<ResolveOptions, "region">): CloudModel {
  const { resources, outputs } = resolveAssembly(assembly, { ...options, region: assembly.region });
  const functions = functionsOf(resources, assembly.assets);
  return {
    region: assembly.region,
    functions,
    tables: tablesOf(resources),
    queues: queuesOf(resources),
    apis: apisOf(resources, functions),
    mappings: mappingsOf(resources, functions),
    schedules: schedulesOf(resources, functions),
    secrets: secretsOf(resources),
    pools: poolsOf(resources),
    topics: ofType(resources, "AWS::SNS::Topic").map((topic) => ({
      logicalId: topic.logicalId,
      arn: String(topic.ref),
      name: textAttribute(topic, "TopicName"),
    })),
    keys: vaultKeysOf(resources),
    roles: rolesOf(resources),
    outputs,
  };
}
