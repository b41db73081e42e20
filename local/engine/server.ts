/** The engine behind one HTTP port, for AWS SDKs and for whatever else speaks AWS JSON 1.0. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { crc32 } from "node:zlib";
import type { Engine } from "./engine.ts";
import { AwsError, NoReplyError, serialization } from "./errors.ts";
import { isObject, type JsonObject } from "./json.ts";

export type EngineServer = {
  /** For example `http://127.0.0.1:4100`, to be given to SDK clients as their endpoint. */
  readonly url: string;
  readonly port: number;
  /** Ends open connections and frees the port; the engine stays open. */
  close(): Promise<void>;
};

export type EngineServerOptions = {
  /** 0, or absent, for any free one. */
  readonly port?: number;
  /** `127.0.0.1` when absent. */
  readonly host?: string;
  /** Told about errors of the engine itself, which the caller sees as HTTP 500. */
  readonly onError?: (error: unknown) => void;
};

/** DynamoDB takes requests of up to 16 MB. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const CREDENTIAL = /Credential=([^/,\s]+)\//;

/** @throws when the port is taken. */
export async function startEngineServer(
  engine: Engine,
  options: EngineServerOptions = {},
): Promise<EngineServer> {
  const host = options.host ?? "127.0.0.1";
  const server = createServer((request, response) => {
    answer(engine, request, response).catch((error: unknown) => {
      options.onError?.(error);
      fail(response, error);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a server without a port");
  return {
    url: `http://${host}:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function answer(engine: Engine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === "GET")
    return send(response, 200, "healthy: this is an engine for AWS SDKs", "text/plain");
  const gone = new AbortController();
  // Only for a caller who left: the error that an abort makes is dear, and every response closes.
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  const target = header(request, "x-amz-target");
  const accessKeyId = CREDENTIAL.exec(header(request, "authorization"))?.[1];
  try {
    const body = parseBody(await readBody(request));
    const reply = await engine.call(target, body, {
      ...(accessKeyId !== undefined && { accessKeyId }),
      origin: `http://${header(request, "host")}`,
      signal: gone.signal,
    });
    sendJson(response, 200, reply);
  } catch (error) {
    if (error instanceof NoReplyError) request.socket.destroy();
    else if (error instanceof AwsError) sendError(response, error);
    else throw error;
  }
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
}

/** By events: an asynchronous iterator over the same few chunks costs several times as much. */
function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) reject(serialization("the request is larger than 16 MB"));
      else chunks.push(chunk);
    });
    request.once("end", () => resolve(Buffer.concat(chunks).toString()));
    request.once("error", reject);
  });
}

function parseBody(text: string): JsonObject {
  try {
    const body: unknown = text === "" ? {} : JSON.parse(text);
    if (isObject(body)) return body;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw serialization("the body is not a JSON object");
}

function sendError(response: ServerResponse, error: AwsError): void {
  if (error.queryCode !== undefined) {
    response.setHeader(
      "x-amzn-query-error",
      `${error.queryCode};${error.status < 500 ? "Sender" : "Receiver"}`,
    );
  }
  sendJson(response, error.status, error.toBody());
}

function sendJson(response: ServerResponse, status: number, body: JsonObject): void {
  send(response, status, JSON.stringify(body), "application/x-amz-json-1.0");
}

function send(response: ServerResponse, status: number, body: string, type: string): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "x-amzn-requestid": crypto.randomUUID(),
    "x-amz-crc32": crc32(body),
  });
  // As text, it goes out in one piece with the headers.
  response.end(body);
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  sendJson(response, 500, { __type: "com.amazonaws.engine#InternalFailure", message });
}
