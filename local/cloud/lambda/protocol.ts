// Messages between the local cloud and a function's worker.

import type { MessagePort } from "node:worker_threads";

/** What the worker gets when it starts. */
export type WorkerStart = {
  /** File of the bundle. */
  readonly file: string;
  /** Name of the exported handler. */
  readonly exportName: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  /** Public host → local base address, for `fetch`. */
  readonly hosts: Readonly<Record<string, string>>;
  /** Whether somebody waits for the answers of this function. */
  readonly isAwaited: boolean;
  /** Where the engine is, and the port on which it answers instead. */
  readonly engine?: { readonly url: string; readonly port: MessagePort };
  /** Milliseconds by which the movable clock is ahead (one BigInt64). */
  readonly clockOffset: SharedArrayBuffer;
};

export type InvokeMessage = {
  readonly kind: "invoke";
  readonly requestId: string;
  /** The event as JSON text. */
  readonly event: string;
  /** Real time (milliseconds since the epoch) at which the invocation is out of time. */
  readonly deadlineMs: number;
};

export type WorkerMessage =
  | { readonly kind: "ready"; readonly initMs: number }
  | { readonly kind: "init-failed"; readonly error: FunctionError }
  | { readonly kind: "log"; readonly line: string }
  | { readonly kind: "returned"; readonly requestId: string; readonly value: string }
  | { readonly kind: "threw"; readonly requestId: string; readonly error: FunctionError };

/** An error as Lambda reports it. */
export type FunctionError = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
};
