// All functions of the template: warm pools of workers, started on demand, one invocation at a time in each.

import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import type { CloudClock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { FunctionModel } from "../template/model.ts";
import { createGiveWay, type GiveWay } from "./give-way.ts";
import { type EngineLink, type Instance, type InvokeOutcome, startInstance } from "./instance.ts";

const PROCESSORS = availableParallelism();
/**
 * Workers a function has at most, unless its reserved concurrency says less. Each waits for the engine much of its time:
 * for requests there are so many that a processor is seldom idle. Work that nobody waits for has few, since each takes
 * memory; they are more than one because races must happen here as they do at AWS.
 */
const MOST_WORKERS = { awaited: Math.min(2 * PROCESSORS + 2, 12), other: Math.min(PROCESSORS + 1, 4) };

export type FunctionStats = {
  readonly label: string;
  readonly name: string;
  readonly invocations: number;
  readonly errors: number;
  readonly running: number;
  readonly workers: number;
  readonly coldStartsMs: readonly number[];
};

export type Functions = {
  /**
   * Runs the function once. `correlation` ties log lines together and is the request id that the function sees;
   * a new one is made when absent. Throws for an unknown ARN; every other ending is an outcome.
   */
  invoke(functionArn: string, event: unknown, correlation?: string): Promise<InvokeOutcome>;
  /** Ends every worker of a function, as a host failure would. */
  crash(functionName: string): Promise<void>;
  stats(): FunctionStats[];
  /** Invocations running or waiting for a worker. */
  inFlight(): number;
  /** Called whenever `inFlight` became zero. */
  onQuiet(listener: () => void): void;
  /** Waits for running invocations, at most `timeoutMs`, then ends every worker. */
  stop(timeoutMs?: number): Promise<void>;
};

export type FunctionsOptions = {
  readonly functions: readonly FunctionModel[];
  readonly clock: CloudClock;
  readonly log: Log;
  /** Environment beside the template's own: region, credentials, endpoints. */
  readonly environmentOf: (fn: FunctionModel) => Readonly<Record<string, string>>;
  readonly hosts: Readonly<Record<string, string>>;
  /**
   * Whether somebody waits for the function's answer; absent, for everyone's. The others give way to those, since
   * here they share processors: at AWS every function has its own.
   */
  readonly isAwaited?: (fn: FunctionModel) => boolean;
  /** The engine, where functions may ask it without a socket. */
  readonly engine?: EngineLink;
  /** Workers a function has at most; absent, as fits this machine. */
  readonly mostWorkers?: number;
  /** Whether this invocation's answer is to be lost with its worker, although the work was done. */
  readonly losesAnswer: (fn: FunctionModel) => boolean;
};

/** Makes the pools; no worker starts before its first invocation. */
export function createFunctions(options: FunctionsOptions): Functions {
  const clockOffset = new SharedArrayBuffer(8);
  const shift = (offsetMs: number): void => {
    Atomics.store(new BigInt64Array(clockOffset), 0, BigInt(Math.round(offsetMs)));
  };
  shift(options.clock.offsetMs());
  options.clock.onMove(shift);

  const quietListeners: (() => void)[] = [];
  let inFlight = 0;
  const giveWay = createGiveWay();
  const pools = new Map(options.functions.map((fn) => [fn.arn, createPool(fn, options, clockOffset)]));
  const inTurn = inTurnOf(giveWay, options);

  return {
    invoke: async (functionArn, event, correlation = randomUUID()) => {
      const pool = pools.get(functionArn);
      if (pool === undefined) throw new Error(`No function has ARN ${functionArn}`);
      inFlight += 1;
      try {
        return await inTurn(pool.fn, () => pool.invoke(event, correlation));
      } finally {
        inFlight -= 1;
        if (inFlight === 0) for (const listener of quietListeners) listener();
      }
    },
    crash: async (functionName) => {
      const pool = [...pools.values()].find(
        ({ fn }) => fn.name === functionName || fn.label === functionName,
      );
      if (pool === undefined) throw new Error(`No function is named ${functionName}`);
      await pool.stop("Crashed on request");
    },
    stats: () => [...pools.values()].map((pool) => pool.stats()),
    inFlight: () => inFlight,
    onQuiet: (listener) => {
      quietListeners.push(listener);
    },
    stop: async (timeoutMs = 0) => {
      if (inFlight > 0 && timeoutMs > 0) {
        const quiet = Promise.withResolvers<void>();
        quietListeners.push(quiet.resolve);
        const timer = setTimeout(quiet.resolve, timeoutMs);
        await quiet.promise;
        clearTimeout(timer);
      }
      giveWay.close();
      await Promise.all([...pools.values()].map((pool) => pool.stop(STOPPING)));
    },
  };
}

const STOPPING = "The local cloud is stopping";

const inTurnOf =
  (giveWay: GiveWay, { isAwaited = () => true }: FunctionsOptions) =>
  async (fn: FunctionModel, work: () => Promise<InvokeOutcome>): Promise<InvokeOutcome> => {
    if (isAwaited(fn)) return giveWay.awaited(work);
    return (await giveWay.other(work)) ?? { kind: "crashed", message: STOPPING };
  };

type Pool = {
  readonly fn: FunctionModel;
  invoke(event: unknown, requestId: string): Promise<InvokeOutcome>;
  stats(): FunctionStats;
  stop(reason: string): Promise<void>;
};

function createPool(fn: FunctionModel, options: FunctionsOptions, clockOffset: SharedArrayBuffer): Pool {
  const isAwaited = options.isAwaited?.(fn) ?? true;
  const most = options.mostWorkers ?? MOST_WORKERS[isAwaited ? "awaited" : "other"];
  const limit = Math.min(fn.reservedConcurrency ?? most, most);
  const idle: Instance[] = [];
  const busy = new Set<Instance>();
  const waiting: (() => void)[] = [];
  const coldStartsMs: number[] = [];
  const counts = { invocations: 0, errors: 0 };
  const { file, exportName } = bundleOf(fn);
  const log = options.log.of(fn.label);

  const start = (): Instance =>
    startInstance({
      fn,
      file,
      exportName,
      environment: { ...options.environmentOf(fn), ...fn.environment },
      hosts: options.hosts,
      isAwaited,
      clockOffset,
      engine: options.engine,
      onLine: (line, requestId) => log("function", line, requestId),
      onReady: (initMs) => {
        coldStartsMs.push(initMs);
        log("cold start", `${initMs} ms`);
      },
    });

  const take = async (): Promise<Instance> => {
    while (busy.size >= limit) await new Promise<void>((resume) => waiting.push(resume));
    const warm = idle.pop();
    const instance = warm?.alive() === true ? warm : start();
    busy.add(instance);
    return instance;
  };

  const giveBack = (instance: Instance): void => {
    busy.delete(instance);
    if (instance.alive()) idle.push(instance);
    waiting.shift()?.();
  };

  const reservedIsUsed = (): boolean =>
    fn.reservedConcurrency !== undefined && busy.size >= fn.reservedConcurrency;

  return {
    fn,
    invoke: async (event, requestId) => {
      counts.invocations += 1;
      if (reservedIsUsed()) {
        counts.errors += 1;
        return { kind: "throttled", message: "Rate Exceeded." };
      }
      const instance = await take();
      try {
        const outcome = await lostOr(await instance.invoke(requestId, event), instance, fn, options);
        if (outcome.kind !== "returned") {
          counts.errors += 1;
          log("error", describe(outcome), requestId);
        }
        return outcome;
      } finally {
        giveBack(instance);
      }
    },
    stats: () => ({
      label: fn.label,
      name: fn.name,
      ...counts,
      running: busy.size,
      workers: busy.size + idle.length,
      coldStartsMs: [...coldStartsMs],
    }),
    stop: async (reason) => {
      const all = [...idle.splice(0), ...busy];
      await Promise.all(all.map((instance) => instance.kill(reason)));
    },
  };
}

/** The fault `worker-crash`: what the function did stays done, but nobody learns of it. */
async function lostOr(
  outcome: InvokeOutcome,
  instance: Instance,
  fn: FunctionModel,
  options: FunctionsOptions,
): Promise<InvokeOutcome> {
  if (outcome.kind !== "returned" || !options.losesAnswer(fn)) return outcome;
  await instance.kill("Injected crash");
  return { kind: "crashed", message: "Runtime exited with error: signal: killed (injected)" };
}

/** One line that says how an invocation failed. */
export function describe(outcome: Exclude<InvokeOutcome, { kind: "returned" }>): string {
  return outcome.kind === "threw"
    ? `${outcome.error.errorType}: ${outcome.error.errorMessage}`
    : outcome.message;
}

const extensions = [".mjs", ".js", ".cjs"];

/** File and export that a function's `Handler` means. Throws when the bundle has no such file. */
function bundleOf(fn: FunctionModel): { file: string; exportName: string } {
  const dot = fn.handler.lastIndexOf(".");
  const stem = path.join(fn.codeDirectory, fn.handler.slice(0, dot));
  const file = extensions.map((extension) => stem + extension).find((candidate) => existsSync(candidate));
  if (file === undefined) throw new Error(`Function ${fn.logicalId}: no ${stem}.mjs, .js or .cjs`);
  return { file, exportName: fn.handler.slice(dot + 1) };
}
