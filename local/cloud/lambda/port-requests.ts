// In a function's worker: `http.request` to the engine goes over a message port, to anywhere else over a socket as
// ever. What the SDK's HTTP handler uses of a request and a response is there; the bundle notices no difference.

import { EventEmitter } from "node:events";
import http from "node:http";
import { syncBuiltinESMExports } from "node:module";
import type { MessagePort } from "node:worker_threads";
import type { EngineAnswer } from "../../engine/answer.ts";
import { answerFromText, requestToText } from "./port-text.ts";

type Options = {
  readonly host?: string | null;
  readonly port?: number | string | null;
  readonly headers?: Readonly<Record<string, string>>;
};

type Head = {
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly headers: EngineAnswer["headers"];
};

/** The answer is there whole, so it is its bytes, which the SDK's handler takes for a body as it takes a stream. */
const toResponse = ({ status, headers, body }: EngineAnswer): Buffer & Head =>
  Object.assign(Buffer.from(body), { statusCode: status, statusMessage: "", headers });

/** As `http.ClientRequest` is used: written once, whole. */
class PortRequestInProgress extends EventEmitter {
  readonly #send: (body: string) => void;
  destroyed = false;

  constructor(send: (body: string) => void) {
    super();
    this.#send = send;
  }

  end(body: string | Uint8Array = ""): this {
    this.#send(typeof body === "string" ? body : Buffer.from(body).toString("utf8"));
    return this;
  }

  answered(answer: EngineAnswer | undefined): void {
    if (this.destroyed) return;
    if (answer === undefined) {
      this.destroy(Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }));
      return;
    }
    this.emit("response", toResponse(answer));
    this.emit("close");
  }

  destroy(cause?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    if (cause !== undefined) this.emit("error", cause);
    this.emit("close");
    return this;
  }
}

const header = (headers: Readonly<Record<string, string>>, name: string): string =>
  headers[name] ?? headers[Object.keys(headers).find((key) => key.toLowerCase() === name) ?? ""] ?? "";

/**
 * From now on requests to this address go over the port.
 * @param url for example `http://127.0.0.1:4100`.
 * @returns what puts `http.request` back.
 */
export function sendRequestsOverPort(url: string, port: MessagePort): () => void {
  const { hostname, port: portNumber, host } = new URL(url);
  const open = new Map<number, PortRequestInProgress>();
  let lastId = 0;
  port.on("message", (text: string) => {
    const { id, answer } = answerFromText(text);
    const request = open.get(id);
    open.delete(id);
    request?.answered(answer);
  });
  // A worker with nothing else to do may end, whatever its port.
  port.unref();

  const begin = ({ headers = {} }: Options, onResponse: unknown): PortRequestInProgress => {
    lastId += 1;
    const id = lastId;
    const request = new PortRequestInProgress((body) => {
      open.set(id, request);
      const target = header(headers, "x-amz-target");
      const authorization = header(headers, "authorization");
      port.postMessage(requestToText({ id, target, authorization, host, body }));
    });
    if (typeof onResponse === "function") request.once("response", (response) => onResponse(response));
    return request;
  };

  const viaSocket = http.request;
  const either = (...args: unknown[]): unknown => {
    const [options, onResponse] = args;
    return isTo(options, hostname, portNumber)
      ? begin(options, onResponse)
      : Reflect.apply(viaSocket, http, args);
  };
  const put = (value: unknown): void => {
    Object.defineProperty(http, "request", { value, configurable: true, writable: true });
    syncBuiltinESMExports();
  };
  put(either);
  return () => put(viaSocket);
}

function isTo(options: unknown, hostname: string, port: string): options is Options {
  if (typeof options !== "object" || options === null || options instanceof URL) return false;
  const { host, port: asked } = options as Options;
  return host === hostname && String(asked) === port;
}
