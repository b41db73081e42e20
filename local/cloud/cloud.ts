// The local cloud: everything that a synthesized template asks for, running on this machine.

import { rmSync } from "node:fs";
import path from "node:path";
import { channelWithCallbacksOnTheirWay } from "./channel-simulators.ts";
import type { CloudClock } from "./clock.ts";
import { controlActions } from "./control/actions.ts";
import { startControl } from "./control/control.ts";
import { type Endpoints, endpointsOf } from "./endpoints.ts";
import type { EngineChoice } from "./engines/open.ts";
import { startEventSources } from "./event-sources/start.ts";
import { type Foundation, openFoundation } from "./foundation.ts";
import { createIdleWatch, type IdleResult, type Worker } from "./idle.ts";
import { environmentOf } from "./lambda/environment.ts";
import { createFunctions, type Functions } from "./lambda/functions.ts";
import type { Log } from "./log.ts";
import { openResources, type Resources } from "./resources.ts";
import { startSchedules } from "./schedules.ts";
import { writeAtomically } from "./state.ts";
import type { CloudModel } from "./template/model.ts";

export type CloudOptions = {
  /** Where state, addresses and secrets are kept: `.local`. */
  readonly dir: string;
  /** The cloud assembly. */
  readonly outDir: string;
  /** Port of the API; 0 picks a free one. */
  readonly port: number;
  /** Port of the control endpoint; 0, or absent, picks a free one. */
  readonly controlPort?: number;
  /** Forgets all state first. */
  readonly fresh?: boolean;
  readonly engine?: EngineChoice;
  /** Gets the log's lines for people; nothing is printed when absent. */
  readonly print?: (line: string) => void;
  readonly color?: boolean;
};

export type Cloud = {
  readonly endpoints: Endpoints;
  readonly model: CloudModel;
  readonly clock: CloudClock;
  readonly log: Log;
  /** Waits until nothing is left to do, at most `timeoutMs`. */
  idle(timeoutMs: number): Promise<IdleResult>;
  /** Ends everything; state is kept. A second call waits for the first. */
  stop(): Promise<void>;
};

/**
 * Starts the local cloud. Throws, and leaves nothing running, when another one runs on the same directory, the port
 * is taken, or the template asks for something that cannot be run here (the message names it).
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const stops: (() => unknown)[] = [];
  let stopping: Promise<void> | undefined;
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  const stop = (): Promise<void> => {
    stopping ??= stopAll();
    return stopping;
  };
  try {
    return await start(options, (action) => stops.push(action), stop);
  } catch (cause) {
    await stop();
    throw cause;
  }
}

/** How long invocations that run may take to end when the cloud stops. */
const STOP_PATIENCE_MS = 3_000;

async function start(
  options: CloudOptions,
  onStop: Foundation["onStop"],
  stop: () => Promise<void>,
): Promise<Cloud> {
  const base = openFoundation(
    { dir: options.dir, fresh: options.fresh === true, print: options.print, color: options.color === true },
    onStop,
  );
  const { clock, log, state, faults } = base;
  const endpointsFile = path.join(options.dir, "endpoints.json");
  rmSync(endpointsFile, { force: true });
  const resources = await openResources(
    { outDir: options.outDir, port: options.port, engine: options.engine ?? "embedded" },
    base,
  );
  const { model, engine, gateway, authorizer, hosts, channels } = resources;

  const functions = runFunctions(base, resources);
  onStop(() => functions.stop(STOP_PATIENCE_MS));
  const workers: Worker[] = [
    { busy: async () => (functions.inFlight() > 0 ? `${functions.inFlight()} invocations` : undefined) },
    {
      busy: async () => {
        const channel = await channelWithCallbacksOnTheirWay(channels);
        return channel === undefined ? undefined : `callbacks of ${channel}`;
      },
    },
  ];
  const idle = createIdleWatch(() => workers);
  functions.onQuiet(idle.poke);
  const { queues, streams } = engine;
  const shared = { model, functions, clock, state, log, faults };
  const sources = startEventSources({ ...shared, queues, streams, authorizer, onQuiet: idle.poke });
  workers.push(...sources);
  onStop(() => {
    for (const source of sources) source.stop();
  });
  const schedules = startSchedules({ ...shared, queues, schedules: model.schedules });
  onStop(() => schedules.stop());
  workers.push({ busy: async () => (schedules.running() > 0 ? "a scheduled run" : undefined) });
  for (const api of model.apis) gateway.serve({ api, region: model.region, clock, log, hosts, functions });

  const actions = controlActions({ base, resources, functions, sources, schedules, idle });
  const control = await startControl(actions, options.controlPort);
  onStop(() => control.stop());
  const endpoints = endpointsOf(resources, control.url);
  writeAtomically(endpointsFile, `${JSON.stringify(endpoints, undefined, 2)}\n`);
  onStop(() => rmSync(endpointsFile, { force: true }));
  log.of("cloud")("ready", `API on ${endpoints.api}, control on ${endpoints.control}`);
  return { endpoints, model, clock, log, idle: idle.wait, stop };
}

function runFunctions({ clock, log, faults }: Foundation, resources: Resources): Functions {
  const { model, authorizer, engine, servicesUrl, hosts } = resources;
  const awaited = new Set(model.apis.flatMap(({ routes }) => routes.map(({ functionArn }) => functionArn)));
  const addresses = { dynamodb: engine.dynamodbUrl, sqs: engine.sqsUrl, services: servicesUrl };
  return createFunctions({
    functions: model.functions,
    clock,
    log,
    environmentOf: (fn) => environmentOf(fn, model.region, authorizer, addresses),
    hosts: Object.fromEntries(hosts),
    engine: { url: engine.dynamodbUrl, answer: engine.answer },
    isAwaited: (fn) => awaited.has(fn.arn),
    losesAnswer: (fn) => faults.take("worker-crash", { functions: [fn.label, fn.name] }),
  });
}
