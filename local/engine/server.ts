/** The engine behind one HTTP port, for AWS SDKs and for whatever else speaks AWS JSON 1.0. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { answerOf, type EngineAnswer, failure, MAX_BODY_BYTES, refusal, tooLarge } from "./answer.ts";
import type { Engine } from "./engine.ts";
import { AwsError, NoReplyError } from "./errors.ts";

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

const healthy: EngineAnswer = {
  status: 200,
  headers: { "content-type": "text/plain" },
  body: "healthy: this is an engine for AWS SDKs",
};

/** @throws when the port is taken. */
export async function startEngineServer(
  engine: Engine,
  options: EngineServerOptions = {},
): Promise<EngineServer> {
  const host = options.host ?? "127.0.0.1";
  const server = createServer((request, response) => {
    answer(engine, request, response).catch((error: unknown) => {
      if (error instanceof NoReplyError) {
        request.socket.destroy();
        return;
      }
      if (!(error instanceof AwsError)) options.onError?.(error);
      if (response.headersSent) response.destroy();
      else send(response, error instanceof AwsError ? refusal(error) : failure(error));
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

/** @throws AwsError for a body that is too large, and whatever {@link answerOf} throws. */
async function answer(engine: Engine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === "GET") return send(response, healthy);
  const gone = new AbortController();
  // Only for a caller who left: the error that an abort makes is dear, and every response closes.
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  const reply = await answerOf(
    engine,
    {
      target: header(request, "x-amz-target"),
      authorization: header(request, "authorization"),
      host: header(request, "host"),
      body: await readBody(request),
    },
    gone.signal,
  );
  send(response, reply);
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
      if (bytes > MAX_BODY_BYTES) reject(tooLarge());
      else chunks.push(chunk);
    });
    request.once("end", () => resolve(Buffer.concat(chunks).toString()));
    request.once("error", reject);
  });
}

function send(response: ServerResponse, { status, headers, body }: EngineAnswer): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  // As text, it goes out in one piece with the headers.
  response.end(body);
}
