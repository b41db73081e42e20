// Runs in a function's worker before its bundle: sends `fetch` to local addresses, shuts out the internet, puts the
// movable clock under `Date`, then serves invocations one at a time. Product code needs no local branch because of it.

import { Socket } from "node:net";
import { constants, getPriority, setPriority } from "node:os";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { sendRequestsOverPort } from "./port-requests.ts";
import type { FunctionError, InvokeMessage, WorkerMessage, WorkerStart } from "./protocol.ts";

const start: WorkerStart = workerData;
const realNow = Date.now;

function post(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

/** Output goes through the message port, so that it arrives before the result of the invocation that wrote it. */
function captureOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    let rest = "";
    const write = (chunk: string | Uint8Array, ...others: unknown[]): boolean => {
      const lines = (rest + (typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"))).split(
        "\n",
      );
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.trim() !== "") post({ kind: "log", line });
      const done = others.at(-1);
      if (typeof done === "function") queueMicrotask(() => done());
      return true;
    };
    Object.defineProperty(stream, "write", { value: write, configurable: true, writable: true });
  }
}

/**
 * How much nicer a function's thread is than the thread of gateway and engine, for which all of them wait. With equal
 * priority that one waits behind the many, and processors are idle meanwhile. Work that nobody waits for gives way to both.
 */
const NICER_BY = { awaited: 5, other: 10 };

/** Linux sets it for one thread; elsewhere it would be the process. */
function giveWay(): void {
  if (process.platform !== "linux") return;
  const nicer = getPriority(0) + NICER_BY[start.isAwaited ? "awaited" : "other"];
  setPriority(0, Math.min(nicer, constants.priority.PRIORITY_LOW));
}

/**
 * Puts a `Date` in place of the real one that differs in what now is. It shares the real one's prototype, so that dates
 * of either are dates of both; a proxy would do the same at several times the cost.
 */
function shiftClock(): void {
  const RealDate = Date;
  const offset = new BigInt64Array(start.clockOffset);
  const now = (): number => realNow() + Number(Atomics.load(offset, 0));
  function ShiftedDate(...args: unknown[]): Date | string {
    if (new.target === undefined) return new RealDate(now()).toString();
    return Reflect.construct(RealDate, args.length === 0 ? [now()] : args, new.target);
  }
  Object.defineProperties(ShiftedDate, {
    ...Object.getOwnPropertyDescriptors(RealDate),
    now: { value: now, writable: true, configurable: true },
  });
  const shifted = { value: ShiftedDate, configurable: true, writable: true };
  Object.defineProperty(RealDate.prototype, "constructor", shifted);
  Object.defineProperty(globalThis, "Date", shifted);
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;

function localAddress(address: string): string {
  const url = new URL(address);
  const mapped = start.hosts[url.host];
  if (mapped !== undefined) return `${mapped}${url.pathname}${url.search}`;
  if (loopback.test(url.hostname)) return address;
  throw new Error(
    `The local cloud does not let functions reach ${url.host}. Reachable: ${Object.keys(start.hosts).join(", ")}`,
  );
}

function rerouteFetch(): void {
  const realFetch = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    if (input instanceof Request) return realFetch(new Request(localAddress(input.url), input), init);
    return realFetch(localAddress(String(input)), init);
  };
}

/** Whatever does not go through `fetch` (SDK clients, node:https) meets this guard at the socket. */
function guardSockets(): void {
  const realConnect = Socket.prototype.connect;
  const guarded = function (this: Socket, ...args: unknown[]): unknown {
    const host = hostOf(args);
    if (host !== undefined && !loopback.test(host)) {
      queueMicrotask(() => this.destroy(new Error(`The local cloud does not let functions reach ${host}`)));
      return this;
    }
    return Reflect.apply(realConnect, this, args);
  };
  Object.defineProperty(Socket.prototype, "connect", { value: guarded, configurable: true, writable: true });
}

/** The host in any of the forms that `connect` takes: options, (port, host), or options already normalised in a list. */
function hostOf([first, second]: unknown[]): string | undefined {
  if (Array.isArray(first)) return hostOf(first);
  if (typeof first === "object" && first !== null && "host" in first) return textOr(first.host);
  return typeof first === "number" ? textOr(second) : undefined;
}

const textOr = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function errorOf(cause: unknown): FunctionError {
  if (!(cause instanceof Error)) return { errorType: "Error", errorMessage: String(cause), trace: [] };
  return { errorType: cause.name, errorMessage: cause.message, trace: (cause.stack ?? "").split("\n") };
}

function contextOf({ requestId, deadlineMs }: InvokeMessage) {
  const { functionName, functionArn, memoryMb } = start;
  return {
    awsRequestId: requestId,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: functionArn,
    memoryLimitInMB: String(memoryMb),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "local",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(deadlineMs - realNow(), 0),
  };
}

async function serve(): Promise<void> {
  const startedAt = performance.now();
  const bundle: Record<string, unknown> = await import(pathToFileURL(start.file).href);
  const handler = bundle[start.exportName];
  if (typeof handler !== "function") {
    throw new Error(`${start.file} does not export a function named ${start.exportName}`);
  }
  parentPort?.on("message", async (message: InvokeMessage) => {
    const { requestId } = message;
    try {
      const value: unknown = await handler(JSON.parse(message.event), contextOf(message));
      post({ kind: "returned", requestId, value: JSON.stringify(value) ?? "null" });
    } catch (cause) {
      post({ kind: "threw", requestId, error: errorOf(cause) });
    }
  });
  post({ kind: "ready", initMs: Math.round(performance.now() - startedAt) });
}

giveWay();
captureOutput();
shiftClock();
rerouteFetch();
guardSockets();
if (start.engine !== undefined) sendRequestsOverPort(start.engine.url, start.engine.port);
try {
  await serve();
} catch (cause) {
  post({ kind: "init-failed", error: errorOf(cause) });
}
