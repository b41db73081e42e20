/** The engines that the contract is held against, and where each is known to differ from AWS. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildApp } from "fauxqs";
import { findDynamoDbLocal, hasJava, startDynamoDbLocal } from "../../../local/engine/dynamodb-local.ts";
import { createEngine } from "../../../local/engine/engine.ts";
import { startEngineServer } from "../../../local/engine/server.ts";

/** A running engine. */
export type Running = { readonly endpoint: string; stop(): Promise<void> };

export type Target<Difference extends string> = {
  readonly name: string;
  /** Cases that this engine does not pass, by name. */
  readonly differs: ReadonlySet<Difference>;
  start(): Promise<Running>;
};

/**
 * What DynamoDB Local 1.25 does otherwise than AWS documents. Where the two merely word a refusal differently, the
 * contract names only the kind of error.
 * - `transaction-capacity`: the units of a transaction do not follow from its items.
 * - `nested-updated-values`: UPDATED_OLD and UPDATED_NEW give the whole top-level attribute, not the path.
 * - `transaction-validation`: an update that fails on its item answers ValidationException, not a cancellation.
 *
 * Outside the contract: it lets an empty string into a set, deletes what is absent for 2 units in a batch, and
 * ignores members of a request that it does not know, which the embedded engine refuses by name.
 */
export type DynamoDifference = "transaction-capacity" | "nested-updated-values" | "transaction-validation";

/**
 * What fauxqs 2.4 does otherwise than AWS documents:
 * - `move-tasks`: it has no StartMessageMoveTask.
 * - `aborted-poll`: a long poll whose caller has gone keeps the message it then takes.
 * - `unasked-attributes`: it gives message attributes that were not asked for.
 * - `delay-range`: it takes a delay above 15 minutes.
 * - `receipt-syntax`: it takes any text for a receipt handle.
 * - `dead-letter-source`: it does not say which queue a dead letter came from.
 * - `missing-dead-letter-queue`: it takes a dead-letter queue that does not exist.
 */
export type SqsDifference =
  | "move-tasks"
  | "aborted-poll"
  | "unasked-attributes"
  | "delay-range"
  | "receipt-syntax"
  | "dead-letter-source"
  | "missing-dead-letter-queue";

const TOOLS = join(import.meta.dirname, "../../../.local/tools");

async function startEmbedded(file: string | undefined): Promise<Running> {
  const engine = createEngine(file === undefined ? {} : { file });
  const server = await startEngineServer(engine);
  return {
    endpoint: server.url,
    async stop() {
      await server.close();
      engine.close();
    },
  };
}

async function startEmbeddedOnFile(): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), "engine-"));
  const running = await startEmbedded(join(folder, "engine.sqlite"));
  return {
    endpoint: running.endpoint,
    async stop() {
      await running.stop();
      await rm(folder, { recursive: true });
    },
  };
}

const embedded = [
  { name: "embedded, in memory", differs: new Set<never>(), start: () => startEmbedded(undefined) },
  { name: "embedded, on a file", differs: new Set<never>(), start: startEmbeddedOnFile },
];

/** DynamoDB Local is added where an endpoint is named, or Java and the jar are there. */
export async function dynamoTargets(): Promise<readonly Target<DynamoDifference>[]> {
  const start = await dynamoDbLocalStarter();
  if (start === undefined) return embedded;
  const differs = new Set<DynamoDifference>([
    "transaction-capacity",
    "nested-updated-values",
    "transaction-validation",
  ]);
  return [...embedded, { name: "DynamoDB Local", differs, start }];
}

async function dynamoDbLocalStarter(): Promise<(() => Promise<Running>) | undefined> {
  const endpoint = process.env["KITH_DYNAMODB_LOCAL_ENDPOINT"];
  if (endpoint !== undefined) return async () => ({ endpoint, stop: async () => {} });
  if ((await findDynamoDbLocal(TOOLS)) === undefined || !(await hasJava())) return undefined;
  return async () => {
    const { url, stop } = await startDynamoDbLocal({ toolsFolder: TOOLS });
    return { endpoint: url, stop };
  };
}

export const sqsTargets: readonly Target<SqsDifference>[] = [
  ...embedded,
  {
    name: "fauxqs",
    differs: new Set<SqsDifference>([
      "move-tasks",
      "aborted-poll",
      "unasked-attributes",
      "delay-range",
      "receipt-syntax",
      "dead-letter-source",
      "missing-dead-letter-queue",
    ]),
    async start() {
      const app = buildApp({ logger: false, host: "127.0.0.1" });
      await app.listen({ port: 0, host: "127.0.0.1" });
      const address = app.server.address();
      if (address === null || typeof address === "string") throw new TypeError("a server without a port");
      return { endpoint: `http://127.0.0.1:${address.port}`, stop: async () => void (await app.close()) };
    },
  },
];
