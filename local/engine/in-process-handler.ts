/**
 * The engine as the HTTP handler of an AWS SDK client: calls go straight into the engine, without sockets, so that
 * a simulation runs the real adapters on one thread.
 */
import type { Engine } from "./engine.ts";
import { AwsError, serialization } from "./errors.ts";
import { isObject, type JsonObject } from "./json.ts";

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
      const accessKeyId = /Credential=([^/,\s]+)\//.exec(headerOf(request, "authorization"))?.[1];
      const signal = options?.abortSignal;
      try {
        const reply = await engine.call(headerOf(request, "x-amz-target"), parseBody(request.body), {
          ...(accessKeyId !== undefined && { accessKeyId }),
          ...(signal instanceof AbortSignal && { signal }),
        });
        if (signal instanceof AbortSignal && signal.aborted) throw aborted();
        return { response: toResponse(200, reply) };
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        return { response: toResponse(error.status, error.toBody(), error.queryCode) };
      }
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

function parseBody(body: unknown): JsonObject {
  const text =
    body instanceof Uint8Array ? new TextDecoder().decode(body) : typeof body === "string" ? body : "{}";
  const value: unknown = JSON.parse(text);
  if (isObject(value)) return value;
  throw serialization("the body is not a JSON object");
}

function toResponse(statusCode: number, body: JsonObject, queryCode?: string): SdkResponse {
  const side = statusCode < 500 ? "Sender" : "Receiver";
  return {
    statusCode,
    headers: {
      "content-type": "application/x-amz-json-1.0",
      ...(queryCode !== undefined && { "x-amzn-query-error": `${queryCode};${side}` }),
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}
