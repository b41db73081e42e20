/** The HTTP server of a simulator: sockets on one side, `WireRequest` and `WireOutcome` on the other. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { json, type WireOutcome, type WireRequest } from "../wire.ts";

const MAX_BODY_BYTES = 1_000_000;

/** Answers requests; rejects only for a mistake of the simulator's own. */
export type WireHandler = (request: WireRequest) => Promise<WireOutcome>;

async function readRequest(message: IncomingMessage): Promise<WireRequest | "too-large"> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return "too-large";
    chunks.push(chunk);
  }
  const url = message.url ?? "/";
  const mark = url.indexOf("?");
  const headers = Object.entries(message.headers).map(([name, value]): [string, string | undefined] => [
    name,
    Array.isArray(value) ? value.join(", ") : value,
  ]);
  return {
    method: message.method ?? "GET",
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? "" : url.slice(mark + 1),
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

async function serve(
  handler: WireHandler,
  message: IncomingMessage,
  response: ServerResponse,
  log: (line: string) => void,
): Promise<void> {
  const request = await readRequest(message);
  const outcome =
    request === "too-large"
      ? json(413, { error: "The request body is too large." })
      : await handler(request).catch((cause: unknown): WireOutcome => {
          log(`simulator error: ${cause instanceof Error ? cause.stack : cause}`);
          return json(500, { error: "The simulator failed; its log says why." });
        });
  if (outcome === "dropped") {
    message.socket.destroy();
    return;
  }
  const body = Buffer.from(outcome.body);
  response.writeHead(outcome.status, { ...outcome.headers, "content-length": body.length }).end(body);
}

/** A server for `handler`, not listening yet. */
export function createWireServer(handler: WireHandler, log: (line: string) => void): Server {
  return createServer((message, response) => {
    // Rejects only when the client goes away while sending: nobody is left to answer.
    serve(handler, message, response, log).catch(() => message.socket.destroy());
  });
}

/** Listens on 127.0.0.1 only; 0 asks for a free port. Resolves with the port. */
export function listenOnLoopback(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/** Ends the server and every connection. */
export function closeServer(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
