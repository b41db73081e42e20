/** Finding the local cloud that runs on this machine, by the file it writes once it is ready. */
import { readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";

const endpointsSchema = z.object({
  api: z.url(),
  control: z.url(),
  dynamodb: z.url(),
  pool: z.url(),
  /** Simulated payment providers by channel. */
  channels: z.record(z.string(), z.url()),
  region: z.string(),
  tables: z.array(z.string()).min(1),
  userPool: z.object({ callbackUrls: z.array(z.string()).min(1) }),
  pid: z.int(),
});

export type RunningCloud = z.output<typeof endpointsSchema>;

/** @throws ZodError when something that the commands need is not there. */
export const toRunningCloud = (endpoints: unknown): RunningCloud => endpointsSchema.parse(endpoints);

/** Where state, addresses and keys are kept unless told otherwise, below the folder the commands are run in. */
export const DEFAULT_DIRECTORY = ".local";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** `undefined` when none runs. @throws ZodError when the file is not what a local cloud writes. */
export function findCloud(directory = DEFAULT_DIRECTORY): RunningCloud | undefined {
  let text: string;
  try {
    text = readFileSync(path.join(directory, "endpoints.json"), "utf8");
  } catch {
    return undefined;
  }
  const endpoints = toRunningCloud(JSON.parse(text));
  return isAlive(endpoints.pid) ? endpoints : undefined;
}

/** @throws Error that says how to start one. */
export function requireCloud(directory = DEFAULT_DIRECTORY): RunningCloud {
  const cloud = findCloud(directory);
  if (cloud === undefined) throw new Error("The local cloud does not run here. Start it with: npm start");
  return cloud;
}

/** The address of a simulated provider. @throws Error when the stage does not have the channel. */
export function channelOf({ channels }: RunningCloud, name: string): string {
  const url = channels[name];
  if (url === undefined)
    throw new Error(`There is no channel ${name}. There are: ${Object.keys(channels).join(", ")}`);
  return url;
}

/** The callback that command-line sign-ins use: nothing listens there, the walk stops before it. */
export function callbackOf(cloud: RunningCloud): string {
  const [first = ""] = cloud.userPool.callbackUrls;
  return cloud.userPool.callbackUrls.find((url) => url.startsWith("http://localhost")) ?? first;
}
