// The HTTP API on one local port: route, limit, authorize, invoke, answer, as API Gateway does.

import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { CloudClock } from "../clock.ts";
import { headerPairs, type LocalServer, readBody, serveLocally } from "../http.ts";
import type { Functions } from "../lambda/functions.ts";
import type { InvokeOutcome } from "../lambda/instance.ts";
import type { Log } from "../log.ts";
import type { ApiModel, RouteModel } from "../template/model.ts";
import { LOCAL_ACCOUNT } from "../template/resolve.ts";
import { corsHeaders, isPreflight, preflightHeaders } from "./cors.ts";
import { decodePath, splitUrl, toHttpEvent } from "./event.ts";
import { createJwtAuthorizer, type JwtAuthorizer } from "./jwt.ts";
import { gatewayReply, type HttpReply, localLocation, toHttpReply } from "./reply.ts";
import { createRouter } from "./routes.ts";
import { createThrottle, type Throttle } from "./throttle.ts";

export type ServeOptions = {
  readonly api: ApiModel;
  readonly region: string;
  readonly clock: CloudClock;
  readonly log: Log;
  readonly functions: Pick<Functions, "invoke">;
  /** Public host → local base address: key sets are fetched there, and `Location` headers lead there. */
  readonly hosts: ReadonlyMap<string, string>;
};

export type Gateway = LocalServer & {
  /** Answers with an API's routes from now on. Throws when there is one already: a port has one API. */
  serve(options: ServeOptions): void;
};

/** Largest request body of an HTTP API. */
const BODY_LIMIT = 10 * 1024 * 1024;
/** Lambda's own limit on a synchronous answer. */
const ANSWER_LIMIT = 6 * 1024 * 1024;

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Takes the port. Until `serve` is called every request is answered with 503. */
export async function openGateway(port: number, log: Log): Promise<Gateway> {
  let handler: Handler | undefined;
  const starting: Handler = async (_request, response) =>
    send(response, gatewayReply(503, "Service Unavailable"));
  const server = await serveLocally(
    port,
    (request, response) => (handler ?? starting)(request, response),
    (cause) =>
      log.of("api")("error", cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)),
  );
  return {
    ...server,
    serve: (options) => {
      if (handler !== undefined)
        throw new Error("The template has more than one HTTP API; a port serves one");
      handler = createHandler(options);
    },
  };
}

function createHandler({ api, region, clock, log, functions, hosts }: ServeOptions): Handler {
  const route = createRouter(api.routes);
  const throttles = new Map<RouteModel, Throttle>();
  const authorizers = new Map<string, JwtAuthorizer>();
  const write = log.of("api");
  const localUrl = (url: string): string => localLocation(url, hosts);

  const throttleOf = (model: RouteModel): Throttle | undefined => {
    if (model.throttle === undefined) return undefined;
    const throttle = throttles.get(model) ?? createThrottle(model.throttle, clock.now);
    throttles.set(model, throttle);
    return throttle;
  };

  const claimsFor = async (model: RouteModel, header: (name: string) => string | undefined) => {
    if (model.authorizer === undefined) return undefined;
    const key = JSON.stringify(model.authorizer);
    const authorize =
      authorizers.get(key) ?? createJwtAuthorizer(model.authorizer, { localUrl, now: clock.now });
    authorizers.set(key, authorize);
    return authorize(header(model.authorizer.header), model.scopes);
  };

  const answer = async (request: IncomingMessage, requestId: string): Promise<HttpReply> => {
    const method = request.method ?? "GET";
    const url = request.url ?? "/";
    const header = (name: string): string | undefined => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(",") : value;
    };
    if (api.cors !== undefined && isPreflight(method, header)) {
      return { status: 204, headers: preflightHeaders(api.cors, header("origin")), body: Buffer.alloc(0) };
    }
    const prefix = api.stage === "$default" ? "" : `/${api.stage}`;
    const path = decodePath(splitUrl(url)[0]);
    const match = path.startsWith(prefix) ? route(method, path.slice(prefix.length)) : undefined;
    if (match === undefined) return gatewayReply(404, "Not Found");
    if (throttleOf(match.route)?.() === false) return gatewayReply(429, "Too Many Requests");
    const authorized = await claimsFor(match.route, header);
    if (authorized !== undefined && "refusal" in authorized) return authorized.refusal;
    const body = await readBody(request, BODY_LIMIT);
    if (body === undefined) return gatewayReply(413, "Request Entity Too Large");
    const sourceIp = request.socket.remoteAddress ?? "127.0.0.1";
    const event = toHttpEvent({
      method,
      url: url.slice(prefix.length),
      headers: [
        ...headerPairs(request),
        ["x-forwarded-for", sourceIp],
        ["x-forwarded-port", String(request.socket.localPort ?? "")],
        ["x-forwarded-proto", "http"],
      ],
      body,
      sourceIp,
      routeKey: match.route.key,
      pathParameters: match.pathParameters,
      apiId: api.id,
      accountId: LOCAL_ACCOUNT,
      stage: api.stage,
      domainName: `${api.id}.execute-api.${region}.amazonaws.com`,
      requestId,
      at: clock.now(),
      ...(authorized === undefined ? {} : { claims: authorized.claims, scopes: match.route.scopes }),
    });
    const outcome = await withinLimit(
      functions.invoke(match.route.functionArn, event, requestId),
      match.route.timeoutMs,
    );
    return replyOf(outcome);
  };

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = randomUUID();
    const startedAt = performance.now();
    const reply = await answer(request, requestId);
    // Where the API has CORS settings, what a function says about it is dropped.
    const headers = [
      ...reply.headers.filter(([name]) => api.cors === undefined || !name.startsWith("access-control-")),
      ...corsHeaders(api.cors, request.headers.origin),
    ].map(([name, value]): [string, string] => [name, name === "location" ? localUrl(value) : value]);
    send(response, { ...reply, headers: [...headers, ["apigw-requestid", requestId]] }, request.method);
    const tookMs = Math.round(performance.now() - startedAt);
    const [path] = splitUrl(request.url ?? "/");
    write("request", `${String(reply.status)} ${request.method ?? ""} ${path} ${tookMs} ms`, requestId);
  };
}

function send(response: ServerResponse, reply: HttpReply, method?: string): void {
  for (const [name, value] of reply.headers) {
    // The length is ours to say: a function may have been wrong about it.
    if (name !== "content-length") response.appendHeader(name, value);
  }
  if (reply.status !== 204 && reply.status !== 304) response.setHeader("content-length", reply.body.length);
  response.writeHead(reply.status);
  response.end(method === "HEAD" ? undefined : reply.body);
}

function replyOf(outcome: InvokeOutcome | "too-late"): HttpReply {
  if (outcome === "too-late" || outcome.kind === "throttled") return gatewayReply(503, "Service Unavailable");
  const reply = outcome.kind === "returned" ? toHttpReply(outcome.value) : undefined;
  if (reply === undefined || reply.body.length > ANSWER_LIMIT)
    return gatewayReply(500, "Internal Server Error");
  return reply;
}

async function withinLimit(
  outcome: Promise<InvokeOutcome>,
  timeoutMs: number,
): Promise<InvokeOutcome | "too-late"> {
  const late = Promise.withResolvers<"too-late">();
  const timer = setTimeout(() => late.resolve("too-late"), timeoutMs);
  try {
    return await Promise.race([outcome, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
