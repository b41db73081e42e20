// The control endpoint: what a person, a demo or a test may ask of the local cloud. JSON over HTTP on its own port.

import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod";
import { FaultRequest, type Faults } from "../faults.ts";
import { type LocalServer, readBody, sendJson, serveLocally } from "../http.ts";
import type { IdleWatch } from "../idle.ts";
import type { Log } from "../log.ts";
import type { Meter } from "../meter.ts";
import type { Outbox } from "../services/outbox.ts";
import { indexPage } from "./index-page.ts";

export type ControlActions = {
  readonly state: () => Promise<unknown>;
  /** Moves the clock and returns the new time. */
  readonly advance: (ms: number) => string;
  readonly now: () => string;
  /** Returns how many messages were moved. Throws for an unknown queue. */
  readonly redrive: (queue: string) => Promise<number>;
  readonly runSchedule: (name: string) => Promise<void>;
  readonly crash: (functionName: string) => Promise<void>;
  readonly invoke: (functionName: string, event: unknown) => Promise<unknown>;
  /** False for an unknown endpoint. */
  readonly disableEndpoint: (arn: string) => boolean;
  readonly faults: Faults;
  readonly outbox: Outbox;
  readonly meter: Meter;
  readonly idle: IdleWatch;
  readonly log: Log;
};

type Request = {
  readonly parameters: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
};
type Route = readonly [method: string, path: RegExp, (request: Request) => Promise<unknown> | unknown];

const BODY_LIMIT = 1024 * 1024;
const LONGEST_IDLE_WAIT_MS = 300_000;

/** Refused with 400 and the reason. */
class BadRequest extends Error {}

export function startControl(actions: ControlActions, port = 0): Promise<LocalServer> {
  const routes = routesOf(actions);
  const log = actions.log.of("control");
  return serveLocally(
    port,
    async (request, response) => {
      const url = new URL(request.url ?? "/", "http://localhost");
      if (url.pathname === "/") return sendPage(request, response);
      const found = routes.find(([method, path]) => method === request.method && path.test(url.pathname));
      if (found === undefined)
        return sendJson(response, 404, { message: `No ${request.method} ${url.pathname}` });
      const [, path, act] = found;
      try {
        const parameters = (path.exec(url.pathname) ?? []).slice(1).map(decodeURIComponent);
        const body = await bodyOf(request);
        if (request.method !== "GET")
          log("control", `${request.method} ${url.pathname} ${JSON.stringify(body ?? {})}`);
        sendJson(response, 200, (await act({ parameters, query: url.searchParams, body })) ?? {});
      } catch (cause) {
        if (!(cause instanceof Error)) throw cause;
        const message = cause instanceof z.ZodError ? z.prettifyError(cause) : cause.message;
        sendJson(response, 400, { message });
      }
    },
    (cause) => log("error", String(cause)),
  );
}

function routesOf(actions: ControlActions): Route[] {
  const Clock = z.strictObject({ advanceMs: z.number().min(0) });
  const Endpoint = z.strictObject({ endpointArn: z.string() });
  return [
    ["GET", /^\/state$/, () => actions.state()],
    ["GET", /^\/log$/, ({ query }) => ({ entries: actions.log.since(numberIn(query, "since", 0)) })],
    ["GET", /^\/outbox$/, ({ query }) => ({ messages: outboxOf(actions.outbox, query) })],
    ["GET", /^\/meter$/, () => ({ rows: actions.meter.rows() })],
    ["DELETE", /^\/meter$/, () => actions.meter.reset()],
    ["GET", /^\/clock$/, () => ({ now: actions.now() })],
    ["POST", /^\/clock$/, ({ body }) => ({ now: actions.advance(Clock.parse(body).advanceMs) })],
    ["GET", /^\/faults$/, () => ({ faults: actions.faults.list() })],
    [
      "POST",
      /^\/faults$/,
      ({ body }) => {
        actions.faults.add(FaultRequest.parse(body));
        return { faults: actions.faults.list() };
      },
    ],
    ["DELETE", /^\/faults$/, () => actions.faults.clear()],
    [
      "GET",
      /^\/idle$/,
      ({ query }) => actions.idle.wait(Math.min(numberIn(query, "timeoutMs", 10_000), LONGEST_IDLE_WAIT_MS)),
    ],
    [
      "POST",
      /^\/queues\/([^/]+)\/redrive$/,
      async ({ parameters: [name = ""] }) => ({ moved: await actions.redrive(name) }),
    ],
    ["POST", /^\/schedules\/([^/]+)\/run$/, ({ parameters: [name = ""] }) => actions.runSchedule(name)],
    ["POST", /^\/functions\/([^/]+)\/crash$/, ({ parameters: [name = ""] }) => actions.crash(name)],
    [
      "POST",
      /^\/functions\/([^/]+)\/invoke$/,
      ({ parameters: [name = ""], body }) => actions.invoke(name, body ?? {}),
    ],
    [
      "POST",
      /^\/endpoints\/disable$/,
      ({ body }) => {
        if (actions.disableEndpoint(Endpoint.parse(body).endpointArn)) return {};
        throw new BadRequest("There is no such push endpoint");
      },
    ],
  ];
}

function outboxOf(outbox: Outbox, query: URLSearchParams) {
  const to = query.get("to");
  const channel = query.get("channel");
  return outbox
    .list()
    .filter(
      (message) =>
        (to === null || message.to.includes(to)) && (channel === null || message.channel === channel),
    );
}

function numberIn(query: URLSearchParams, name: string, fallback: number): number {
  const value = query.get(name);
  if (value === null) return fallback;
  const number = Number(value);
  if (!Number.isFinite(number) || number < 0) throw new BadRequest(`${name} must be a number`);
  return number;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request, BODY_LIMIT);
  if (body === undefined) throw new BadRequest("The body is too large");
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (cause) {
    throw new Error("The body is not JSON", { cause });
  }
}

function sendPage(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(indexPage(`http://${request.headers.host ?? "127.0.0.1"}`));
}
