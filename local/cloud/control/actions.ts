// What the control endpoint's routes do with the running parts.

import type { EventSource } from "../event-sources/source.ts";
import type { Foundation } from "../foundation.ts";
import type { IdleWatch } from "../idle.ts";
import type { Functions } from "../lambda/functions.ts";
import type { Resources } from "../resources.ts";
import type { Schedules } from "../schedules.ts";
import { disableEndpoint } from "../services/push.ts";
import type { ControlActions } from "./control.ts";

export type RunningParts = {
  readonly base: Foundation;
  readonly resources: Resources;
  readonly functions: Functions;
  readonly sources: readonly EventSource[];
  readonly schedules: Schedules;
  readonly idle: IdleWatch;
};

export function controlActions(parts: RunningParts): ControlActions {
  const { base, resources, functions, schedules, idle } = parts;
  const { clock, log, state, faults, meter, outbox } = base;
  const { model, engine } = resources;
  const now = (): string => new Date(clock.now()).toISOString();
  return {
    state: () => stateOf(parts, now()),
    advance: (ms) => {
      clock.advance(ms);
      log.of("cloud")("clock", `moved by ${ms} ms`);
      return now();
    },
    now,
    redrive: (queue) => engine.queues.redrive(named("queue", queue, model.queues).name),
    runSchedule: (name) => schedules.run(named("schedule", name, model.schedules).name),
    crash: (name) => functions.crash(named("function", name, model.functions).name),
    invoke: (name, event) => functions.invoke(named("function", name, model.functions).arn, event),
    disableEndpoint: (arn) => disableEndpoint(state, arn),
    faults,
    outbox,
    meter,
    idle,
    log,
  };
}

/** The one of that name, or the only one whose name ends with it after a hyphen. Throws when there is none. */
function named<Model extends { readonly name: string }>(
  kind: string,
  name: string,
  models: readonly Model[],
): Model {
  const found =
    models.find((model) => model.name === name) ?? models.find((model) => model.name.endsWith(`-${name}`));
  if (found !== undefined) return found;
  throw new Error(`No ${kind} is named ${name}. There are: ${models.map((model) => model.name).join(", ")}`);
}

async function stateOf(parts: RunningParts, now: string): Promise<unknown> {
  const { queues } = parts.resources.engine;
  return {
    now,
    functions: parts.functions.stats(),
    schedules: parts.schedules.list(),
    queues: await Promise.all(
      parts.resources.model.queues.map(async ({ name }) => ({ name, ...(await queues.counts(name)) })),
    ),
    sources: await Promise.all(
      parts.sources.map(async (source) => ({ name: source.name, waitingFor: (await source.busy()) ?? null })),
    ),
    faults: parts.base.faults.list(),
  };
}
