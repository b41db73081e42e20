/**
 * A small world for tests of areas: the embedded engine in memory, the table on it, accounts, the ledger, a clock moved
 * by hand, and tokens that are names. Handlers are called as Lambda would call them, with gateway events.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
  SQSEvent,
} from "aws-lambda";
import { createEngine, type Engine } from "../../local/engine/engine.ts";
import type { EngineCall, Fault } from "../../local/engine/faults.ts";
import { inProcessHandler } from "../../local/engine/in-process-handler.ts";
import { createCallerResolver, OPS_GROUP } from "../../shared/accounts/resolve-caller.ts";
import { type Accounts, createAccounts } from "../../shared/accounts/store.ts";
import type { DomainEvent, Subscriber } from "../../shared/events/catalogue.ts";
import { eventOfChange, toMessage } from "../../shared/events/message.ts";
import { subscribersOf } from "../../shared/events/subscriptions.ts";
import { type Route, type RouteTable, routeKey } from "../../shared/http/route.ts";
import { type Handlers, serve } from "../../shared/http/serve.ts";
import type { TokenVerifier } from "../../shared/http/tokens.ts";
import { systemAccount, userAccount } from "../../shared/ledger/account.ts";
import type { Limits } from "../../shared/ledger/limits.ts";
import { movement } from "../../shared/ledger/postings.ts";
import { createLedger, type Ledger } from "../../shared/ledger/store.ts";
import { type Money, money } from "../../shared/money/money.ts";
import type { PinSettings } from "../../shared/pin/settings.ts";
import { type AccountId, derivedId, newId } from "../../shared/platform/ids.ts";
import { silentLog } from "../../shared/platform/log.ts";
import { silentMetrics } from "../../shared/platform/metrics.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import { err, ok } from "../../shared/result.ts";
import type { RiskSettings } from "../../shared/risk/settings.ts";
import { documentClient } from "../../shared/table/client.ts";
import { createMeter, type Meter } from "../../shared/table/meter.ts";
import { createTable, type Table } from "../../shared/table/table.ts";
import { wideLimits } from "./book.ts";
import { createKithTable } from "./kith-table.ts";
import { PIN_SETTINGS } from "./pepper.ts";
import { assertKeepsContract } from "./reply-contract.ts";
import { calmRisk } from "./risk.ts";

export const TABLE_NAME = "kith-test";

export type HandClock = {
  now: () => number;
  advance: (ms: number) => void;
};

export const handClock = (start = Date.parse("2026-11-22T12:00:00Z")): HandClock => {
  let at = start;
  return {
    now: () => at,
    advance: (ms) => {
      at += ms;
    },
  };
};

/** Random numbers from a seed (mulberry32), so that a failing test fails again. */
export function seededRandom(seed: number): { bytes: (count: number) => Uint8Array; fraction: () => number } {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    fraction,
    bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(fraction() * 256)),
  };
}

export type World = {
  readonly engine: Engine;
  readonly client: DynamoDBClient;
  readonly clock: HandClock;
  readonly platform: Platform;
  readonly meter: Meter;
  readonly table: Table;
  readonly accounts: Accounts;
  readonly ledger: Ledger;
  readonly tokens: TokenVerifier;
  readonly risk: RiskSettings;
  readonly pinSettings: PinSettings;
  readonly resolveCaller: ReturnType<typeof createCallerResolver>;
  /** A person with the required consents given and, if wanted, money. Their bearer token is their name. */
  readonly person: (
    name: string,
    options?: { readonly funds?: Money; readonly consented?: boolean },
  ) => Promise<AccountId>;
  /** Money out of nowhere, into a wallet. */
  readonly fund: (to: AccountId, amount: Money) => Promise<void>;
  /** Available minor units. */
  readonly balance: (id: AccountId, currency?: "USD" | "EUR") => Promise<number>;
  /** @param cold as in a function that just started: it knows nobody yet. */
  readonly area: <T extends RouteTable>(
    routes: T,
    handlers: Handlers<T>,
    options?: { readonly cold?: boolean },
  ) => Area<T>;
  /** From here on each call of the table may go wrong as said; without an argument nothing does. */
  readonly disturb: (fault?: (call: EngineCall) => Fault | undefined) => void;
  /** Events announced by changes of the table since the last call, as the relay would send them. */
  readonly newEvents: () => readonly DomainEvent[];
  readonly close: () => void;
};

export type CallOptions = {
  /**
   * A name given to `person`, with `:session` behind it for another session, and `:seconds` behind that for one that
   * began then; `ops` groups by `name!`.
   */
  readonly as?: string | undefined;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly rawBody?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Called = {
  readonly status: number;
  /** Parsed when it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into replies of every shape.
  readonly body: any;
  readonly headers: Readonly<Record<string, string>>;
};

export type Area<T extends RouteTable> = {
  readonly call: (route: keyof T & string, options?: CallOptions) => Promise<Called>;
};

const context = { awsRequestId: "test", functionName: "test" } as Context;

let keyCount = 0;
const freshKey = (): string => {
  keyCount += 1;
  return `key-${keyCount}`;
};

/** A gateway event (payload format 2.0) for a route. */
export function gatewayEvent(route: Route, options: CallOptions = {}): APIGatewayProxyEventV2 {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(options.params?.[name] ?? ""),
  );
  const body = options.rawBody ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const bearer =
    options.as === undefined
      ? {}
      : { authorization: `Bearer ${options.as.replaceAll("!", "~").replaceAll(":", ".")}` };
  return {
    version: "2.0",
    routeKey: routeKey(route),
    rawPath: `/v1${path}`,
    rawQueryString: new URLSearchParams(options.query).toString(),
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(route.idempotent ? { "idempotency-key": options.key ?? freshKey() } : {}),
      ...bearer,
      ...options.headers,
    },
    ...(options.query === undefined ? {} : { queryStringParameters: { ...options.query } }),
    pathParameters: { ...options.params },
    requestContext: {
      accountId: "000000000000",
      apiId: "test",
      domainName: "test",
      domainPrefix: "test",
      http: {
        method: route.method,
        path: `/v1${path}`,
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: "test",
      },
      requestId: "test",
      routeKey: routeKey(route),
      stage: "$default",
      time: "",
      timeEpoch: 0,
    },
    isBase64Encoded: false,
    ...(body === undefined ? {} : { body }),
  };
}

/** A Lambda's answer as a caller of the gateway gets it. */
export function readReply(reply: APIGatewayProxyStructuredResultV2): Called {
  const headers = Object.fromEntries(
    Object.entries(reply.headers ?? {}).map(([key, value]) => [key, String(value)]),
  );
  const isJson = headers["content-type"]?.includes("json") === true;
  return {
    status: reply.statusCode ?? 0,
    body: isJson ? JSON.parse(reply.body ?? "null") : reply.body,
    headers,
  };
}

/** An SQS event with these bodies, as a consumer's Lambda gets it. */
export const sqsEvent = (...bodies: readonly string[]): SQSEvent => ({
  Records: bodies.map((body, index) => ({
    messageId: `message-${index}`,
    receiptHandle: "",
    body,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "0",
      SenderId: "",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-west-1:000000000000:test",
    awsRegion: "eu-west-1",
  })),
});

export const lambdaContext = context;

/** Which messages a subscriber is sent for these events. */
export const messagesFor = (subscriber: Subscriber, events: readonly DomainEvent[]): string[] =>
  events.filter((event) => subscribersOf(event.type).includes(subscriber)).map(toMessage);

/**
 * Tokens that are names: `ada`, `ada.tablet` for another session, `ada.tablet.1790000000` for one that began at that
 * second, `olivia~` for a member of ops.
 */
function nameTokens(clock: HandClock, signedInFirst: number): TokenVerifier {
  const parse = (jwt: string) => {
    const [head = "", session = "phone", begun] = jwt.split(".");
    const signedInAt = begun === undefined ? signedInFirst : Number(begun);
    return { name: head.replace("~", ""), session, signedInAt, isOps: head.endsWith("~") };
  };
  return {
    access: async (jwt) => {
      const { name, session, signedInAt, isOps } = parse(jwt);
      if (name === "forged") return err({ code: "token-refused", reason: "forged" });
      return ok({
        subject: `sub-${name}`,
        username: `Google_${name}`,
        groups: isOps ? [OPS_GROUP] : [],
        session: `${name}-${session}`.slice(0, 12),
        signedInAt,
        issuedAt: Math.floor(clock.now() / 1000),
        expiresAt: Math.floor(clock.now() / 1000) + 900,
      });
    },
    id: async (jwt) =>
      ok({ subject: `sub-${parse(jwt).name}`, username: `Google_${parse(jwt).name}`, name: parse(jwt).name }),
  };
}

export async function createWorld({
  limits = wideLimits,
  seed = 1,
  risk = calmRisk,
}: {
  limits?: Limits;
  seed?: number;
  risk?: RiskSettings;
} = {}): Promise<World> {
  const clock = handClock();
  const random = seededRandom(seed);
  let disturbance: ((call: EngineCall) => Fault | undefined) | undefined;
  const engine = createEngine({
    now: clock.now,
    random: random.fraction,
    intercept: (call) => disturbance?.(call),
  });
  await createKithTable(engine, TABLE_NAME);
  const client = new DynamoDBClient({
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    requestHandler: inProcessHandler(engine),
    maxAttempts: 1,
  });
  const platform: Platform = {
    clock,
    random,
    // Waiting between tries gives other callers their turn; no test depends on how long.
    timer: { sleep: () => new Promise((resolve) => setImmediate(resolve)) },
    log: silentLog,
    metrics: silentMetrics,
  };
  const meter = createMeter();
  const table = createTable({ tableName: TABLE_NAME, client: documentClient(client), meter });
  const accounts = createAccounts({ table, platform });
  const ledger = createLedger({ table, platform, limits, openChain: accounts.openChain });
  const tokens = nameTokens(clock, Math.floor(clock.now() / 1000) - 60);
  const resolveCaller = createCallerResolver({ accounts, tokens, platform });

  const fund = async (to: AccountId, amount: Money): Promise<void> => {
    const outcome = await ledger.commit({
      posting: movement({
        transferId: newId("transfer", clock, random),
        from: systemAccount("funding"),
        to: userAccount(to),
        amount,
        countOutflow: false,
      }),
      record: { kind: "test-funding" },
    });
    if (outcome.outcome !== "committed") throw new Error(`funding failed: ${outcome.outcome}`);
  };

  let streamPosition: string | undefined;
  return {
    engine,
    client,
    clock,
    platform,
    meter,
    table,
    accounts,
    ledger,
    tokens,
    risk,
    pinSettings: PIN_SETTINGS,
    resolveCaller,
    fund,
    async person(name, { funds, consented = true } = {}) {
      const network = { name: "Google", subject: name };
      const account = await accounts.ensure(
        { cognitoSubject: `sub-${name}`, network },
        { name },
        derivedId("request", name),
      );
      if (consented) {
        const terms = { version: 1, granted: true, at: clock.now() };
        const outcome = await accounts.replace(account, { ...account, consents: { terms } });
        if (outcome !== "replaced") throw new Error(`consenting failed: ${outcome}`);
      }
      if (funds !== undefined) await fund(account.id, funds);
      return account.id;
    },
    async balance(id, currency = "USD") {
      const head = await ledger.head({ account: userAccount(id), currency });
      return head?.state.available ?? 0;
    },
    disturb(fault) {
      disturbance = fault;
    },
    area(routes, handlers, { cold = false } = {}) {
      const resolver = cold ? createCallerResolver({ accounts, tokens, platform }) : resolveCaller;
      const handler = serve(routes, handlers, { platform, resolveCaller: resolver });
      return {
        async call(name, options = {}) {
          const route = routes[name];
          if (route === undefined) throw new Error(`there is no route ${name}`);
          const reply = readReply(await handler(gatewayEvent(route, options), context));
          assertKeepsContract(route, reply);
          return reply;
        },
      };
    },
    newEvents() {
      const { records, next } = engine.readStream(TABLE_NAME, streamPosition, 10_000);
      streamPosition = next;
      const image = (value: unknown) =>
        value === undefined ? undefined : unmarshall(value as Parameters<typeof unmarshall>[0]);
      return records
        .map((record) => eventOfChange(image(record.dynamodb?.OldImage), image(record.dynamodb?.NewImage)))
        .filter((event) => event !== undefined);
    },
    close: () => engine.close(),
  };
}

export const usd = (value: number): Money => money(value, "USD");
