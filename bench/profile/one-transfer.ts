/**
 * The handler of `POST /v1/transfers` as its Lambda function has it, over the embedded engine in memory: real tokens,
 * the SDK's client, the logger. Nothing crosses a socket.
 */
import { createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { transfersRoutes } from "../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../functions/transfers/handlers.ts";
import { createEngine } from "../../local/engine/engine.ts";
import { type InProcessHandler, inProcessHandler } from "../../local/engine/in-process-handler.ts";
import { createCallerResolver } from "../../shared/accounts/resolve-caller.ts";
import { createAccounts } from "../../shared/accounts/store.ts";
import { rememberedTokens } from "../../shared/http/remembered-tokens.ts";
import { serve } from "../../shared/http/serve.ts";
import { createTokenVerifier } from "../../shared/http/tokens.ts";
import { systemAccount, userAccount } from "../../shared/ledger/account.ts";
import { movement } from "../../shared/ledger/postings.ts";
import { createLedger } from "../../shared/ledger/store.ts";
import { money } from "../../shared/money/money.ts";
import { newId } from "../../shared/platform/ids.ts";
import { lambdaPlatform } from "../../shared/platform/platform.ts";
import { documentClient, dynamoClient } from "../../shared/table/client.ts";
import { createTable } from "../../shared/table/table.ts";
import { wideLimits } from "../../test/builders/book.ts";
import { createKithTable } from "../../test/builders/kith-table.ts";
import { calmRisk } from "../../test/builders/risk.ts";
import { gatewayEvent, lambdaContext } from "../../test/builders/world.ts";

const TABLE = "bench-table";
const REGION = "eu-west-1";
const POOL = `${REGION}_benchbench`;
const ISSUER = `https://cognito-idp.${REGION}.amazonaws.com/${POOL}`;
const CLIENT = "bench-client";
const FUNDS = money(1_000_000_00, "USD");

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A pool of the bench's own: makes access tokens, and answers `fetch` with its public key. */
function openPool() {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "bench", use: "sig", alg: "RS256" };
  globalThis.fetch = async () => Response.json({ keys: [jwk] });
  return (subject: string): string => {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      sub: subject,
      username: `Google_${subject}`,
      iss: ISSUER,
      client_id: CLIENT,
      token_use: "access",
      scope: "openid",
      auth_time: now,
      iat: now,
      exp: now + 3600,
      jti: randomUUID(),
      origin_jti: randomUUID(),
    };
    const signed = `${base64url({ alg: "RS256", kid: "bench", typ: "JWT" })}.${base64url(claims)}`;
    return `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey).toString("base64url")}`;
  };
}

export const cpuMs = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;

/** What one transfer asks of the table. */
export type Traffic = {
  readonly reads: number;
  readonly writes: number;
  /** Times that it waits for the table: requests at once count as one. */
  readonly roundTrips: number;
};

export type TransferLoop = {
  /** Of one transfer on average, while this many are made one after the other. */
  readonly traffic: (count: number) => Promise<Traffic>;
  /**
   * Makes ready as many transfers, between pairs in turn: the gateway's events.
   * @returns what makes them, one after the other. It throws when one is refused.
   */
  readonly prepare: (count: number) => () => Promise<void>;
  /** Verifies this many tokens, one after the other, none of them remembered. @throws when one is refused. */
  readonly verifyTokens: (count: number) => Promise<void>;
};

/** Counts what passes while asked to; each request then takes a turn of the event loop, so that those at once overlap. */
function countingHandler(inner: InProcessHandler) {
  let counts = { reads: 0, writes: 0, roundTrips: 0 };
  let counting = false;
  let inFlight = 0;
  const handle: InProcessHandler["handle"] = async (request, options) => {
    if (!counting) return inner.handle(request, options);
    const isWrite = /Write|Put|Update|Delete/.test(request.headers["x-amz-target"] ?? "");
    counts = {
      reads: counts.reads + (isWrite ? 0 : 1),
      writes: counts.writes + (isWrite ? 1 : 0),
      roundTrips: counts.roundTrips + (inFlight === 0 ? 1 : 0),
    };
    inFlight += 1;
    try {
      await nextTurn();
      return await inner.handle(request, options);
    } finally {
      inFlight -= 1;
    }
  };
  return {
    handler: { ...inner, handle },
    async count(work: () => Promise<void>): Promise<Traffic> {
      counts = { reads: 0, writes: 0, roundTrips: 0 };
      counting = true;
      await work();
      counting = false;
      return counts;
    },
  };
}

/** @param pairs how many payers, each with a payee of their own. */
export async function openTransferLoop(pairs: number): Promise<TransferLoop> {
  const tokenFor = openPool();
  const engine = createEngine();
  await createKithTable(engine, TABLE);
  const counting = countingHandler(inProcessHandler(engine));
  const client = dynamoClient({
    region: REGION,
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
    requestHandler: counting.handler,
  });
  const platform = lambdaPlatform();
  const table = createTable({ tableName: TABLE, client: documentClient(client) });
  const accounts = createAccounts({ table, platform });
  const ledger = createLedger({ table, platform, limits: wideLimits, openChain: accounts.openChain });
  const verifier = createTokenVerifier({ userPoolId: POOL, clientIds: [CLIENT] });
  const tokens = rememberedTokens(verifier, platform.clock);
  const handler = serve(
    transfersRoutes,
    transfersHandlers({ accounts, ledger, platform, table, risk: calmRisk }),
    {
      platform,
      resolveCaller: createCallerResolver({ accounts, tokens, platform }),
    },
  );

  const people = await Promise.all(
    Array.from({ length: pairs }, async (_, index) => {
      const subject = `payer-${index}`;
      const payer = await accounts.ensure(
        { cognitoSubject: subject, network: { name: "Google", subject } },
        {},
        "bench",
      );
      const terms = { version: 1, granted: true, at: platform.clock.now() };
      await accounts.replace(payer, { ...payer, consents: { terms } });
      const payee = await accounts.ensure({ cognitoSubject: `payee-${index}` }, {}, "bench");
      await ledger.commit({
        posting: movement({
          transferId: newId("transfer", platform.clock, platform.random),
          from: systemAccount("funding"),
          to: userAccount(payer.id),
          amount: FUNDS,
          countOutflow: false,
        }),
        record: { kind: "bench-funding" },
      });
      return { token: tokenFor(subject), payee: payee.id };
    }),
  );

  const eventOf = ({ token, payee }: (typeof people)[number]): APIGatewayProxyEventV2 =>
    gatewayEvent(transfersRoutes.createTransfer, {
      body: { payee: { id: payee }, amount: { value: 1, currency: "USD" } },
      key: randomUUID(),
      headers: { authorization: `Bearer ${token}` },
    });

  const pay = async (event: APIGatewayProxyEventV2): Promise<void> => {
    const reply: APIGatewayProxyStructuredResultV2 = await handler(event, lambdaContext);
    if (reply.statusCode !== 201) throw new Error(`a transfer answered ${reply.statusCode}: ${reply.body}`);
  };

  const prepare = (count: number): (() => Promise<void>) => {
    const events = Array.from({ length: Math.ceil(count / people.length) }, () => people.map(eventOf)).flat();
    return async () => {
      for (const event of events.slice(0, count)) await pay(event);
    };
  };
  return {
    prepare,
    async verifyTokens(count) {
      for (let index = 0; index < count; index += 1) {
        const verified = await verifier.access(people[index % people.length]?.token ?? "");
        if (!verified.ok) throw new Error(`a token was refused: ${verified.error.reason}`);
      }
    },
    async traffic(count) {
      const { reads, writes, roundTrips } = await counting.count(prepare(count));
      return { reads: reads / count, writes: writes / count, roundTrips: roundTrips / count };
    },
  };
}
