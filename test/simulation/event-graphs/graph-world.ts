/** One provider, the functions that listen to it, and two people, all in one process without any chance. */
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { callbacksRoutes } from "../../../functions/callbacks/contract.ts";
import { paymentsEventHandlers } from "../../../functions/payments/consumer-handlers.ts";
import { createEngine } from "../../../local/engine/engine.ts";
import type { ChannelName } from "../../../shared/channels/registry.ts";
import type { DomainEvent } from "../../../shared/events/catalogue.ts";
import { eventOfChange } from "../../../shared/events/message.ts";
import { silentLog } from "../../../shared/platform/log.ts";
import { silentMetrics } from "../../../shared/platform/metrics.ts";
import { createKithTable } from "../../builders/kith-table.ts";
import { type Called, type CallOptions, gatewayEvent, readReply } from "../../builders/world.ts";
import { type Change, watchChanges } from "../cloud/changes.ts";
import { type ApiName, apiFunctions, apiRoutes, paymentDeps } from "../cloud/functions.ts";
import { createOutside } from "../cloud/outside.ts";
import type { Provider } from "../cloud/providers/provider.ts";
import { textTokens, tokenOf } from "../cloud/tokens.ts";
import { partsOf, TABLE_NAME } from "../cloud/wiring.ts";
import { createDice } from "../core/dice.ts";
import type { Ports, Stage } from "../core/environment.ts";
import { createScheduler } from "../core/scheduler.ts";
import { createTrace } from "../core/trace.ts";
import { pointChaos } from "../crash-points/point-chaos.ts";
import { createMirror, type Mirror } from "../society/mirror.ts";

/** A callback, by the provider's id of it. */
export type Waiting = { readonly eventId: string; readonly type: string };

export type GraphWorld = {
  readonly provider: Provider;
  readonly mirror: Mirror;
  readonly call: (name: string, api: ApiName, route: string, options?: CallOptions) => Promise<Called>;
  /** Callbacks that the provider has for us and nobody has delivered. */
  readonly waiting: () => readonly Waiting[];
  /** Brings a callback and follows it up; a second time too. @returns whether there is anything to follow. */
  readonly deliver: (eventId: string) => Promise<boolean>;
  readonly accountOf: (name: string) => string;
  readonly close: () => void;
};

const STARTED_AT = Date.parse("2026-11-22T12:00:00Z");

export async function createGraphWorld(channel: ChannelName): Promise<GraphWorld> {
  const scheduler = createScheduler(STARTED_AT);
  const dice = createDice(`event graph of ${channel}`);
  const stage: Stage = { scheduler, dice, trace: createTrace(STARTED_AT), chaos: pointChaos(undefined) };
  const engine = createEngine({ now: scheduler.now, random: dice.fork("engine").fraction });
  await createKithTable(engine, TABLE_NAME);
  const ports: Ports = {
    disturb: () => {},
    port: async (_port, _operation, _about, effect) => effect(undefined),
    platform: {
      clock: { now: scheduler.now },
      random: dice,
      timer: { sleep: async () => {} },
      log: silentLog,
      metrics: silentMetrics,
    },
  };
  const parts = partsOf(ports, { engine, dice, tokens: textTokens(scheduler.now) });
  const handlers = new Map<ApiName, (event: APIGatewayProxyEventV2) => Promise<object>>();
  const ask = (api: ApiName, event: APIGatewayProxyEventV2) => {
    const handler = handlers.get(api) ?? apiFunctions[api](parts, outside);
    handlers.set(api, handler);
    return handler(event);
  };
  const outside = createOutside(stage, dice.fork("outside"), [channel], async (_name, headers, body) => {
    const event = gatewayEvent(callbacksRoutes.receiveCallback, {
      params: { channel },
      rawBody: body,
      headers,
    });
    const reply = readReply(await ask("callbacks", event));
    return { status: reply.status, body: typeof reply.body === "string" ? reply.body : "" };
  });
  const [provider] = outside.providers;
  if (provider === undefined) throw new Error(`there is no provider ${channel}`);
  provider.holdCallbacks();
  const consumer = paymentsEventHandlers(paymentDeps(parts, outside));
  const mirror = createMirror();
  const newChanges = watchChanges(engine);
  const accounts = new Map<string, string>();
  const delivered = new Set<string>();
  const known = new Map<string, DomainEvent>();

  const look = (): readonly Change[] => {
    const changes = newChanges();
    mirror.apply(changes, scheduler.now());
    return changes;
  };
  /** Time passes with everything that is done, or the order of things could not be told. */
  const tick = async (): Promise<void> => {
    let over = false;
    scheduler.after(1, () => {
      over = true;
    });
    await scheduler.runUntil(() => over);
  };

  const call: GraphWorld["call"] = async (name, api, routeName, options = {}) => {
    await tick();
    const route = apiRoutes[api][routeName];
    if (route === undefined) throw new Error(`there is no route ${api}.${routeName}`);
    const session = { name, session: name, signedInAt: Math.floor(STARTED_AT / 1000) - 60, isOps: false };
    const authorization = `Bearer ${tokenOf(session, Math.floor(scheduler.now() / 1000))}`;
    const reply = readReply(await ask(api, gatewayEvent(route, { ...options, headers: { authorization } })));
    look();
    return reply;
  };
  for (const name of ["ada", "bo"]) {
    const { body } = await call(name, "identity", "getMe");
    accounts.set(name, String(body.id));
    const consents = [{ purpose: "terms", version: 1, granted: true }];
    await call(name, "identity", "putConsents", { body: { consents } });
  }

  return {
    provider,
    mirror,
    call,
    waiting: () => provider.deliveries().filter(({ eventId }) => !delivered.has(eventId)),
    async deliver(eventId) {
      await tick();
      delivered.add(eventId);
      look();
      await provider.resend(eventId);
      const stored = look().find(({ pk, kind }) => pk.startsWith("CALLBACK#") && kind === "INSERT")?.after;
      // The queue brings a message again too, and a callback that we knew has no other.
      const event = stored === undefined ? known.get(eventId) : eventOfChange(undefined, stored);
      if (event?.type !== "callback.received") return false;
      known.set(eventId, event);
      await consumer["callback.received"](event, silentLog);
      look();
      return true;
    },
    accountOf: (name) => accounts.get(name) ?? "",
    close: () => engine.close(),
  };
}
