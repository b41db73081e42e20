// The engine on a message port: what crosses a socket elsewhere crosses a thread here. A request is the same, signed and
// serialized by the SDK; only the socket is left out, which took a fifth of a transfer's processor time.

import type { MessagePort } from "node:worker_threads";
import type { EngineAnswer, EngineRequest } from "../../engine/answer.ts";
import { answerToText, requestFromText } from "./port-text.ts";

/** `undefined`: the connection is cut. The signal ends a long poll when the caller is gone. */
export type AnswerEngineRequest = (
  request: EngineRequest,
  signal: AbortSignal,
) => Promise<EngineAnswer | undefined>;

/** Answers what comes on the port until its other end is closed or dies. */
export function serveEnginePort(port: MessagePort, answer: AnswerEngineRequest): void {
  const gone = new AbortController();
  port.on("message", async (text: string) => {
    const { id, ...request } = requestFromText(text);
    const reply = await answer(request, gone.signal);
    port.postMessage(answerToText(reply === undefined ? { id } : { id, answer: reply }));
  });
  port.once("close", () => gone.abort());
}
