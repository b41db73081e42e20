/**
 * A function's execution environment, as Lambda keeps one: it runs one invocation at a time, stays warm between them,
 * and may be gone at any wait. Whatever its code waits for goes through `port`, where the chaos of the run decides.
 */
import type { Log } from "../../../shared/platform/log.ts";
import { silentMetrics } from "../../../shared/platform/metrics.ts";
import type { Platform } from "../../../shared/platform/platform.ts";
import type { CallFault, Chaos, PortCall, PortKind } from "./chaos.ts";
import type { Dice } from "./dice.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Trace } from "./trace.ts";

/** How far the clock of a function may be from the true one. */
export const MAX_SKEW_MS = 2_000;

/** What every part of a run shares. */
export type Stage = {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly chaos: Chaos;
  /** For what the product draws: ids, jitter. */
  readonly dice: Dice;
};

/** No answer came: what an SDK throws when it gives up waiting. */
export class NoAnswer extends Error {
  override readonly name = "TimeoutError";
  readonly code = "ECONNRESET";
  constructor() {
    super("no answer came");
  }
}

export type Port = <T>(
  port: PortKind,
  operation: string,
  about: { readonly detail: string; readonly isWrite: boolean },
  effect: (fault: CallFault | undefined) => T | Promise<T>,
) => Promise<T>;

/** What a function is built on. */
export type Ports = {
  readonly port: Port;
  readonly platform: Platform;
  /** Something went wrong for the invocation that is running, outside of the port's own knowledge. */
  readonly disturb: () => void;
};

/** How an invocation ended. `disturbed`: something went wrong for it, so it may have failed for good reason. */
export type Outcome<R> =
  | { readonly kind: "done"; readonly value: R; readonly disturbed: boolean }
  | { readonly kind: "threw"; readonly error: unknown; readonly disturbed: boolean }
  | { readonly kind: "crashed" };

export type FunctionSpec<E, R> = {
  readonly name: string;
  /** Runs once for each environment: what a module does when it is loaded. */
  readonly build: (ports: Ports) => (event: E) => Promise<R>;
};

export type Fleet<E, R> = {
  /** Resolves when the invocation ends; a frozen one takes its time. */
  readonly invoke: (event: E) => Promise<Outcome<R>>;
  /** A new version: warm environments are gone, those at work end their invocation first. */
  readonly redeploy: () => void;
};

type Environment<E, R> = {
  readonly name: string;
  readonly version: number;
  readonly run: (event: E) => Promise<R>;
  readonly life: Life;
};

type Life = { dead: boolean; disturbed: boolean; onCrash: () => void };

const NO_ANSWER_AFTER_MS = 3_000;

function createPort(stage: Stage, name: string, fn: string, life: Life): Port {
  const { scheduler, chaos, trace } = stage;
  const crash = (call: PortCall, when: string): void => {
    trace.add(scheduler.now(), name, `CRASH ${when} ${call.operation}`);
    life.dead = true;
    life.onCrash();
  };
  return (port, operation, { detail, isWrite }, effect) => {
    if (life.dead) return new Promise(() => {});
    const call: PortCall = { fn, port, operation, isWrite };
    const { before, after, fault, crash: crashes } = chaos.decide(call);
    if (fault !== undefined) life.disturbed = true;
    return new Promise((resolve, reject) => {
      const reply = (finish: () => void, wait: number): void => {
        if (life.dead) return;
        if (crashes === "after") crash(call, "after");
        else if (wait === 0) finish();
        else scheduler.after(wait, () => void (life.dead || finish()));
      };
      const run = async (): Promise<void> => {
        try {
          const value = await effect(fault);
          if (fault === "lost-reply") reply(() => reject(new NoAnswer()), NO_ANSWER_AFTER_MS);
          else reply(() => resolve(value), after);
        } catch (cause) {
          reply(() => reject(cause), after);
        }
      };
      scheduler.after(before, () => {
        // A request that was on its way may land, though whoever sent it is gone.
        if (life.dead && (!isWrite || before % 2 === 0)) return;
        if (crashes === "before" && !life.dead) {
          crash(call, "before");
          return;
        }
        trace.add(scheduler.now(), name, `${operation} ${detail}${fault === undefined ? "" : ` (${fault})`}`);
        if (fault === "no-answer") reply(() => reject(new NoAnswer()), NO_ANSWER_AFTER_MS);
        else void run();
      });
    });
  };
}

/** Only what went wrong is told: it is what a failing run is understood by. */
function tracingLog(stage: Stage, name: string): Log {
  const log: Log = {
    info: () => {},
    warn: (code) => stage.trace.add(stage.scheduler.now(), name, `warns ${code}`),
    error: (code, cause) =>
      stage.trace.add(
        stage.scheduler.now(),
        name,
        `logs ${code}: ${cause instanceof Error ? cause.message.slice(0, 160) : String(cause)}`,
      ),
    with: () => log,
  };
  return log;
}

export function createFleet<E, R>(stage: Stage, spec: FunctionSpec<E, R>): Fleet<E, R> {
  const { scheduler, chaos, dice, trace } = stage;
  let idle: Environment<E, R>[] = [];
  let version = 1;
  let made = 0;

  const start = (): Environment<E, R> => {
    made += 1;
    const name = `${spec.name}#${made}`;
    const life: Life = { dead: false, disturbed: false, onCrash: () => {} };
    const skew = chaos.strikes("clock-skew") ? dice.between(-MAX_SKEW_MS, MAX_SKEW_MS) : 0;
    const port = createPort(stage, name, spec.name, life);
    const platform: Platform = {
      clock: { now: () => scheduler.now() + skew },
      random: dice,
      timer: {
        sleep: (ms) =>
          port("timer", "sleep", { detail: `${ms} ms`, isWrite: false }, () => scheduler.sleep(ms)),
      },
      log: tracingLog(stage, name),
      metrics: silentMetrics,
    };
    const disturb = (): void => {
      life.disturbed = true;
    };
    return { name, version, life, run: spec.build({ port, platform, disturb }) };
  };

  return {
    redeploy() {
      version += 1;
      idle = [];
    },
    invoke(event) {
      // One may be gone by what an invocation left behind when it ended early.
      idle = idle.filter(({ life }) => !life.dead);
      const env = idle.length > 0 && dice.chance(0.85) ? (idle.shift() ?? start()) : start();
      env.life.disturbed = false;
      return new Promise((resolve) => {
        env.life.onCrash = () => resolve({ kind: "crashed" });
        const ended = (outcome: Outcome<R>): void => {
          if (env.version === version && !env.life.dead) idle.push(env);
          resolve(outcome);
        };
        env.run(event).then(
          (value) => ended({ kind: "done", value, disturbed: env.life.disturbed }),
          (error: unknown) => {
            trace.add(scheduler.now(), env.name, `threw ${String(error).slice(0, 160)}`);
            ended({ kind: "threw", error, disturbed: env.life.disturbed });
          },
        );
      });
    },
  };
}
