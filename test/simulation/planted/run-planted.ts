/** Puts each bug into a copy of the sources and runs seeds on it until it is found. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type PlantedBug, withEdit } from "./planted-bug.ts";

export type Found = {
  readonly bug: PlantedBug;
  /** Seeds it took, or that were run in vain. */
  readonly seeds: number;
  readonly seconds: number;
  /** The invariant that was violated; without it the bug was not found. */
  readonly invariant?: string;
  readonly detail?: string;
};

/** What a run needs of the sources; libraries are found further up. */
const COPIED = ["functions", "shared", "local", "test/simulation", "test/builders", "test/channels"];

const copyOf = (root: string, lane: number): string => join(root, ".build", "planted", String(lane));

function makeCopy(root: string, lane: number): string {
  const copy = copyOf(root, lane);
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const folder of COPIED) cpSync(join(root, folder), join(copy, folder), { recursive: true });
  return copy;
}

/** Plants the bug. @returns what takes it out again. @throws Error when an edit is stale. */
function plant(copy: string, { edits }: PlantedBug): () => void {
  const before = new Map<string, string>();
  for (const edit of edits) {
    const path = join(copy, edit.file);
    const text = readFileSync(path, "utf8");
    if (!before.has(path)) before.set(path, text);
    writeFileSync(path, withEdit(text, edit));
  }
  return () => {
    for (const [path, text] of before) writeFileSync(path, text);
  };
}

type Line = { readonly seeds: number; readonly invariant?: string; readonly detail?: string };

const firstFailure = (copy: string, seeds: number): Promise<Line> =>
  new Promise((resolve, reject) => {
    const script = join(copy, "test/simulation/runner/first-failure.ts");
    const child = spawn(process.execPath, [script, String(seeds)], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk) => {
      output += String(chunk);
    });
    child.stderr.on("data", (chunk) => {
      errors += String(chunk);
    });
    child.once("error", reject);
    child.once("close", () => {
      const line = output.trim().split("\n").at(-1) ?? "";
      if (line.startsWith("{")) resolve(JSON.parse(line));
      else reject(new Error(`a planted bug keeps the simulation from running:\n${errors.slice(0, 2000)}`));
    });
  });

/** @throws Error when a bug's edit is stale, before anything is run. */
export async function runPlanted(
  root: string,
  bugs: readonly PlantedBug[],
  {
    seeds,
    threads,
    onFound,
  }: { readonly seeds: number; readonly threads: number; readonly onFound?: (found: Found) => void },
): Promise<readonly Found[]> {
  const queue = [...bugs];
  const found: Found[] = [];
  const copies = Array.from({ length: threads }, (_, lane) => makeCopy(root, lane));
  for (const each of bugs) plant(copies[0] ?? "", each)();
  await Promise.all(
    copies.map(async (copy) => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const takeOut = plant(copy, next);
        const startedAt = performance.now();
        const line = await firstFailure(copy, seeds).finally(takeOut);
        const one = { bug: next, ...line, seconds: (performance.now() - startedAt) / 1000 };
        found.push(one);
        onFound?.(one);
      }
    }),
  );
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
  return found.toSorted((a, b) => bugs.indexOf(a.bug) - bugs.indexOf(b.bug));
}
