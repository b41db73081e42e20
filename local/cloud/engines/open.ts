// Opens the engine that was chosen: the embedded one, DynamoDB Local, or any DynamoDB endpoint.

import path from "node:path";
import { fetchDynamoDbLocal, hasJava, startDynamoDbLocal } from "../../engine/dynamodb-local.ts";
import { type EmbeddedOptions, openEmbeddedEngine } from "./embedded.ts";
import type { CloudEngine } from "./engine.ts";
import { openRemoteTables, type RemoteTables } from "./remote-tables.ts";

/** Queues are always in the embedded engine; the choice is about tables and streams. */
export type EngineChoice = "embedded" | "dynamodb-local" | { readonly endpoint: string };

export type OpenEngineOptions = Omit<EmbeddedOptions, "remote"> & {
  readonly choice: EngineChoice;
  readonly toolsDirectory: string;
  readonly stateDirectory: string;
};

/** Throws when DynamoDB Local is asked for and there is no Java, or its package cannot be fetched. */
export async function openEngine(options: OpenEngineOptions): Promise<CloudEngine> {
  const remote = await remoteOf(options);
  return openEmbeddedEngine({ ...options, ...(remote === undefined ? {} : { remote }) });
}

async function remoteOf(options: OpenEngineOptions): Promise<RemoteTables | undefined> {
  const { choice, region } = options;
  if (choice === "embedded") return undefined;
  if (choice !== "dynamodb-local") return openRemoteTables(choice.endpoint, region);
  if (!(await hasJava()))
    throw new Error("DynamoDB Local needs Java 11 or newer, and there is no `java` here");
  await fetchDynamoDbLocal(options.toolsDirectory);
  const { url, stop } = await startDynamoDbLocal({
    toolsFolder: options.toolsDirectory,
    dataFolder: path.join(options.stateDirectory, "dynamodb-local"),
  });
  return openRemoteTables(url, region, stop);
}
