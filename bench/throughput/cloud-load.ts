/** Transfers through a local cloud of the bench's own, over HTTP. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { toRunningCloud } from "../../local/client/running-cloud.ts";
import { startCloud } from "../../local/cloud/cloud.ts";
import { type LoadResult, toLoadResult } from "../latency.ts";
import { assemblyWithoutThrottles } from "./assembly.ts";
import { underLoad } from "./load.ts";
import { preparePairs } from "./people.ts";

export type Bounds = {
  readonly clients: readonly number[];
  readonly warmupSeconds: number;
  readonly seconds: number;
  /** Transfers at most for each number of clients. */
  readonly limit: number;
};

export type CloudLoad = LoadResult & {
  /** CPU milliseconds of the server's process for one transfer: gateway, workers, engine, and what follows from events. */
  readonly serverCpuMs: number;
};

const IDLE_TIMEOUT_MS = 120_000;

/** @throws Error when any transfer is refused: a refusal is not a transfer. */
export async function cloudUnderLoad({ clients, ...bounds }: Bounds): Promise<readonly CloudLoad[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "kith-throughput-"));
  const outDir = await assemblyWithoutThrottles(path.join(folder, "assembly"));
  const cloud = await startCloud({ dir: path.join(folder, "state"), outDir, port: 0 });
  try {
    const running = toRunningCloud(cloud.endpoints);
    const pairs = await preparePairs(running, Math.max(...clients));
    const results: CloudLoad[] = [];
    for (const count of clients) {
      await cloud.idle(IDLE_TIMEOUT_MS);
      const before = process.cpuUsage();
      const outcome = await underLoad({ apiUrl: running.api, pairs: pairs.slice(0, count), ...bounds });
      const { user, system } = process.cpuUsage(before);
      const refused = Object.entries(outcome.refused);
      if (refused.length > 0)
        throw new Error(
          `transfers were refused: ${refused.map(([status, times]) => `${times} × ${status}`).join(", ")}`,
        );
      const result = toLoadResult(count, outcome.seconds, outcome.latenciesMs);
      results.push({ ...result, serverCpuMs: (user + system) / 1000 / result.count });
    }
    return results;
  } finally {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
