/**
 * Carries out the plans of channels: the one place that speaks to providers. It sends, bounds each attempt and the
 * whole plan in time, repeats what may be repeated, and keeps the memory of tokens and certificates. What it logs are
 * operations, hosts, statuses and durations: never a header, a query or a body.
 */
import { fullJitterMs } from "../platform/backoff.ts";
import { SECOND } from "../platform/clock.ts";
import type { Platform } from "../platform/platform.ts";
import type { Plan, Reply, StepResult, WireAnswer, WireRequest } from "./plan.ts";
import { StatementError, type StatementLine, type StatementReader } from "./statement.ts";

/** What the transport reads of an answer: a `Response`, or anything else that can be read like one. */
export type FetchAnswer = Pick<Response, "ok" | "status"> & {
  readonly headers: Iterable<[string, string]>;
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | null;
};

/** What the transport needs of `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<FetchAnswer>;

export type TransportDeps = {
  readonly platform: Pick<Platform, "clock" | "timer" | "random" | "log" | "metrics">;
  /** Looked up at each request, so that whoever replaces `globalThis.fetch` later is heard. */
  readonly fetch?: Fetch;
  /** Ends an attempt that takes longer; a timer of the machine's by default. */
  readonly timeout?: (ms: number) => AbortSignal;
};

export type TransportLimits = {
  /** One attempt. */
  readonly attemptMs: number;
  /** After this no further attempt is begun. */
  readonly planMs: number;
  /** Attempts after the first. */
  readonly repeats: number;
  /** The largest answer that is read. */
  readonly maxAnswerBytes: number;
};

/** Two attempts stay far below the 25 seconds of an API function. */
export const TRANSPORT_LIMITS: TransportLimits = {
  attemptMs: 8 * SECOND,
  planMs: 18 * SECOND,
  repeats: 1,
  maxAnswerBytes: 4 * 1024 * 1024,
};

export type Transport = {
  /** Runs a plan to its end. Rejects only when the plan throws, which is a bug of its adapter. */
  readonly run: <T>(plan: Plan<T>) => Promise<T>;
  /**
   * A statement's file as lines, held a piece at a time. @throws StatementError when it cannot be had or read.
   */
  readonly lines: (request: () => WireRequest, reader: StatementReader) => AsyncIterable<StatementLine>;
};

/** Failures that happen before a single byte of the request leaves. */
const neverLeftCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** The system code of a failed connection: on the error itself, or on the `cause` that `fetch` wraps. */
function networkCodeOf(thrown: unknown): string | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const code: unknown = Reflect.get(error, "code");
    if (typeof code === "string") return code;
  }
  return undefined;
}

const isWorthRepeating = (reply: Reply): boolean =>
  reply.kind === "no-answer" || reply.answer.status === 429 || reply.answer.status >= 500;

/** Whether an attempt may have taken effect although its answer is not the last word. */
const mayCount = (reply: Reply): boolean =>
  reply.kind === "no-answer" ? reply.mayCount : reply.answer.status >= 500;

export function createTransport(deps: TransportDeps, limits: TransportLimits = TRANSPORT_LIMITS): Transport {
  const { clock, timer, random, log, metrics } = deps.platform;
  const memory = new Map<string, { readonly value: string; readonly untilMs: number }>();

  const fetchNow: Fetch = (url, init) => (deps.fetch ?? globalThis.fetch)(url, init);

  const { timeout = (ms: number) => AbortSignal.timeout(ms) } = deps;

  const begin = ({ url, method, headers, body }: WireRequest, attemptMs: number): Promise<FetchAnswer> =>
    fetchNow(url, {
      method,
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
      // A signature covers one host and path; a redirect would carry it elsewhere.
      redirect: "error",
      signal: timeout(attemptMs),
    });

  async function attempt(request: WireRequest): Promise<Reply> {
    try {
      const response = await begin(request, limits.attemptMs);
      const answer = await answerOf(response, limits.maxAnswerBytes);
      return answer === undefined
        ? { kind: "no-answer", mayCount: true, detail: "the answer is too large" }
        : { kind: "answer", answer, earlierMayCount: false };
    } catch (thrown) {
      const code = networkCodeOf(thrown) ?? (thrown instanceof Error ? thrown.name : "unknown");
      return { kind: "no-answer", mayCount: !neverLeftCodes.has(code), detail: code };
    }
  }

  async function exchange(
    operation: string,
    request: () => WireRequest,
    repeatable: boolean,
    until: number,
  ): Promise<Reply> {
    let earlierMayCount = false;
    for (let tries = 1; ; tries += 1) {
      const startedAt = clock.now();
      const sent = request();
      const reply = await attempt(sent);
      const tookMs = clock.now() - startedAt;
      const what = { operation, host: new URL(sent.url).host, tries, tookMs };
      const last = !repeatable || tries > limits.repeats || clock.now() >= until;
      if (!isWorthRepeating(reply) || last) {
        metrics.count(reply.kind === "answer" ? "ChannelAnswers" : "ChannelSilences");
        log.info("channel-call", {
          ...what,
          ...(reply.kind === "answer" ? { status: reply.answer.status } : { failure: reply.detail }),
        });
        return reply.kind === "answer"
          ? { ...reply, earlierMayCount }
          : { ...reply, mayCount: reply.mayCount || earlierMayCount };
      }
      earlierMayCount ||= mayCount(reply);
      log.warn("channel-call-repeated", what);
      await timer.sleep(fullJitterMs(tries, random));
    }
  }

  const recalled = (key: string): string | undefined => {
    const known = memory.get(key);
    return known === undefined || known.untilMs <= clock.now() ? undefined : known.value;
  };

  async function run<T>(plan: Plan<T>): Promise<T> {
    const until = clock.now() + limits.planMs;
    let next = plan.next(undefined);
    while (next.done !== true) {
      const step = next.value;
      let result: StepResult;
      if (step.step === "send") {
        result = await exchange(step.operation, step.request, step.repeatable, until);
      } else if (step.step === "recall") {
        result = recalled(step.key);
      } else if (step.value === undefined) {
        memory.delete(step.key);
      } else {
        memory.set(step.key, { value: step.value, untilMs: step.untilMs });
      }
      next = plan.next(result);
    }
    return next.value;
  }

  async function* lines(
    request: () => WireRequest,
    reader: StatementReader,
  ): AsyncGenerator<StatementLine, void, void> {
    const response = await begin(request(), 10 * 60 * SECOND).catch((thrown: unknown) => {
      throw new StatementError("the file cannot be reached", { cause: thrown });
    });
    if (!response.ok || response.body === null) {
      throw new StatementError(`the file was answered with ${response.status}`);
    }
    for await (const chunk of response.body) yield* reader.push(chunk);
    yield* reader.end();
  }

  return { run, lines };
}

/** `undefined` when it is larger than what is read. */
async function answerOf(response: FetchAnswer, maxBytes: number): Promise<WireAnswer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.concat(chunks),
  };
}
