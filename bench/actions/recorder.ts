/** Runs an action once in a warm function and keeps what the table's meter counted meanwhile. */
import type { AreaName } from "../../functions/areas.ts";
import type { FunctionName } from "../../infra/functions.ts";
import { bearerOf } from "../../shared/http/caller.ts";
import { type Route, type RouteTable, routeKey } from "../../shared/http/route.ts";
import type { Usage } from "../../shared/table/meter.ts";
import {
  type Area,
  type Called,
  type CallOptions,
  gatewayEvent,
  type World,
} from "../../test/builders/world.ts";
import type { Trigger, Work } from "../prices.ts";

/** One row of the price table. */
export type Action = Work & {
  /** `POST /v1/transfers` or a worker's name, with `(…)` behind it for another path of the same. */
  readonly action: string;
  /** What there was before, as far as it matters to the price. */
  readonly scene: string;
  readonly function: FunctionName;
};

/** How an action is named and what it stands for. */
export type Row = {
  readonly scene: string;
  /** Set for a further row of a route or worker: what is different, as in `by handle`. */
  readonly variant?: string;
};

export type Recorder = {
  /**
   * Calls a route as a person the function knows, and keeps what it cost.
   * @throws Error when it does not answer as its contract says.
   */
  readonly route: <T extends RouteTable>(
    of: { readonly world: World; readonly name: AreaName; readonly routes: T; readonly area: Area<T> },
    route: keyof T & string,
    options: CallOptions,
    row: Row,
  ) => Promise<Called>;
  /**
   * Lets a worker do one piece of work.
   * @param run answers with the number of requests that sent to queues; throws when the work was not done.
   */
  readonly worker: (
    of: { readonly world: World; readonly name: FunctionName; readonly trigger: Trigger },
    row: Row,
    run: () => Promise<number>,
  ) => Promise<void>;
  readonly actions: () => readonly Action[];
};

/** Called around each action: a test looks over the meter's shoulder. */
export type Watch = (world: World, action: string, run: () => Promise<void>) => Promise<Usage>;

/** What the meter counted while something ran. */
export const metered: Watch = async ({ meter }, _action, run) => {
  const before = meter.total();
  await run();
  const after = meter.total();
  return {
    writeUnits: after.writeUnits - before.writeUnits,
    readUnits: after.readUnits - before.readUnits,
    requests: after.requests - before.requests,
  };
};

const named = (name: string, { variant }: Row): string =>
  variant === undefined ? name : `${name} (${variant})`;

/** A warm function knows its caller from an earlier call. */
const meet = async ({ resolveCaller }: World, route: Route, options: CallOptions): Promise<void> => {
  const bearer = bearerOf(gatewayEvent(route, options).headers);
  const caller = await resolveCaller(bearer, { auth: "user" }, "warm");
  if (!caller.ok) throw new Error(`${options.as} is not let in: ${caller.error.problem}`);
};

export function createRecorder(watch: Watch = metered): Recorder {
  const actions: Action[] = [];

  const keep = (action: Action): void => {
    if (actions.some((known) => known.action === action.action))
      throw new Error(`two scenarios are named ${action.action}`);
    actions.push(action);
  };

  return {
    actions: () => actions,

    async route({ world, name, routes, area }, routeName, options, row) {
      const route = routes[routeName];
      if (route === undefined) throw new Error(`there is no route ${routeName}`);
      const action = named(routeKey(route), row);
      if (options.as !== undefined) await meet(world, route, options);
      let reply: Called | undefined;
      const usage = await watch(world, action, async () => {
        reply = await area.call(routeName, options);
      });
      if (reply?.status !== route.reply.status)
        throw new Error(`${action} answered ${reply?.status}: ${JSON.stringify(reply?.body)}`);
      keep({ action, scene: row.scene, function: name, trigger: "route", sends: 0, ...usage });
      return reply;
    },

    async worker({ world, name, trigger }, row, run) {
      const action = named(name, row);
      let sends = 0;
      const usage = await watch(world, action, async () => {
        sends = await run();
      });
      keep({ action, scene: row.scene, function: name, trigger, sends, ...usage });
    },
  };
}
