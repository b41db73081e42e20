/**
 * The engine as the HTTP handler of an AWS SDK client: calls go straight into the engine, without sockets, so that
 * a simulation runs the real adapters on one thread.
 */
import { answerOf, type EngineRequest } from "./answer.ts";
import type { Engine } from "./engine.ts";

/** The parts of an SDK's request that matter here. */
type SdkRequest = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
};
type SdkResponse = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};
type HandlerOptions = { readonly abortSignal?: unknown };

export type InProcessHandler = {
  readonly metadata: { readonly handlerProtocol: string };
  handle(request: SdkRequest, options?: HandlerOptions): Promise<{ response: SdkResponse }>;
  destroy(): void;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
};

/**
 * To be given to a client as `requestHandler`, with any region, credentials and endpoint.
 * @throws NoReplyError from `handle` where a fault takes the reply away; SDKs retry it as a lost connection.
 */
export function inProcessHandler(engine: Engine): InProcessHandler {
  return {
    metadata: { handlerProtocol: "http/1.1" },
    async handle(request, options) {
      const signal = options?.abortSignal instanceof AbortSignal ? options.abortSignal : undefined;
      const { status, headers, body } = await answerOf(engine, toRequest(request), signal);
      if (signal?.aborted === true) throw aborted();
      return { response: { statusCode: status, headers, body: Buffer.from(body) } };
    },
    destroy() {},
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
}

/** The error by which the SDK's own handlers tell that the caller gave up. */
function aborted(): Error {
  return Object.assign(new Error("Request aborted"), { name: "AbortError" });
}

function headerOf(request: SdkRequest, name: string): string {
  const found = Object.entries(request.headers).find(([key]) => key.toLowerCase() === name);
  return found?.[1] ?? "";
}

const toRequest = (request: SdkRequest): EngineRequest => ({
  target: headerOf(request, "x-amz-target"),
  authorization: headerOf(request, "authorization"),
  body: textOf(request.body),
});

const textOf = (body: unknown): string =>
  body instanceof Uint8Array ? new TextDecoder().decode(body) : typeof body === "string" ? body : "";
