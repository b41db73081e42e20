/** What a bench ran on, in words for the foot of its table. */
import { arch, availableParallelism, cpus, loadavg, platform } from "node:os";

export type Machine = {
  readonly cores: number;
  /** As the processor calls itself. */
  readonly model: string;
  readonly platform: string;
  readonly node: string;
  /** Processes that wanted a processor in the minute before the bench began, on average. */
  readonly loadBefore: number;
};

/** To be asked before the bench itself makes load. */
export const thisMachine = (): Machine => ({
  cores: availableParallelism(),
  model: cpus()[0]?.model.replaceAll(/\s+/g, " ").trim() || "unknown processor",
  platform: `${platform()} ${arch()}`,
  node: process.versions.node,
  loadBefore: loadavg()[0] ?? 0,
});

/** One sentence. It says so when something else had the processors: times are then longer than they need be. */
export function inWords({ cores, model, platform: system, node, loadBefore }: Machine): string {
  const busy =
    loadBefore > 0.5 * cores
      ? `\nOther programs shared the processors (load ${loadBefore.toFixed(1)} before the run): compare within a table, not between machines.`
      : "";
  return `Measured on ${cores} cores (${model}, ${system}) with Node ${node}.${busy}`;
}
