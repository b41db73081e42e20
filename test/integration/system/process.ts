/** `npm start` as a process of its own, to be interrupted and killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { findCloud, type RunningCloud } from "../../../local/client/running-cloud.ts";
import { assembly, root } from "./assembly.ts";

export type CloudProcess = {
  readonly cloud: RunningCloud;
  /** Everything it has printed so far. */
  readonly output: () => string;
  /** Sends a signal, to its whole group as a terminal does, and waits for the end. @returns the exit code. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
  /** Whether any process of its group lives. */
  readonly isAlive: () => boolean;
};

const running = new Set<ChildProcess>();

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  try {
    // A child that could not be started has no id, and a group 0 would be our own.
    return pid !== undefined && process.kill(-pid, signal);
  } catch {
    return false;
  }
}

async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (!hasEnded(child)) {
    const ended = once(child, "exit");
    signalGroup(child, signal);
    await ended;
  }
  running.delete(child);
  return child.exitCode;
}

/** Runs `local/main.ts` with its state in `dir` and waits until it says that it is ready. @throws with its words. */
export async function startProcess(dir: string): Promise<CloudProcess> {
  const args = ["--dir", dir, "--assembly", await assembly(), "--port", "0", "--quiet"];
  const child = spawn(process.execPath, [path.join(root, "local", "main.ts"), ...args], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let output = "";
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (output.includes("The local cloud is ready.")) resolve();
      });
    }
    child.once("exit", (code) => reject(new Error(`The local cloud ended with ${code}: ${output}`)));
    child.once("error", reject);
  });
  await ready;
  const cloud = findCloud(dir);
  if (cloud === undefined) throw new Error(`The local cloud is ready, but ${dir} has no addresses`);
  return {
    cloud,
    output: () => output,
    end: (signal) => endOf(child, signal),
    isAlive: () => signalGroup(child, 0),
  };
}

/** Ends whatever a failed test left running. */
export async function endAll(): Promise<void> {
  for (const child of [...running]) await endOf(child, "SIGKILL");
}
