// One execution environment of a function: a worker with its own environment, memory limit and module state.

import { MessageChannel, Worker } from "node:worker_threads";
import type { FunctionModel } from "../template/model.ts";
import { type AnswerEngineRequest, serveEnginePort } from "./engine-port.ts";
import type { FunctionError, InvokeMessage, WorkerMessage, WorkerStart } from "./protocol.ts";

/** How an invocation ended. `crashed` covers memory, exit and termination: the function cannot say what it did. */
export type InvokeOutcome =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly error: FunctionError }
  | { readonly kind: "timed-out"; readonly message: string }
  | { readonly kind: "crashed"; readonly message: string }
  | { readonly kind: "throttled"; readonly message: string };

export type Instance = {
  /** Runs one invocation; the caller sends one at a time. */
  invoke(requestId: string, event: unknown): Promise<InvokeOutcome>;
  /** True until it crashed, timed out or was stopped. */
  alive(): boolean;
  /** Ends the worker at once; a running invocation ends as `crashed`. */
  kill(reason: string): Promise<void>;
};

/** The engine, asked directly for what is sent to its address. */
export type EngineLink = { readonly url: string; readonly answer: AnswerEngineRequest };

export type InstanceOptions = {
  readonly fn: FunctionModel;
  readonly file: string;
  readonly exportName: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly hosts: Readonly<Record<string, string>>;
  readonly isAwaited: boolean;
  readonly clockOffset: SharedArrayBuffer;
  readonly engine?: EngineLink | undefined;
  readonly onLine: (line: string, requestId: string | undefined) => void;
  readonly onReady: (initMs: number) => void;
};

const entry = new URL("./bootstrap.ts", import.meta.url);
/** Longest that loading a bundle may take; Lambda allows ten seconds too. */
const INIT_LIMIT_MS = 10_000;

/** The worker's end of a new channel, whose other end is answered by the engine. */
function openEnginePort({ url, answer }: EngineLink): NonNullable<WorkerStart["engine"]> {
  const { port1, port2 } = new MessageChannel();
  serveEnginePort(port1, answer);
  port1.unref();
  return { url, port: port2 };
}

/** Starts a worker; it loads its bundle while the first invocation waits for it. */
export function startInstance(options: InstanceOptions): Instance {
  const { fn } = options;
  const engine = options.engine && openEnginePort(options.engine);
  const workerData: WorkerStart = {
    ...(engine === undefined ? {} : { engine }),
    file: options.file,
    exportName: options.exportName,
    functionName: fn.name,
    functionArn: fn.arn,
    memoryMb: fn.memoryMb,
    hosts: options.hosts,
    isAwaited: options.isAwaited,
    clockOffset: options.clockOffset,
  };
  const worker = new Worker(entry, {
    env: { ...options.environment },
    workerData,
    transferList: engine === undefined ? [] : [engine.port],
    resourceLimits: { maxOldGenerationSizeMb: fn.memoryMb },
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  let alive = true;
  let current: { requestId: string; settle: (outcome: InvokeOutcome) => void } | undefined;
  let ending = "Runtime exited without providing a reason";
  const ready = Promise.withResolvers<FunctionError | undefined>();

  const settle = (outcome: InvokeOutcome): void => {
    const invocation = current;
    current = undefined;
    invocation?.settle(outcome);
  };

  worker.on("message", (message: WorkerMessage) => {
    switch (message.kind) {
      case "ready":
        options.onReady(message.initMs);
        ready.resolve(undefined);
        break;
      case "init-failed":
        ready.resolve(message.error);
        break;
      case "log":
        options.onLine(message.line, current?.requestId);
        break;
      case "returned":
        if (message.requestId === current?.requestId) {
          settle({ kind: "returned", value: JSON.parse(message.value) });
        }
        break;
      case "threw":
        if (message.requestId === current?.requestId) settle({ kind: "threw", error: message.error });
        break;
    }
  });
  worker.on("error", (cause) => {
    ending = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  });
  worker.on("exit", () => {
    alive = false;
    ready.resolve({ errorType: "Runtime.ExitError", errorMessage: ending, trace: [] });
    settle({ kind: "crashed", message: ending });
  });

  const kill = async (reason: string): Promise<void> => {
    alive = false;
    ending = reason;
    await worker.terminate();
  };

  const send = (requestId: string, event: unknown): Promise<InvokeOutcome> => {
    const { promise, resolve } = Promise.withResolvers<InvokeOutcome>();
    const limitMs = fn.timeoutSeconds * 1_000;
    const timer = setTimeout(() => {
      settle({ kind: "timed-out", message: `Task timed out after ${fn.timeoutSeconds.toFixed(2)} seconds` });
      void kill("Task timed out");
    }, limitMs);
    current = {
      requestId,
      settle: (outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      },
    };
    const message: InvokeMessage = {
      kind: "invoke",
      requestId,
      event: JSON.stringify(event),
      deadlineMs: Date.now() + limitMs,
    };
    worker.postMessage(message);
    return promise;
  };

  return {
    alive: () => alive,
    kill,
    invoke: async (requestId, event) => {
      const limit = setTimeout(() => void kill("Init timed out"), INIT_LIMIT_MS);
      const failure = await ready.promise;
      clearTimeout(limit);
      if (failure !== undefined) {
        await kill("Init failed");
        return { kind: "threw", error: failure };
      }
      if (!alive) return { kind: "crashed", message: ending };
      return send(requestId, event);
    },
  };
}
