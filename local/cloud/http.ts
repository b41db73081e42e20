// Small HTTP servers on the loopback address: start, read a body up to a cap, answer, stop.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

export type LocalServer = {
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  stop(): Promise<void>;
};

/**
 * Listens on 127.0.0.1 (port 0 picks a free one). A handler that throws answers 500 without details and tells `onError`.
 * Rejects, in words, when the port is taken.
 */
export async function serveLocally(
  port: number,
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  onError: (cause: unknown) => void,
): Promise<LocalServer> {
  const server = createServer((request, response) => {
    handle(request, response).catch((cause: unknown) => {
      onError(cause);
      if (!response.headersSent) response.writeHead(500, { "content-type": "application/json" });
      response.end(JSON.stringify({ message: "Internal Server Error" }));
    });
  });
  // Longer than clients keep an idle connection, so that none is closed just as it is used again.
  server.keepAliveTimeout = 65_000;
  await listen(server, port);
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  return { port: bound, url: `http://127.0.0.1:${bound}`, stop: () => close(server) };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === "EADDRINUSE"
          ? new Error(`Port ${port} is in use: choose another with --port`, { cause })
          : cause,
      ),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** The whole body; `undefined` when it is larger than `limit` bytes. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      // What comes after that is read and dropped, so that the answer can be sent.
      if (size > limit) resolve(undefined);
      else parts.push(chunk);
    });
    request.once("end", () => resolve(Buffer.concat(parts)));
    request.once("error", reject);
  });
}

/** The request's headers as received, repeats included. */
export function headerPairs(request: IncomingMessage): [string, string][] {
  const raw = request.rawHeaders;
  const pairs: [string, string][] = [];
  for (let index = 0; index < raw.length; index += 2) pairs.push([raw[index] ?? "", raw[index + 1] ?? ""]);
  return pairs;
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  contentType = "application/json",
): void {
  response.writeHead(status, { "content-type": contentType });
  response.end(`${JSON.stringify(body, undefined, 2)}\n`);
}
