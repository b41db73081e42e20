// Runs scheduled functions on the movable clock. Ticks that a jump of the clock skipped fold into one run.

import { randomUUID } from "node:crypto";
import type { CloudClock, Timer } from "./clock.ts";
import type { QueuePort } from "./event-sources/ports.ts";
import type { Functions } from "./lambda/functions.ts";
import { describe } from "./lambda/functions.ts";
import type { Log } from "./log.ts";
import { parseSchedule } from "./schedule-expression.ts";
import type { StateStore } from "./state.ts";
import type { CloudModel, ScheduleModel } from "./template/model.ts";
import { LOCAL_ACCOUNT } from "./template/resolve.ts";

export type Schedules = {
  /** Runs a schedule's targets now, by its name or logical id, and waits for them. Throws for an unknown name. */
  run(name: string): Promise<void>;
  list(): { name: string; expression: string; nextAt?: string }[];
  /** Runs started by a schedule that have not ended. */
  running(): number;
  stop(): void;
};

export type SchedulesOptions = {
  readonly schedules: readonly ScheduleModel[];
  readonly clock: CloudClock;
  readonly functions: Functions;
  readonly state: StateStore;
  readonly log: Log;
  readonly model: Pick<CloudModel, "functions">;
  readonly queues: Pick<QueuePort, "send">;
};

/** Throws for an expression that is not valid or a time zone other than UTC. */
export function startSchedules(options: SchedulesOptions): Schedules {
  const log = options.log.of("schedule");
  const timers = new Map<string, { timer: Timer; atMs: number }>();
  let running = 0;
  let stopped = false;

  const fire = async (schedule: ScheduleModel): Promise<void> => {
    running += 1;
    try {
      await Promise.all(schedule.targets.map((target) => runTarget(schedule, target)));
    } finally {
      running -= 1;
    }
  };

  /** An asynchronous invocation: tried again as often as the function's settings say. */
  const runTarget = async (
    schedule: ScheduleModel,
    target: ScheduleModel["targets"][number],
  ): Promise<void> => {
    const id = randomUUID();
    const event =
      target.input === undefined
        ? scheduledEvent(schedule, id, options.clock.now())
        : JSON.parse(target.input);
    log("run", schedule.name, id);
    const fn = options.model.functions.find((candidate) => candidate.arn === target.functionArn);
    for (let attempt = 0; attempt <= (fn?.asyncRetries ?? 0) && !stopped; attempt += 1) {
      const outcome = await options.functions.invoke(target.functionArn, event, id);
      if (outcome.kind === "returned") return;
      log("error", `${schedule.name}: ${describe(outcome)}`, id);
    }
    if (fn?.asyncFailureArn !== undefined && !stopped) await giveUp(fn.asyncFailureArn, event, id);
  };

  /** The function's on-failure destination gets what could not be done. */
  const giveUp = async (queueArn: string, requestPayload: unknown, requestId: string): Promise<void> => {
    const body = {
      version: "1.0",
      requestContext: { requestId, condition: "RetriesExhausted" },
      requestPayload,
    };
    await options.queues.send(queueArn.slice(queueArn.lastIndexOf(":") + 1), JSON.stringify(body));
  };

  const plan = (schedule: ScheduleModel): void => {
    const expression = parseSchedule(schedule.expression);
    const key = `schedule:${schedule.logicalId}`;
    const now = options.clock.now();
    const anchor = options.state.get(key);
    if (anchor === undefined) options.state.set(key, String(now));
    const atMs = expression.next(now, anchor === undefined ? now : Number(anchor));
    if (atMs === undefined) return;
    const timer = options.clock.at(atMs, () => {
      options.state.set(key, String(atMs));
      if (stopped) return;
      plan(schedule);
      void fire(schedule);
    });
    timers.set(schedule.logicalId, { timer, atMs });
  };

  for (const schedule of options.schedules) {
    if (schedule.timezone !== "UTC") {
      throw new Error(
        `Schedule ${schedule.logicalId}: time zone ${schedule.timezone} is not supported, only UTC`,
      );
    }
    if (schedule.enabled) plan(schedule);
    else parseSchedule(schedule.expression);
  }

  return {
    run: async (name) => {
      const schedule = options.schedules.find((one) => one.name === name || one.logicalId === name);
      if (schedule === undefined) throw new Error(`No schedule is named ${name}`);
      await fire(schedule);
    },
    list: () =>
      options.schedules.map((schedule) => {
        const planned = timers.get(schedule.logicalId);
        return {
          name: schedule.name,
          expression: schedule.expression,
          ...(planned === undefined ? {} : { nextAt: new Date(planned.atMs).toISOString() }),
        };
      }),
    running: () => running,
    stop: () => {
      stopped = true;
      for (const { timer } of timers.values()) timer.cancel();
    },
  };
}

/** The event that an EventBridge rule gives a target that asks for no other input. */
function scheduledEvent(schedule: ScheduleModel, id: string, at: number): Record<string, unknown> {
  return {
    version: "0",
    id,
    "detail-type": "Scheduled Event",
    source: schedule.source === "rule" ? "aws.events" : "aws.scheduler",
    account: LOCAL_ACCOUNT,
    time: new Date(at).toISOString().replace(/\.\d+Z$/, "Z"),
    region: schedule.arn.split(":")[3] ?? "",
    resources: [schedule.arn],
    detail: {},
  };
}
