/** The chaos of one thing going wrong: at the n-th await, and nowhere else. */
import type { Chaos, PortCall } from "../core/chaos.ts";

/**
 * `before`, `after`: the function is gone before the effect, or before it hears of it. `zombie`: it stops before the
 * effect and goes on a minute later, when whoever waited for it has tried again.
 */
export const crashModes = ["before", "after", "zombie"] as const;
export type CrashMode = (typeof crashModes)[number];

export type Crash = { readonly at: number; readonly mode: CrashMode };

export type PointChaos = Chaos & {
  /** From here on awaits are counted. */
  readonly arm: () => void;
  /** The awaits so far, as in `transfers table TransactWriteItems`. */
  readonly awaits: () => readonly string[];
};

const ZOMBIE_MS = 60_000;

export function pointChaos(crash: Crash | undefined): PointChaos {
  const awaits: string[] = [];
  let armed = false;
  const nameOf = ({ fn, port, operation }: PortCall): string => `${fn} ${port} ${operation}`;
  return {
    arm() {
      armed = true;
    },
    awaits: () => awaits,
    strikes: () => false,
    counts: () => ({}),
    end() {
      armed = false;
    },
    decide(call) {
      const calm = { before: 1, after: 1 };
      if (!armed) return calm;
      awaits.push(nameOf(call));
      if (crash?.at !== awaits.length) return calm;
      return crash.mode === "zombie" ? { ...calm, before: ZOMBIE_MS } : { ...calm, crash: crash.mode };
    },
  };
}
