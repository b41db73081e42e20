/** What happened in a run: the last lines for people, and a digest of all of them that two equal runs share. */
import { hash32 } from "./dice.ts";

export type Trace = {
  readonly add: (at: number, who: string, what: string) => void;
  /** 16 hexadecimal digits over every line so far. */
  readonly digest: () => string;
  /** The last lines, oldest first. */
  readonly tail: () => readonly string[];
  readonly count: () => number;
};

const KEPT_LINES = 60;

const hex = (value: number): string => value.toString(16).padStart(8, "0");

export function createTrace(startedAt: number, onLine?: (line: string) => void): Trace {
  const kept: string[] = [];
  let lines = 0;
  let first = 1;
  let second = 2;
  return {
    add(at, who, what) {
      const line = `+${((at - startedAt) / 1000).toFixed(3)}s ${who}: ${what}`;
      first = hash32(line, first);
      second = hash32(line, second ^ 0x5bd1e995);
      kept[lines % KEPT_LINES] = line;
      lines += 1;
      onLine?.(line);
    },
    digest: () => hex(first) + hex(second),
    tail: () => [...kept.slice(lines % KEPT_LINES), ...kept.slice(0, lines % KEPT_LINES)],
    count: () => lines,
  };
}
