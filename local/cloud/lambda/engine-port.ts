// The engine on a message port: what crosses a socket elsewhere crosses a thread here. A request is the same, signed and
// serialized by the SDK; only the socket is left out, which took a fifth of a transfer's processor time.

import type { MessagePort } from "node:worker_threads";
import type { EngineAnswer, EngineRequest } from "../../engine/answer.ts";

/** `undefined`: the connection is cut. The signal ends a long poll when the caller is gone. */
export type AnswerEngineRequest = (
  request: EngineRequest,
  signal: AbortSignal,
) => Promise<EngineAnswer | undefined>;

export type PortRequest = EngineRequest & { readonly id: number };
/** Without an answer the connection is cut. */
export type PortAnswer = { readonly id: number; readonly answer?: EngineAnswer };

/** Answers what comes on the port until its other end is closed or dies. */
export function serveEnginePort(port: MessagePort, answer: AnswerEngineRequest): void {
  const gone = new AbortController();
  port.on("message", async ({ id, ...request }: PortRequest) => {
    const reply = await answer(request, gone.signal);
    const message: PortAnswer = reply === undefined ? { id } : { id, answer: reply };
    port.postMessage(message);
  });
  port.once("close", () => gone.abort());
}
