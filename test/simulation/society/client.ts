/**
 * A phone: it calls the API, gives up when no answer comes, asks again with the same key, and sometimes asks twice at
 * once. Every answer is reported, those too that come when nobody waits for them any more.
 */

import type { Route } from "../../../shared/http/route.ts";
import { type Called, type CallOptions, gatewayEvent, readReply } from "../../builders/world.ts";
import type { Cloud } from "../cloud/cloud.ts";
import { type ApiName, apiRoutes } from "../cloud/functions.ts";
import { type Session, tokenOf } from "../cloud/tokens.ts";
import type { Stage } from "../core/environment.ts";

export type Asked = Omit<CallOptions, "as" | "key" | "headers">;

/** One request with its answer. */
export type Exchange = {
  readonly who: string;
  readonly session: Session;
  readonly api: ApiName;
  readonly name: string;
  readonly route: Route;
  readonly asked: Asked;
  /** The idempotency key, on routes that need one. */
  readonly key: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly reply: Called;
  /** Something went wrong for the function that answered. */
  readonly disturbed: boolean;
};

export type Client = {
  /** The answer, or `undefined` when there was none in spite of all patience. */
  readonly call: (
    session: Session,
    api: ApiName,
    name: string,
    asked?: Asked,
    key?: string,
  ) => Promise<Called | undefined>;
  /** One try without patience, with a token made long ago perhaps. */
  readonly once: (
    session: Session,
    token: string,
    api: ApiName,
    name: string,
    asked?: Asked,
    key?: string,
  ) => Promise<Called | undefined>;
  /** Calls under way. */
  readonly open: () => number;
};

const PATIENCE = 10;
const WAITS_FOR_MS = 10_000;

const isAnswer = (reply: Called | undefined): reply is Called =>
  reply !== undefined && reply.status < 500 && reply.status !== 429;

export function createClient(stage: Stage, cloud: Cloud, report: (exchange: Exchange) => void): Client {
  const { scheduler, chaos, dice, trace } = stage;
  let keys = 0;
  let open = 0;

  /** @returns `undefined` when no answer ever comes. */
  async function send(
    request: Omit<Exchange, "startedAt" | "endedAt" | "reply" | "disturbed">,
    token: string,
  ) {
    const { who, session, api, name, route, asked, key } = request;
    const startedAt = scheduler.now();
    await scheduler.sleep(dice.between(2, 40));
    const event = gatewayEvent(route, { ...asked, key, headers: { authorization: `Bearer ${token}` } });
    const outcome = await cloud.request(api, event);
    if (outcome.kind !== "done") {
      trace.add(scheduler.now(), session.name, `${name} got no reply`);
      return dice.chance(0.5) ? ({ status: 502, body: {}, headers: {} } satisfies Called) : undefined;
    }
    await scheduler.sleep(dice.between(2, 40));
    const reply = readReply(outcome.value);
    trace.add(scheduler.now(), session.name, `${name} ${key} → ${reply.status} ${reply.body?.code ?? ""}`);
    report({
      who,
      session,
      api,
      name,
      route,
      asked,
      key,
      startedAt,
      endedAt: scheduler.now(),
      reply,
      disturbed: outcome.disturbed,
    });
    return reply;
  }

  /** Whichever comes first: the answer, or the end of waiting. */
  const within = (ms: number, work: Promise<Called | undefined>): Promise<Called | undefined> =>
    new Promise((resolve) => {
      const cancel = scheduler.after(ms, () => resolve(undefined));
      void work.then((reply) => {
        if (reply === undefined) return;
        cancel();
        resolve(reply);
      });
    });

  const requestOf = (session: Session, api: ApiName, name: string, asked: Asked, key: string | undefined) => {
    const route = apiRoutes[api][name];
    if (route === undefined) throw new Error(`there is no route ${api}.${name}`);
    keys += 1;
    return { who: session.name, session, api, name, route, asked, key: key ?? `${session.name}-${keys}` };
  };

  async function counted<T>(work: () => Promise<T>): Promise<T> {
    open += 1;
    try {
      return await work();
    } finally {
      open -= 1;
    }
  }

  return {
    open: () => open,
    call: (session, api, name, asked = {}, key) =>
      counted(async () => {
        const request = requestOf(session, api, name, asked, key);
        const persist = async (): Promise<Called | undefined> => {
          for (let tries = 1; tries <= PATIENCE; tries += 1) {
            const patience = chaos.strikes("client-gave-up") ? dice.between(50, 2_000) : WAITS_FOR_MS;
            const token = tokenOf(session, Math.floor(scheduler.now() / 1000));
            const reply = await within(patience, send(request, token));
            if (isAnswer(reply)) return reply;
            await scheduler.sleep(dice.between(50, 500 * 2 ** Math.min(tries, 5)));
          }
          return undefined;
        };
        const copies =
          request.route.method !== "GET" && chaos.strikes("client-doubles") ? dice.between(2, 3) : 1;
        const replies = await Promise.all(Array.from({ length: copies }, persist));
        return replies.find((reply) => reply !== undefined && reply.status < 300) ?? replies.find(isAnswer);
      }),
    once: (session, token, api, name, asked = {}, key) =>
      counted(() => within(WAITS_FOR_MS, send(requestOf(session, api, name, asked, key), token))),
  };
}
