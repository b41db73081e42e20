import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { z } from "zod";
import { writeTinyAssembly } from "./tiny/assembly.ts";
import { type TinyClient, tinyClient } from "./tiny/client.ts";

const root = mkdtempSync(path.join(tmpdir(), "kith-restart-"));
const outDir = writeTinyAssembly(path.join(root, "out"));
const children: ChildProcess[] = [];
const Addresses = z.object({ api: z.string(), control: z.string() });

/** Starts the tiny app in a process of its own and waits until it has said where it is. */
async function start(dir: string): Promise<{ tiny: TinyClient; child: ChildProcess }> {
  const run = path.join(import.meta.dirname, "tiny", "run.ts");
  const child = spawn(process.execPath, [run, dir, outDir], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  let output = "";
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk);
    if (output.includes("\n")) break;
  }
  return { tiny: tinyClient(Addresses.parse(JSON.parse(output))), child };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> {
  const ended = once(child, "exit");
  child.kill(signal);
  const [code] = await ended;
  return code;
}

afterAll(async () => {
  for (const child of children)
    if (child.exitCode === null && child.signalCode === null) await end(child, "SIGKILL");
  rmSync(root, { recursive: true, force: true });
});

it("loses no message and no stream record when it is killed", async () => {
  const dir = path.join(root, "killed");
  const first = await start(dir);
  await first.tiny.order("early");
  expect((await first.tiny.idle()).idle).toBe(true);

  // From here on the stream cannot be delivered, and the worker's answer is lost.
  await first.tiny.ask("POST", "/faults", { kind: "drop-stream-batch", count: 100_000 });
  await first.tiny.ask("POST", "/faults", { kind: "worker-crash", function: "worker" });
  await first.tiny.order("late");
  await expect.poll(() => first.tiny.count("WORKED#late"), { timeout: 10_000 }).toBe(1);
  expect(await first.tiny.count("SEEN#late")).toBe(0);
  await end(first.child, "SIGKILL");

  const second = await start(dir);
  await second.tiny.advance(31_000);
  expect((await second.tiny.idle()).idle).toBe(true);
  const ids = ["SEEN#early", "WORKED#early", "SEEN#late", "WORKED#late"];
  // What was done before is not done again; what was open is done now, the interrupted message once more.
  expect(await Promise.all(ids.map(second.tiny.count))).toEqual([1, 1, 1, 2]);
  await end(second.child, "SIGKILL");
});

it("stops cleanly, keeps its state and its clock, and leaves neither lock nor addresses", async () => {
  const dir = path.join(root, "stopped");
  const first = await start(dir);
  await first.tiny.advance(7 * 86_400_000);
  await first.tiny.order("kept");
  expect((await first.tiny.idle()).idle).toBe(true);
  expect(await end(first.child, "SIGTERM")).toBe(0);
  expect(["lock", "endpoints.json"].map((name) => existsSync(path.join(dir, name)))).toEqual([false, false]);

  const second = await start(dir);
  const { now } = z.object({ now: z.string() }).parse(await second.tiny.ask("GET", "/clock"));
  expect(Date.parse(now) - Date.now()).toBeGreaterThan(6 * 86_400_000);
  expect(await second.tiny.count("SEEN#kept")).toBe(1);
  expect(await end(second.child, "SIGTERM")).toBe(0);
});
