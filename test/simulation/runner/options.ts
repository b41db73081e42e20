/** The command line of the simulation. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

export const USAGE = `usage: npm run simulate -- [options]

  --seeds N         run N seeds (default 1000)
  --from S          begin with seed S (default 1)
  --seed N          run one seed and print everything that happens in it
  --minutes M       run seeds for M minutes, however many that are
  --threads T       threads (default: as many as there are processors)
  --crash-points    crash at every await of every money flow instead
  --planted         put bugs into copies of the sources instead, and find each of them
  --write           also write the result into docs/proof.md (of seeds: into docs/simulation.json too)
  --continue        go on where docs/simulation.json ends, up to --seeds in all, and write both together
  --again           run the seeds that docs/simulation.json calls violated once more, and write what comes of it
  --json FILE       also write the result there
  --help            print this

A failing seed prints what was violated, the last things that happened, and the command that replays it.
The exit code is 1 when anything was violated, or a planted bug was not found.`;

export type Options = {
  readonly what: "help" | "seeds" | "again" | "one-seed" | "crash-points" | "planted";
  readonly from: number;
  readonly count: number;
  readonly forMs: number | undefined;
  readonly threads: number;
  readonly json: string | undefined;
  readonly write: boolean;
  /** Whether the run goes on where the one that was written last ended. */
  readonly goesOn: boolean;
};

const whole = (text: string | undefined, name: string): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new Error(`--${name} needs a whole number, not ${text}`);
  return Number(text);
};

/** @throws Error for what is not an option, or not a number. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: "string" },
      from: { type: "string" },
      seed: { type: "string" },
      minutes: { type: "string" },
      threads: { type: "string" },
      json: { type: "string" },
      write: { type: "boolean" },
      continue: { type: "boolean" },
      again: { type: "boolean" },
      planted: { type: "boolean" },
      "crash-points": { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  const seed = whole(values.seed, "seed");
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
  if (minutes !== undefined && !(minutes > 0)) throw new Error("--minutes needs a number above 0");
  const seeds = whole(values.seeds, "seeds");
  const what = values.help
    ? "help"
    : values.planted
      ? "planted"
      : values["crash-points"]
        ? "crash-points"
        : values.again
          ? "again"
          : seed === undefined
            ? "seeds"
            : "one-seed";
  return {
    what,
    from: seed ?? whole(values.from, "from") ?? 1,
    count: seeds ?? (minutes === undefined ? 1000 : Number.MAX_SAFE_INTEGER),
    forMs: minutes === undefined ? undefined : minutes * 60_000,
    threads: Math.max(1, whole(values.threads, "threads") ?? availableParallelism()),
    json: values.json,
    write: values.write === true || values.continue === true,
    goesOn: values.continue === true,
  };
}
