/** What happens to objects later: kept in the state, run on the simulator's clock, taken up again after a restart. */
import type { SimulatorPorts } from "../simulator.ts";
import type { Job, KitState, Saver } from "./state.ts";

export type Jobs = {
  /** Runs the protocol's `runJob` once, `ms` from now. */
  readonly later: (ms: number, job: { readonly kind: string; readonly objectId: string }) => void;
  /** Forgets the jobs of an object. */
  readonly cancel: (objectId: string) => void;
  /** Schedules what the state holds. */
  readonly resume: () => void;
  readonly close: () => void;
};

export function createJobs(deps: {
  readonly state: KitState;
  readonly ports: Pick<SimulatorPorts, "now" | "schedule">;
  readonly saver: Saver;
  readonly run: (job: Job) => void;
}): Jobs {
  const { state, ports, saver } = deps;
  let closed = false;

  const schedule = (job: Job) =>
    ports.schedule(Math.max(0, job.dueAtMs - ports.now()), () => {
      const index = state.jobs.indexOf(job);
      if (closed || index < 0) return;
      state.jobs.splice(index, 1);
      deps.run(job);
      saver.changed();
    });

  return {
    later(ms, { kind, objectId }) {
      state.sequence += 1;
      const job = { id: state.sequence, kind, objectId, dueAtMs: ports.now() + ms };
      state.jobs.push(job);
      schedule(job);
    },
    cancel(objectId) {
      const kept = state.jobs.filter((job) => job.objectId !== objectId);
      state.jobs.splice(0, state.jobs.length, ...kept);
    },
    resume() {
      for (const job of [...state.jobs]) schedule(job);
    },
    close() {
      closed = true;
    },
  };
}
