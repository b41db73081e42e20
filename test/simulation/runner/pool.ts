/** Threads that runs are handed out to. */
import { Worker } from "node:worker_threads";
import type { CrashReport } from "../crash-points/crash-flow.ts";
import type { Crash } from "../crash-points/point-chaos.ts";
import type { SeedReport } from "../simulate-seed.ts";

export type Job =
  | { readonly kind: "seed"; readonly seed: number }
  | { readonly kind: "crash"; readonly flow: string; readonly crash: Crash | undefined };

export type Pool = {
  readonly seed: (seed: number) => Promise<SeedReport>;
  readonly crash: (flow: string, crash: Crash | undefined) => Promise<CrashReport>;
  /** Ends the threads, whatever they are at. */
  readonly close: () => Promise<void>;
};

/** A run makes much that is soon forgotten: a larger nursery saves a tenth of the time. */
export function createPool(threads: number): Pool {
  const workers = Array.from(
    { length: threads },
    () =>
      new Worker(new URL("./worker.ts", import.meta.url), {
        resourceLimits: { maxYoungGenerationSizeMb: 64 },
      }),
  );
  const idle = [...workers];
  const waiting: ((worker: Worker) => void)[] = [];

  async function run<T>(job: Job): Promise<T> {
    const worker = idle.pop() ?? (await new Promise<Worker>((resolve) => void waiting.push(resolve)));
    try {
      return await new Promise<T>((resolve, reject) => {
        worker.removeAllListeners();
        worker.once("message", resolve).once("error", reject);
        worker.postMessage(job);
      });
    } finally {
      const next = waiting.shift();
      if (next === undefined) idle.push(worker);
      else next(worker);
    }
  }

  return {
    seed: (seed) => run({ kind: "seed", seed }),
    crash: (flow, crash) => run({ kind: "crash", flow, crash }),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
