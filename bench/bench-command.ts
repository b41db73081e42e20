/** What the benches that write a section of `docs/performance.md` have in common on the command line. */
import { parseArgs } from "node:util";
import { failWith } from "./command.ts";
import { writePerformanceSection } from "./section.ts";

/** Options of one bench beside `--json`, `--write` and `--help`: whole numbers and lists of them, with their defaults. */
export type BenchOptions = {
  readonly numbers: Readonly<Record<string, number>>;
  readonly lists?: Readonly<Record<string, readonly number[]>>;
};

export type BenchValues = {
  readonly number: (name: string) => number;
  readonly list: (name: string) => readonly number[];
};

export type Bench<R> = {
  /** Its npm script, and its section of the document. */
  readonly name: string;
  readonly usage: string;
  readonly options: BenchOptions;
  readonly measure: (values: BenchValues) => Promise<R>;
  readonly text: (report: R) => string;
  readonly json: (report: R) => string;
  readonly markdown: (report: R) => string;
  /** Writes what stands beside the section, such as a chart. */
  readonly writeMore?: (report: R) => void;
};

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${name} takes a whole number from 1 on, not ${text}`);
  return value;
}

/** What the options came to. @throws Error for one that there is not, or a value that is no whole number. */
export function readOptions(
  { numbers, lists = {} }: BenchOptions,
  args: readonly string[],
): BenchValues & { readonly has: (flag: string) => boolean } {
  const { values }: { readonly values: Readonly<Record<string, unknown>> } = parseArgs({
    args: [...args],
    options: Object.fromEntries([
      ...["json", "write", "help"].map((flag) => [flag, { type: "boolean" as const }]),
      ...[...Object.keys(numbers), ...Object.keys(lists)].map((name) => [name, { type: "string" as const }]),
    ]),
  });
  const given = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  return {
    has: (flag) => values[flag] === true,
    number: (name) => {
      const text = given(name);
      return text === undefined ? (numbers[name] ?? 0) : wholeNumber(name, text);
    },
    list: (name) => {
      const text = given(name);
      return text === undefined
        ? (lists[name] ?? [])
        : text.split(",").map((part) => wholeNumber(name, part));
    },
  };
}

async function run<R>(bench: Bench<R>): Promise<void> {
  const values = readOptions(bench.options, process.argv.slice(2));
  if (values.has("help")) {
    console.log(bench.usage);
    return;
  }
  const report = await bench.measure(values);
  console.log(values.has("json") ? bench.json(report) : bench.text(report));
  if (!values.has("write")) return;
  bench.writeMore?.(report);
  writePerformanceSection(bench.name, bench.markdown(report));
}

/** Runs a bench with the arguments of this process. A failure is told on standard error; exit code 1. */
export const runBench = <R>(bench: Bench<R>): Promise<void> => run(bench).catch(failWith(bench.usage));
