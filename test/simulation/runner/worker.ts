/** A thread that does the runs it is given, one after the other. */
import { parentPort } from "node:worker_threads";
import { crashFlow } from "../crash-points/crash-flow.ts";
import { simulateSeed } from "../simulate-seed.ts";
import type { Job } from "./pool.ts";

// Refusals are answers here, thousands of them: their stacks are never looked at.
Error.stackTraceLimit = 3;

const run = (job: Job): Promise<unknown> =>
  job.kind === "seed" ? simulateSeed(job.seed) : crashFlow(job.flow, job.crash);

parentPort?.on("message", async (job: Job) => {
  parentPort?.postMessage(await run(job));
});
