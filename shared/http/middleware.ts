/** The middy middlewares around every route: the request's context, one log line a request, problems for what throws. */
import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { EpochMs } from "../platform/clock.ts";
import { type AccountId, newId } from "../platform/ids.ts";
import type { LogFields } from "../platform/log.ts";
import type { Platform } from "../platform/platform.ts";
import { type Problem, problem } from "./problems.ts";

/** What is known of a request before it is parsed. */
export type RequestContext = {
  readonly id: string;
  /** Follows the request through the stream and the queues to the last worker. */
  readonly correlationId: string;
  readonly routeKey: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The exact bytes of the body. */
  readonly rawBody: Uint8Array;
  readonly rawQuery: Readonly<Record<string, string | undefined>>;
  readonly rawParams: Readonly<Record<string, string | undefined>>;
  readonly sourceIp: string;
  readonly startedAt: EpochMs;
};

type Event = APIGatewayProxyEventV2;
type Reply = APIGatewayProxyStructuredResultV2;
type Middleware = MiddlewareObj<Event, Reply>;

export type RequestContexts = {
  readonly of: (event: Event) => RequestContext;
  /** Says whose request it is, once that is known: the log line names them. */
  readonly identify: (request: RequestContext, accountId: AccountId) => void;
  /** What a log line tells of a request. */
  readonly fieldsOf: (request: RequestContext) => LogFields;
};

/** A caller may name the correlation id; anything but a plain token is replaced. */
const CORRELATION = /^[0-9A-Za-z_-]{8,64}$/;

const lowerCased = (headers: Event["headers"]): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));

/** One context an event, made at first use. */
export function requestContexts(platform: Pick<Platform, "clock" | "random">): RequestContexts {
  const made = new WeakMap<Event, RequestContext>();
  const callers = new WeakMap<RequestContext, AccountId>();
  const make = (event: Event): RequestContext => {
    const id = newId("request", platform.clock, platform.random);
    const headers = lowerCased(event.headers);
    const wished = headers["x-correlation-id"] ?? "";
    return {
      id,
      correlationId: CORRELATION.test(wished) ? wished : id,
      routeKey: event.routeKey,
      path: event.rawPath,
      headers,
      rawBody: Buffer.from(event.body ?? "", event.isBase64Encoded === true ? "base64" : "utf8"),
      rawQuery: event.queryStringParameters ?? {},
      rawParams: event.pathParameters ?? {},
      sourceIp: event.requestContext?.http?.sourceIp ?? "",
      startedAt: platform.clock.now(),
    };
  };
  return {
    of: (event) => {
      const known = made.get(event);
      if (known !== undefined) return known;
      const context = make(event);
      made.set(event, context);
      return context;
    },
    identify: (request, accountId) => void callers.set(request, accountId),
    fieldsOf: (request) => {
      const accountId = callers.get(request);
      return {
        route: request.routeKey,
        requestId: request.id,
        correlationId: request.correlationId,
        ...(accountId === undefined ? {} : { accountId }),
      };
    },
  };
}

const withStandardHeaders = (reply: Reply, request: RequestContext): Reply => ({
  ...reply,
  headers: {
    ...reply.headers,
    "x-request-id": request.id,
    "cache-control": reply.headers?.["cache-control"] ?? "no-store",
  },
});

/** Logs each reply with its route, caller, status and duration, puts the standard headers on it, writes the metrics. */
export const httpLog = (platform: Platform, contexts: RequestContexts): Middleware => ({
  after: (invocation) => {
    const request = contexts.of(invocation.event);
    const reply = invocation.response ?? { statusCode: 500 };
    platform.log.info("request", {
      ...contexts.fieldsOf(request),
      status: reply.statusCode,
      ms: platform.clock.now() - request.startedAt,
    });
    platform.metrics.flush();
    invocation.response = withStandardHeaders(reply, request);
  },
});

/**
 * What the next try may not meet again, after the SDK's own tries: the service is busy or failed, or another
 * transaction held the item. @see Amazon DynamoDB Developer Guide, "Error messages and codes"
 * @see AWS KMS API Reference, GenerateMac, "Errors"
 */
const TRANSIENT: readonly string[] = [
  "ThrottlingException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "TransactionConflictException",
  "InternalServerError",
  "ServiceUnavailable",
  "TimeoutError",
  "KMSInternalException",
  "DependencyTimeoutException",
  "KeyUnavailableException",
];

const isTransient = (cause: unknown): boolean => cause instanceof Error && TRANSIENT.includes(cause.name);

/** What throws is a bug or an outage: logged with its cause, answered without it. */
export const problemReplies = (
  platform: Platform,
  contexts: RequestContexts,
  render: (value: Problem, request: RequestContext) => Reply,
): Middleware => ({
  onError: (invocation) => {
    const request = contexts.of(invocation.event);
    const { error } = invocation;
    platform.log.error("request-failed", error, contexts.fieldsOf(request));
    platform.metrics.flush();
    const value = isTransient(error)
      ? problem("temporarily-unavailable", { retryAfterSeconds: 1 })
      : problem("internal-error");
    invocation.response = withStandardHeaders(render(value, request), request);
  },
});
