/** The account: the engine, every function in its fleet, what feeds them, and the gateway in front. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { callbacksRoutes } from "../../../functions/callbacks/contract.ts";
import { createEngine, type Engine } from "../../../local/engine/engine.ts";
import type { ChannelName } from "../../../shared/channels/registry.ts";
import { silentLog } from "../../../shared/platform/log.ts";
import { silentMetrics } from "../../../shared/platform/metrics.ts";
import { createKithTable } from "../../builders/kith-table.ts";
import { gatewayEvent } from "../../builders/world.ts";
import { createFleet, type Fleet, type Outcome, type Ports, type Stage } from "../core/environment.ts";
import { faultOfCall } from "../core/wire-clients.ts";
import { type Change, watchChanges } from "./changes.ts";
import {
  type ApiName,
  apiFunctions,
  type HoldWork,
  holdsFunction,
  type QueueName,
  queueFunctions,
  relayFunction,
  sweepFunction,
} from "./functions.ts";
import { createOutside, type Outside } from "./outside.ts";
import { createQueue, createQueueSource, type QueueSource } from "./queue-source.ts";
import { createStreamSource, type StreamSource } from "./stream-source.ts";
import { textTokens } from "./tokens.ts";
import { type Parts, partsOf, TABLE_NAME } from "./wiring.ts";

export type Reply = APIGatewayProxyStructuredResultV2;

export type Cloud = {
  readonly engine: Engine;
  readonly outside: Outside;
  readonly stream: StreamSource;
  readonly queues: Readonly<Record<QueueName, QueueSource>>;
  /** An API call as the gateway passes it on. */
  readonly request: (api: ApiName, event: APIGatewayProxyEventV2) => Promise<Outcome<Reply>>;
  readonly sweep: () => Promise<Outcome<unknown>>;
  /** Runs work on holds in a function of its own. */
  readonly holds: (work: HoldWork) => Promise<Outcome<unknown>>;
  /** New versions of every function: all warm state is gone. */
  readonly redeploy: () => void;
  /** A table that sees everything at once, outside of any function. */
  readonly direct: Parts;
  readonly close: () => void;
};

/**
 * @param channels that money comes in and goes out through.
 * @param onChanges told after each step what has changed in the table.
 * @param unexpected told what must not happen between the account and the world outside.
 */
export async function createCloud(
  stage: Stage,
  channels: readonly ChannelName[],
  onChanges: (changes: readonly Change[]) => void,
  unexpected: (detail: string) => void,
): Promise<Cloud> {
  const { scheduler, chaos, dice, trace } = stage;
  const engine = createEngine({
    now: scheduler.now,
    random: dice.fork("engine").fraction,
    intercept: faultOfCall,
    shuffle: true,
  });
  await createKithTable(engine, TABLE_NAME);
  const queueNames = Object.keys(queueFunctions) as QueueName[];
  for (const name of queueNames) await createQueue(engine, name);

  const wiring = { engine, dice, tokens: textTokens(scheduler.now) };
  const parts = (ports: Ports): Parts => partsOf(ports, wiring);
  const fleet = <E, R>(
    name: string,
    build: (parts: Parts, outside: Outside) => (event: E) => Promise<R>,
  ): Fleet<E, R> => createFleet(stage, { name, build: (ports) => build(parts(ports), outside) });
  const entries = <K extends string, V, W>(record: Readonly<Record<K, V>>, map: (name: K, value: V) => W) =>
    Object.fromEntries(
      Object.entries<V>(record).map(([name, value]) => [name, map(name as K, value)]),
    ) as Record<K, W>;

  const outside: Outside = createOutside(
    stage,
    dice.fork("outside"),
    channels,
    async (channel, headers, body) => {
      await scheduler.sleep(
        chaos.strikes("late-webhook") ? dice.between(1_000, 120_000) : dice.between(1, 80),
      );
      const send = async () => {
        const event = gatewayEvent(callbacksRoutes.receiveCallback, {
          params: { channel },
          rawBody: body,
          headers,
        });
        const outcome = await request("callbacks", event);
        if (outcome.kind === "done" && !outcome.disturbed && (outcome.value.statusCode ?? 500) >= 400) {
          unexpected(`a webhook was answered ${outcome.value.statusCode} for no reason`);
        }
        return outcome.kind === "done"
          ? { status: outcome.value.statusCode ?? 500, body: outcome.value.body ?? "" }
          : { status: 500, body: "" };
      };
      const first = await send();
      return chaos.strikes("repeat-webhook") ? send() : first;
    },
  );

  const apis = entries(apiFunctions, (name, build) => fleet(name, build));
  const workers = entries(queueFunctions, (name, build) => fleet(`${name}-worker`, build));
  const relay = fleet("relay", relayFunction);
  const sweeper = fleet("sweep", (built, world) => {
    const run = sweepFunction(built, world);
    return (_: undefined) => run();
  });
  const holder = fleet("holds", holdsFunction);
  const request: Cloud["request"] = (api, event) => apis[api].invoke(event);

  const stream = createStreamSource(stage, relay);
  const queues = entries(workers, (name, worker) => createQueueSource(stage, engine, name, worker));
  engine.onChange((change) => {
    if (change.kind === "queue" && Object.hasOwn(queues, change.queueName)) {
      queues[change.queueName as QueueName].wake();
    }
  });
  const newChanges = watchChanges(engine);
  scheduler.onStep = () => {
    const changes = newChanges();
    if (changes.length === 0) return;
    stream.add(changes);
    onChanges(changes);
  };

  const direct = parts({
    port: async (_port, _operation, _about, effect) => effect(undefined),
    platform: createDirectPlatform(stage),
    disturb: () => {},
  });
  return {
    engine,
    outside,
    stream,
    queues,
    request,
    direct,
    sweep: () => sweeper.invoke(undefined),
    holds: (work) => holder.invoke(work),
    redeploy() {
      trace.add(scheduler.now(), "ops", "redeploys everything");
      for (const each of [...Object.values(apis), ...Object.values(workers)]) each.redeploy();
      for (const each of [relay, sweeper, holder]) each.redeploy();
    },
    close: () => engine.close(),
  };
}

const createDirectPlatform = ({ scheduler, dice }: Stage): Ports["platform"] => ({
  clock: { now: scheduler.now },
  random: dice,
  timer: { sleep: scheduler.sleep },
  log: silentLog,
  metrics: silentMetrics,
});
