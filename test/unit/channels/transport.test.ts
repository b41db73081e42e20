import { describe, expect, it } from "vitest";
import {
  type Plan,
  type Reply,
  recall,
  remember,
  send,
  type WireRequest,
} from "../../../shared/channels/plan.ts";
import { StatementError, type StatementReader } from "../../../shared/channels/statement.ts";
import { createTransport, type Fetch, TRANSPORT_LIMITS } from "../../../shared/channels/transport.ts";
import { createLog } from "../../../shared/platform/log.ts";
import { silentMetrics } from "../../../shared/platform/metrics.ts";

const request: WireRequest = {
  method: "POST",
  url: "https://provider.example/pay?token=hidden",
  headers: { authorization: "Bearer hidden" },
  body: "card=hidden",
};

/** A world whose clock moves when somebody sleeps. */
function world(fetch: Fetch, limits = TRANSPORT_LIMITS) {
  let at = 1_000;
  const lines: string[] = [];
  const log = createLog();
  const seen = {
    ...log,
    info: (message: string, more?: object) => void lines.push(JSON.stringify([message, more])),
    warn: (message: string, more?: object) => void lines.push(JSON.stringify([message, more])),
  };
  const transport = createTransport(
    {
      fetch,
      platform: {
        clock: { now: () => at },
        timer: {
          sleep: async (ms) => {
            at += ms;
          },
        },
        random: { bytes: (count) => new Uint8Array(count), fraction: () => 0.5 },
        log: seen,
        metrics: silentMetrics,
      },
    },
    limits,
  );
  return {
    transport,
    lines,
    advance: (ms: number) => {
      at += ms;
    },
  };
}

const answers = (...replies: (Response | Error)[]): Fetch & { calls: RequestInit[] } => {
  const calls: RequestInit[] = [];
  const fetch: Fetch = async (_url, init) => {
    calls.push(init);
    const reply = replies[calls.length - 1];
    if (reply === undefined) throw new Error("asked too often");
    if (reply instanceof Error) throw reply;
    return reply;
  };
  return Object.assign(fetch, { calls });
};

const failed = (code: string): Error =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });

function* ask(repeatable: boolean, made: WireRequest = request): Plan<Reply> {
  return yield* send("pay", () => made, { repeatable });
}

describe("the transport", () => {
  it("hands an answer to the plan with exact bytes and lower-case headers", async () => {
    const { transport } = world(
      answers(new Response('{"a":1.10}', { status: 201, headers: { "X-Id": "7" } })),
    );
    const reply = await transport.run(ask(false));
    if (reply.kind !== "answer") throw new Error("there was an answer");
    expect(reply.answer.status).toBe(201);
    expect(reply.answer.headers["x-id"]).toBe("7");
    expect(Buffer.from(reply.answer.body).toString()).toBe('{"a":1.10}');
  });

  it("never follows a redirect with a signature in its hands", async () => {
    const fetch = answers(new Response());
    await world(fetch).transport.run(ask(false));
    expect(fetch.calls[0]?.redirect).toBe("error");
  });

  it.each([
    ["ECONNREFUSED", false],
    ["ENOTFOUND", false],
    ["UND_ERR_CONNECT_TIMEOUT", false],
    ["ECONNRESET", true],
    ["UND_ERR_SOCKET", true],
  ])("after %s the request may count: %s", async (code, mayCount) => {
    const reply = await world(answers(failed(code))).transport.run(ask(false));
    expect(reply).toEqual({ kind: "no-answer", mayCount, detail: code });
  });

  it.each([429, 500, 503])("repeats what may be repeated after %i, and tells that it did", async (status) => {
    const fetch = answers(new Response("", { status }), new Response("done"));
    const reply = await world(fetch).transport.run(ask(true));
    expect(fetch.calls).toHaveLength(2);
    expect(reply).toMatchObject({ kind: "answer", earlierMayCount: status >= 500 });
  });

  it("repeats nothing that would count twice", async () => {
    const fetch = answers(new Response("", { status: 503 }));
    expect(await world(fetch).transport.run(ask(false))).toMatchObject({ answer: { status: 503 } });
    expect(fetch.calls).toHaveLength(1);
  });

  it("keeps in mind that a first attempt may have counted", async () => {
    const fetch = answers(failed("ECONNRESET"), failed("ECONNREFUSED"));
    expect(await world(fetch).transport.run(ask(true))).toMatchObject({ kind: "no-answer", mayCount: true });
  });

  it("begins no further attempt when the plan's time is over", async () => {
    const fetch = answers(new Response("", { status: 503 }), new Response("late"));
    const { transport } = world(fetch, { ...TRANSPORT_LIMITS, planMs: 0 });
    expect(await transport.run(ask(true))).toMatchObject({ answer: { status: 503 } });
    expect(fetch.calls).toHaveLength(1);
  });

  it("signs each attempt anew", async () => {
    const bodies: unknown[] = [];
    let made = 0;
    const sign = (): WireRequest => {
      made += 1;
      return { ...request, body: `nonce=${made}` };
    };
    function* plan(): Plan<Reply> {
      return yield* send("pay", sign, { repeatable: true });
    }
    const fetch: Fetch = async (_url, { body }) => {
      bodies.push(body);
      return new Response("", { status: bodies.length === 1 ? 500 : 200 });
    };
    await world(fetch).transport.run(plan());
    expect(bodies).toEqual(["nonce=1", "nonce=2"]);
  });

  it("gives up an answer that is too large", async () => {
    const { transport } = world(answers(new Response("x".repeat(11))), {
      ...TRANSPORT_LIMITS,
      maxAnswerBytes: 10,
    });
    expect(await transport.run(ask(false))).toMatchObject({ kind: "no-answer", mayCount: true });
  });

  it("remembers until the time is over, and forgets when told", async () => {
    const { transport, advance } = world(answers());
    function* keep(value: string | undefined): Plan<void> {
      yield* remember("token", value, 2_000);
    }
    function* look(): Plan<string | undefined> {
      return yield* recall("token");
    }
    expect(await transport.run(look())).toBeUndefined();
    await transport.run(keep("abc"));
    expect(await transport.run(look())).toBe("abc");
    advance(1_000);
    expect(await transport.run(look())).toBeUndefined();
    await transport.run(keep("def"));
    await transport.run(keep(undefined));
    expect(await transport.run(look())).toBeUndefined();
  });

  it("logs no header, query or body", async () => {
    const { transport, lines } = world(answers(new Response("", { status: 500 }), failed("ECONNRESET")));
    await transport.run(ask(true));
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join()).toContain("provider.example");
    expect(lines.join()).not.toContain("hidden");
  });
});

describe("a statement's file", () => {
  const decoder = new TextDecoder();
  /** One line for each piece; the end checks what it was given. */
  const reader = (broken = false): StatementReader => {
    const line = (text: string) => ({
      kind: "payment" as const,
      transactionId: text,
      amount: { value: 1, currency: "USD" },
      fee: 0,
      occurredAtMs: 0,
      rawType: "x",
    });
    return {
      push: (chunk) => [line(decoder.decode(chunk))],
      end: () => {
        if (broken) throw new StatementError("the hash is another one");
        return [line("end")];
      },
    };
  };
  const collect = async (fetch: Fetch, using = reader()): Promise<string[]> => {
    const read: string[] = [];
    for await (const { transactionId } of world(fetch).transport.lines(() => request, using))
      read.push(transactionId);
    return read;
  };

  it("is read piece by piece to its end", async () => {
    const pieces = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("one"));
        controller.enqueue(new TextEncoder().encode("two"));
        controller.close();
      },
    });
    expect(await collect(answers(new Response(pieces)))).toEqual(["one", "two", "end"]);
  });

  it("that cannot be had, or is not whole, is an error", async () => {
    await expect(collect(answers(new Response("", { status: 404 })))).rejects.toThrow(StatementError);
    await expect(collect(answers(failed("ECONNREFUSED")))).rejects.toThrow(StatementError);
    await expect(collect(answers(new Response("x")), reader(true))).rejects.toThrow("hash");
  });
});
