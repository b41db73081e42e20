/** A run's world: the account, its people, and the invariants that watch them. */

import type { ChannelName } from "../../shared/channels/registry.ts";
import { type Cloud, createCloud } from "./cloud/cloud.ts";
import type { Chaos } from "./core/chaos.ts";
import { createDice, type Dice } from "./core/dice.ts";
import type { Stage } from "./core/environment.ts";
import { createScheduler, type Scheduler } from "./core/scheduler.ts";
import { createTrace, type Trace } from "./core/trace.ts";
import { invariants } from "./invariants/index.ts";
import { createClient, type Exchange } from "./society/client.ts";
import { createMirror, type Mirror } from "./society/mirror.ts";
import { createSociety, type Society } from "./society/society.ts";

export type Violation = { readonly invariant: string; readonly detail: string };

export type World = {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly chaos: Chaos;
  readonly cloud: Cloud;
  readonly society: Society;
  readonly mirror: Mirror;
  /** The first thing that was not as it must be. */
  readonly violation: () => Violation | undefined;
  readonly violated: (invariant: string, detail: string) => void;
  /** Lets the world go on until the work is done, or something is violated, or nothing is left to happen. */
  readonly live: (work: Promise<unknown>) => Promise<void>;
  /** Everything that still waits happens; what is in the background only as far as its time has come. */
  readonly drain: () => Promise<void>;
  /** What is in the background happens too, whenever that is. */
  readonly drainAll: () => Promise<void>;
  /** Asks every invariant what it says of a world at rest. */
  readonly checkAtRest: () => Promise<void>;
  readonly close: () => void;
};

export type WorldOptions = {
  readonly seed: number | string;
  readonly chaos: (dice: Dice) => Chaos;
  readonly people: number;
  /** The channels that there are; by the seed, when it is left out. */
  readonly channels?: readonly ChannelName[] | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
};

const START = Date.parse("2026-11-22T12:00:00Z");
const DAY = 86_400_000;

/** Stripe, and in most runs another one. */
const channelsBy = (dice: Dice): readonly ChannelName[] =>
  dice.chance(0.6) ? ["stripe", dice.pick(["paypal", "alipay", "wechat-pay", "paytm"])] : ["stripe"];

export async function createWorld(options: WorldOptions): Promise<World> {
  const { seed, chaos: chaosOf, people, onLine } = options;
  const dice = createDice(seed);
  // Some runs begin just before midnight at the end of a month, where limits begin anew.
  const startedAt = dice.chance(0.2) ? START + 9 * DAY - 43_200_000 - dice.between(0, 600_000) : START;
  const scheduler = createScheduler(startedAt);
  const trace = createTrace(startedAt, onLine);
  const chaos = chaosOf(dice.fork("chaos"));
  const stage: Stage = { scheduler, trace, chaos, dice: dice.fork("product") };

  const mirror = createMirror();
  let violation: Violation | undefined;
  const violated = (invariant: string, detail: string): void => {
    if (violation !== undefined) return;
    violation = { invariant, detail };
    trace.add(scheduler.now(), "VIOLATED", `${invariant}: ${detail}`);
  };

  const cloud = await createCloud(
    stage,
    options.channels ?? channelsBy(dice.fork("channels")),
    (changes) => {
      mirror.apply(changes, scheduler.now());
      for (const { onChanges } of watches) onChanges?.(changes);
    },
    (detail) => violated("account", detail),
  );
  const report = (exchange: Exchange): void => {
    for (const { onReply } of watches) onReply?.(exchange);
  };
  const client = createClient(stage, cloud, report);
  const society = createSociety(stage, { dice: dice.fork("people"), cloud, client, mirror, size: people });
  const watches = invariants.map(({ name, watch }) =>
    watch({ society, mirror, violated: (detail) => violated(name, detail) }),
  );

  /** What is thrown between the steps is thrown by an invariant, or means that there is no end. */
  const goOn = async (done: () => boolean): Promise<boolean> => {
    try {
      return await scheduler.runUntil(done);
    } catch (cause) {
      violated("simulation", cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
      return false;
    }
  };

  const live: World["live"] = async (work) => {
    let over = false;
    work.then(
      () => {
        over = true;
      },
      (cause: unknown) => {
        violated("simulation", cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
      },
    );
    const done = await goOn(() => over || violation !== undefined);
    if (!done) violated("simulation", "nothing is left to happen, and not everybody is done");
  };

  return {
    scheduler,
    trace,
    chaos,
    cloud,
    society,
    mirror,
    violation: () => violation,
    violated,
    live,
    drain: async () => {
      await goOn(() => scheduler.pending() === 0 || violation !== undefined);
    },
    drainAll: async () => {
      const left = (): number => scheduler.pending() + scheduler.inBackground();
      await goOn(() => left() === 0 || violation !== undefined);
    },
    checkAtRest: () =>
      live(
        (async () => {
          for (const { atRest } of watches) await atRest?.();
        })(),
      ),
    close: () => cloud.close(),
  };
}
