/** Transfers through a local cloud of the bench's own, over HTTP. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { auditTable } from "../../functions/ops/audit-table.ts";
import { localTable } from "../../local/audit.ts";
import { type RunningCloud, toRunningCloud } from "../../local/client/running-cloud.ts";
import { type Cloud, startCloud } from "../../local/cloud/cloud.ts";
import { type LoadResult, toLoadResult } from "../latency.ts";
import { copyWithoutThrottles } from "./assembly.ts";
import { openClients } from "./load.ts";
import { preparePairs } from "./people.ts";
import type { Outcome } from "./protocol.ts";

/** How one run ends: when the time is over, or enough transfers were made. */
export type Bounds = { readonly seconds: number; readonly limit: number };

export type CloudRun = LoadResult & {
  /** CPU milliseconds of the cloud and the clients for one transfer, with what was done of its events in that time. */
  readonly cpuMsEach: number;
  /** Processors that the cloud and the clients together got, on average. */
  readonly coresUsed: number;
  /** Seconds from the last answer until every event of the run was handled. */
  readonly settledSeconds: number;
};

export type CloudUnderLoad = {
  /** Puts it under the load of so many clients, and waits until all that follows is done. @throws Error when a transfer is refused. */
  readonly run: (clients: number, bounds: Bounds) => Promise<CloudRun>;
  /** @throws Error when the audit of all that was written finds anything. */
  readonly audit: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const SETTLE_WITHIN_MS = 600_000;

/** @returns seconds it took. @throws Error naming what never comes to an end. */
async function settle(cloud: Cloud): Promise<number> {
  const startedAt = performance.now();
  const { idle, waitingFor } = await cloud.idle(SETTLE_WITHIN_MS);
  if (!idle) throw new Error(`the cloud does not come to rest; it waits for ${waitingFor.join(", ")}`);
  return (performance.now() - startedAt) / 1000;
}

function refuseRefusals({ refused }: Outcome): void {
  const kinds = Object.entries(refused).map(([status, times]) => `${times} × ${status}`);
  if (kinds.length > 0) throw new Error(`transfers were refused: ${kinds.join(", ")}`);
}

async function refuseFindings(running: RunningCloud): Promise<void> {
  const report = await auditTable(localTable(running), { cutoff: Number.MAX_SAFE_INTEGER, now: Date.now() });
  if (!report.clean) throw new Error(`the audit after the run has ${report.findingCount} findings`);
}

/**
 * Starts a cloud with a payer and a payee for each client.
 * @param assembly what is run, without its throttles.
 */
export async function openCloud(assembly: string, mostClients: number): Promise<CloudUnderLoad> {
  const folder = mkdtempSync(path.join(tmpdir(), "kith-throughput-"));
  let cloud: Cloud | undefined;
  const sender = openClients();
  const stop = async (): Promise<void> => {
    await cloud?.stop();
    rmSync(folder, { recursive: true, force: true });
    await sender.close();
  };
  try {
    const outDir = copyWithoutThrottles(assembly, path.join(folder, "assembly"));
    const started = await startCloud({ dir: path.join(folder, "state"), outDir, port: 0 });
    cloud = started;
    const running = toRunningCloud(started.endpoints);
    const pairs = await preparePairs(running, mostClients);
    await settle(started);
    return {
      stop,
      audit: () => refuseFindings(running),
      async run(clients, bounds) {
        const before = process.cpuUsage();
        const outcome = await sender.load({ apiUrl: running.api, pairs: pairs.slice(0, clients), ...bounds });
        const { user, system } = process.cpuUsage(before);
        refuseRefusals(outcome);
        const result = toLoadResult(clients, outcome.seconds, outcome.latenciesMs);
        const cpuMs = (user + system) / 1000 + outcome.cpuMs;
        return {
          ...result,
          cpuMsEach: cpuMs / result.count,
          coresUsed: cpuMs / 1000 / outcome.seconds,
          settledSeconds: await settle(started),
        };
      },
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}
