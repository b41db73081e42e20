// What the local cloud asks of a table and queue engine, whichever it is.

import type { EngineCall, Fault } from "../../engine/faults.ts";
import type { QueuePort, StreamPort } from "../event-sources/ports.ts";
import type { Refusal } from "../iam/authorizer.ts";
import type { AnswerEngineRequest } from "../lambda/engine-port.ts";
import type { QueueModel, TableModel } from "../template/model.ts";

export type EngineHooks = {
  /** A refusal, or nothing when the caller may. */
  authorize(call: EngineCall): Refusal | undefined;
  /** A fault to inject, or nothing. */
  intercept(call: EngineCall): Fault | undefined;
  /** Told of each call that was served, with the capacity it took. */
  onCall(call: EngineCall, units: CapacityUnits): void;
};

export type CapacityUnits = { readonly read: number; readonly write: number };

export type CloudEngine = {
  /** Addresses for `AWS_ENDPOINT_URL_*`. */
  readonly dynamodbUrl: string;
  readonly sqsUrl: string;
  /** The same as at these addresses, without a socket. */
  readonly answer: AnswerEngineRequest;
  readonly queues: QueuePort;
  readonly streams: StreamPort;
  /** Makes what is missing; what is there already stays. */
  createTables(tables: readonly TableModel[]): Promise<void>;
  createQueues(queues: readonly QueueModel[]): Promise<void>;
  stop(): Promise<void>;
};
