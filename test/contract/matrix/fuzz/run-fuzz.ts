/**
 * Fuzzing of the whole product: generated requests, good and spoiled, one or several at once, against the real
 * handlers, with consumers, sweeps and payers at work in between. Every reply is held against its contract by
 * `WholeWorld.call`; a 500, an undocumented answer, a hang, lost money or an unclean audit ends the run with the
 * request that did it.
 */

import { inspect } from "node:util";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import fc from "fast-check";
import {
  allRoutes,
  createWholeWorld,
  type RouteName,
  type WholeWorld,
} from "../../../builders/whole-world.ts";
import { type Called, seededRandom } from "../../../builders/world.ts";
import { type Books, checkBooks } from "./books.ts";
import { createKnown, type Known } from "./known.ts";
import { beginLife, type Life } from "./life.ts";
import { type FuzzRequest, requestOf } from "./requests.ts";
import { sessionTokens } from "./session-tokens.ts";

export type FuzzOptions = {
  readonly seed: number;
  readonly calls: number;
  /** Milliseconds, for the limit on each call; nothing else depends on it. */
  readonly now: () => number;
  /** Every 5,000 calls. */
  readonly onProgress?: (calls: number) => void;
};

export type FuzzReport = Books & {
  readonly seed: number;
  readonly calls: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers by problem. */
  readonly problems: Readonly<Record<string, number>>;
  /** Routes that were never answered with what they are for. */
  readonly neverGood: readonly RouteName[];
  readonly slowestMs: number;
};

/** What went wrong, after how many calls, and the request that did it. */
export class FuzzFailure extends Error {}

const HANGS_MS = 20_000;
/** Generated in one go. */
const CHUNK = 500;
const LIFE_EVERY = 100;
const RESTORE_EVERY = 400;
const AUDIT_EVERY = 25_000;
/** No route answers with it unless many callers fight over one item. */
const MAX_BUSY_SHARE = 0.01;

/** Small enough that people run into them. */
const LIMITS = {
  USD: { perTransfer: 3_500, perDay: 40_000, perMonth: 1_000_000 },
  EUR: { perTransfer: 3_500, perDay: 40_000, perMonth: 1_000_000 },
};

/** Paths and queries are text in UTF-8 on the wire. */
const wireText = (value: unknown): string =>
  (typeof value === "string" ? value : (JSON.stringify(value) ?? "")).toWellFormed();
const wireTexts = (value: unknown): Record<string, string> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, member]) => member !== undefined)
          .map(([name, member]) => [name, wireText(member)]),
      )
    : {};

type Sending = {
  readonly request: FuzzRequest;
  readonly params: Record<string, string>;
  readonly query: Record<string, string>;
  readonly rawBody: string | undefined;
};

const originOf = ({ named, as }: FuzzRequest): string => `${named.name} ${as}`;

/** A request with everything in it that is known now. */
function filled(request: FuzzRequest, known: Known, n: number): Sending {
  const { named, garble } = request;
  const pair = named.name === "deleteComment" && garble === undefined ? known.commentOn(n) : undefined;
  const query = wireTexts(known.fill(request.query));
  const cursor = known.cursorFor(originOf(request));
  if (query["cursor"] !== undefined && cursor !== undefined && n % 2 === 0) query["cursor"] = cursor;
  const body = known.fill(request.body);
  const text = body === undefined ? undefined : JSON.stringify(body);
  return {
    request,
    params: pair ?? wireTexts(known.fill(request.params)),
    query,
    rawBody: garble === undefined ? text : garble(text ?? ""),
  };
}

async function send(w: WholeWorld, life: Life, sending: Sending): Promise<Called> {
  const { request, params, query, rawBody } = sending;
  const { named, headers, base64, key } = request;
  const bearer = request.as === undefined ? {} : { as: life.tokenOf(request.as) };
  const signed =
    named.route.auth === "signature" && headers["stripe-signature"] === undefined
      ? w.signed(rawBody ?? "").headers
      : {};
  const change = (event: APIGatewayProxyEventV2): void => {
    for (const [name, value] of Object.entries(headers)) {
      if (value === undefined) delete event.headers[name];
      else event.headers[name] = value;
    }
    if (!base64 || event.body === undefined) return;
    event.body = Buffer.from(event.body).toString("base64");
    event.isBase64Encoded = true;
  };
  const options = {
    ...bearer,
    params,
    query,
    key,
    headers: { ...signed },
    ...(rawBody === undefined ? {} : { rawBody }),
  };
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer after ${HANGS_MS} ms`)), HANGS_MS);
  });
  try {
    return await Promise.race([w.call(named.name, options, change), hang]);
  } finally {
    clearTimeout(timer);
  }
}

/** Far apart for neighbouring seeds, so that runs share no requests. */
const chunkSeed = (seed: number, chunk: number): number => (Math.imul(seed, 0x9e3779b1) + chunk) | 0;

const count = (into: Record<string, number>, name: string): void => {
  into[name] = (into[name] ?? 0) + 1;
};

/** @throws FuzzFailure */
export async function runFuzz({ seed, calls, now, onProgress = () => {} }: FuzzOptions): Promise<FuzzReport> {
  const w = await createWholeWorld({ seed, limits: LIMITS, tokens: sessionTokens });
  const { fraction } = seededRandom(seed ^ 0x5eed);
  const known = createKnown();
  const life = await beginLife(w, known, fraction);
  const requests = requestOf(allRoutes);

  const statuses: Record<string, number> = {};
  const problems: Record<string, number> = {};
  const good = new Set<RouteName>();
  let done = 0;
  let slowestMs = 0;

  const one = async (sending: Sending): Promise<Called> => {
    const startedAt = now();
    const called = await send(w, life, sending);
    slowestMs = Math.max(slowestMs, now() - startedAt);
    count(statuses, String(called.status));
    if (called.status >= 400) {
      // A refusal repeats ids that were made up.
      count(problems, String(called.body?.code));
    } else {
      good.add(sending.request.named.name);
      known.learn(called.body, originOf(sending.request));
    }
    if (called.status === 204 && sending.request.named.name === "revoke" && sending.request.as !== undefined)
      life.signIn(sending.request.as);
    return called;
  };

  /** Some requests at once; equal ones with a key must be answered with one thing. */
  const burst = async (sendings: readonly Sending[]): Promise<void> => {
    await Promise.all(
      sendings.map(async (sending) => {
        const { named, twice } = sending.request;
        const answers = await Promise.all((twice ? [sending, sending] : [sending]).map(one));
        const made = answers.filter(({ status }) => status < 300).map(({ body }) => body?.id);
        if (named.route.idempotent && new Set(made).size > 1)
          throw new Error(`one key made two things: ${made.join(", ")}`);
      }),
    );
  };

  let latest: readonly Sending[] = [];
  /** Life goes on whenever another so many calls were made. */
  const every = (interval: number, before: number): boolean =>
    Math.floor(done / interval) > Math.floor(before / interval);
  try {
    await life.restore();
    for (let chunk = 0; done < calls; chunk += 1) {
      const generated = fc.sample(requests, { seed: chunkSeed(seed, chunk), numRuns: CHUNK });
      while (generated.length > 0 && done < calls) {
        const before = done;
        const width = fraction() < 0.7 ? 1 : 1 + Math.floor(fraction() * 7);
        latest = generated.splice(0, width).map((request, n) => filled(request, known, done + n));
        await burst(latest);
        done += latest.reduce((sum, { request }) => sum + (request.twice ? 2 : 1), 0);
        w.world.clock.advance(Math.floor(fraction() * 2_000));
        if (every(LIFE_EVERY, before)) await life.pass();
        if (every(RESTORE_EVERY, before)) await life.restore();
        if (every(AUDIT_EVERY, before)) await checkBooks(w);
        if (every(5_000, before)) onProgress(done);
      }
    }
    const books = await checkBooks(w);
    const busy = statuses["503"] ?? 0;
    if (busy > calls * MAX_BUSY_SHARE) throw new Error(`${busy} of ${done} calls were answered 503`);
    return {
      seed,
      calls: done,
      statuses,
      problems,
      neverGood: allRoutes.map(({ name }) => name).filter((name) => !good.has(name)),
      slowestMs,
      ...books,
    };
  } catch (cause) {
    const shown = latest.map(({ request: { named, as, headers, twice, key }, ...wire }) => ({
      route: named.key,
      as,
      key,
      headers,
      twice,
      ...wire,
    }));
    throw new FuzzFailure(
      `seed ${seed}, after ${done} calls, one of: ${inspect(shown, { depth: 6, maxStringLength: 2_000 })}`,
      { cause },
    );
  } finally {
    await w.close();
  }
}
