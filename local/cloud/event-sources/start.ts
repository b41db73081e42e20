// Starts every event source mapping of the template, after checking what CloudFormation would check.

import type { CloudClock } from "../clock.ts";
import type { Faults } from "../faults.ts";
import type { Authorizer } from "../iam/authorizer.ts";
import type { Functions } from "../lambda/functions.ts";
import type { Log } from "../log.ts";
import type { StateStore } from "../state.ts";
import type { CloudModel, FunctionModel, MappingModel } from "../template/model.ts";
import type { QueuePort, StreamPort } from "./ports.ts";
import { startQueueSource } from "./queue-source.ts";
import type { EventSource } from "./source.ts";
import { startStreamSource } from "./stream-source.ts";

export type EventSourcesOptions = {
  readonly model: CloudModel;
  readonly queues: QueuePort;
  readonly streams: StreamPort;
  readonly functions: Functions;
  readonly authorizer: Authorizer;
  readonly clock: CloudClock;
  readonly state: StateStore;
  readonly log: Log;
  readonly faults: Faults;
  readonly onQuiet: () => void;
};

const queueActions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
const streamActions = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];

/**
 * Throws, as the account would at deployment, when a function's role may not poll its source; and when a mapping's
 * queue or table is not in the template, or its visibility time-out is shorter than the function's time limit.
 */
export function startEventSources(options: EventSourcesOptions): EventSource[] {
  return options.model.mappings.map((mapping) => {
    const fn = options.model.functions.find((candidate) => candidate.arn === mapping.functionArn);
    if (fn === undefined) throw new Error(`Mapping ${mapping.logicalId} has no function`);
    return mapping.sourceArn.split(":")[2] === "sqs"
      ? startQueue(mapping, fn, options)
      : startStream(mapping, fn, options);
  });
}

function startQueue(mapping: MappingModel, fn: FunctionModel, options: EventSourcesOptions): EventSource {
  const queue = options.model.queues.find((candidate) => candidate.arn === mapping.sourceArn);
  if (queue === undefined)
    throw new Error(`Mapping ${mapping.logicalId} names ${mapping.sourceArn}, which no stack has`);
  mayPoll(mapping, fn, queueActions, mapping.sourceArn, options.authorizer);
  if (queue.visibilityTimeoutSeconds < fn.timeoutSeconds) {
    throw new Error(
      `Queue visibility timeout: ${queue.visibilityTimeoutSeconds} seconds is less than Function timeout: ${fn.timeoutSeconds} seconds (${mapping.logicalId})`,
    );
  }
  return startQueueSource({ ...options, mapping, queue, fn });
}

function startStream(mapping: MappingModel, fn: FunctionModel, options: EventSourcesOptions): EventSource {
  const table = options.model.tables.find((candidate) => candidate.stream?.arn === mapping.sourceArn);
  if (table === undefined)
    throw new Error(`Mapping ${mapping.logicalId} names ${mapping.sourceArn}, which no table has`);
  mayPoll(mapping, fn, streamActions, mapping.sourceArn, options.authorizer);
  if (mapping.failureArn !== undefined)
    mayPoll(mapping, fn, ["sqs:SendMessage"], mapping.failureArn, options.authorizer);
  return startStreamSource({ ...options, mapping, table, streamArn: mapping.sourceArn, fn });
}

function mayPoll(
  mapping: MappingModel,
  fn: FunctionModel,
  actions: readonly string[],
  resource: string,
  authorizer: Authorizer,
): void {
  for (const action of actions) {
    const refusal = authorizer.allows(fn, action, resource);
    if (refusal !== undefined) throw new Error(`Mapping ${mapping.logicalId}: ${refusal.message}`);
  }
}
