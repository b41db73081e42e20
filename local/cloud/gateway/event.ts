// An HTTP request as the event that an HTTP API gives to a Lambda function (payload format 2.0).
// See "Create AWS Lambda proxy integrations for HTTP APIs" in the API Gateway developer guide.

export type HttpEvent = {
  version: "2.0";
  routeKey: string;
  rawPath: string;
  rawQueryString: string;
  cookies?: string[];
  headers: Record<string, string>;
  queryStringParameters?: Record<string, string>;
  requestContext: {
    accountId: string;
    apiId: string;
    authorizer?: { jwt: { claims: Record<string, string>; scopes: string[] | null } };
    domainName: string;
    domainPrefix: string;
    http: { method: string; path: string; protocol: string; sourceIp: string; userAgent: string };
    requestId: string;
    routeKey: string;
    stage: string;
    time: string;
    timeEpoch: number;
  };
  pathParameters?: Record<string, string>;
  body?: string;
  isBase64Encoded: boolean;
};

export type EventInput = {
  readonly method: string;
  /** Path and query as received. */
  readonly url: string;
  /** Headers as name and value, in order of arrival, repeats included. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly apiId: string;
  readonly accountId: string;
  readonly stage: string;
  readonly domainName: string;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Scopes that the route asks for. */
  readonly scopes?: readonly string[];
};

/** Builds the event. Parts that a request does not have are absent, as AWS leaves them out. */
export function toHttpEvent(input: EventInput): HttpEvent {
  const [rawPath, rawQueryString] = splitUrl(input.url);
  const { headers, cookies } = toHeaders(input.headers);
  const stagePrefix = input.stage === "$default" ? "" : `/${input.stage}`;
  const path = `${stagePrefix}${decodePath(rawPath)}`;
  const query = toQuery(rawQueryString);
  const body = toBody(input.body, headers["content-type"]);
  return {
    version: "2.0",
    routeKey: input.routeKey,
    rawPath: path,
    rawQueryString,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers,
    ...(Object.keys(query).length > 0 ? { queryStringParameters: query } : {}),
    requestContext: {
      accountId: input.accountId,
      apiId: input.apiId,
      ...(input.claims === undefined ? {} : { authorizer: authorizerPart(input.claims, input.scopes ?? []) }),
      domainName: input.domainName,
      domainPrefix: input.domainName.split(".")[0] ?? "",
      http: {
        method: input.method,
        path,
        protocol: "HTTP/1.1",
        sourceIp: input.sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: input.requestId,
      routeKey: input.routeKey,
      stage: input.stage,
      time: commonLogTime(input.at),
      timeEpoch: input.at,
    },
    ...(Object.keys(input.pathParameters).length > 0 ? { pathParameters: { ...input.pathParameters } } : {}),
    ...body,
  };
}

/** Path and query of a request target; the query without its question mark. */
export function splitUrl(url: string): [string, string] {
  const mark = url.indexOf("?");
  return mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}

/** HTTP APIs decode the path before they match routes; a malformed escape stays as it is. */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function toHeaders(list: EventInput["headers"]): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (const [name, value] of list) {
    const key = name.toLowerCase();
    if (key === "cookie") {
      cookies.push(...value.split(/;\s*/).filter((cookie) => cookie.length > 0));
      continue;
    }
    const earlier = headers[key];
    headers[key] = earlier === undefined ? value : `${earlier},${value}`;
  }
  return { headers, cookies };
}

function toQuery(rawQuery: string): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(rawQuery)) {
    const earlier = query[name];
    query[name] = earlier === undefined ? value : `${earlier},${value}`;
  }
  return query;
}

/** Types that are passed on as text. Everything else, forms included, arrives as base64. */
const textTypes = /^(text\/|application\/(json|javascript|xml)\b|application\/[\w.+-]+\+(json|xml)\b)/i;

function toBody(body: Buffer, contentType: string | undefined): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  if (contentType !== undefined && textTypes.test(contentType)) {
    return { body: body.toString("utf8"), isBase64Encoded: false };
  }
  return { body: body.toString("base64"), isBase64Encoded: true };
}

function authorizerPart(
  claims: Readonly<Record<string, unknown>>,
  scopes: readonly string[],
): { jwt: { claims: Record<string, string>; scopes: string[] | null } } {
  return {
    jwt: {
      claims: Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, claimText(value)])),
      scopes: scopes.length > 0 ? [...scopes] : null,
    },
  };
}

/** Claims reach the function as text; lists are written in brackets, separated by spaces. */
function claimText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(claimText).join(" ")}]`;
  if (typeof value === "object" && value !== null) return JSON.stringify(value);
  return String(value);
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `12/Mar/2020:19:03:58 +0000` */
export function commonLogTime(at: number): string {
  const [date = "", time = ""] = new Date(at).toISOString().split("T");
  const [year, month, day] = date.split("-");
  return `${day}/${months[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}
