/**
 * Who decides what goes wrong. Each time a function is about to wait for anything outside itself, the chaos of the run
 * is asked what becomes of that wait.
 */
import type { Dice } from "./dice.ts";

/** Where a wait leads. */
export type PortKind = "table" | "queue" | "provider" | "login" | "push" | "mail" | "timer";

export type PortCall = {
  /** The function's name. */
  readonly fn: string;
  readonly port: PortKind;
  /** As in `TransactWriteItems`. */
  readonly operation: string;
  readonly isWrite: boolean;
};

/**
 * What goes wrong with a call. `throttle`, `internal`, `conflict`, `no-answer`: nothing was done. `lost-reply`: it was
 * done, and nobody hears of it. `twice`: the client's library asked again after a lost reply. `partly`: of a batch
 * only a part was taken.
 */
export type CallFault =
  | "throttle"
  | "internal"
  | "conflict"
  | "no-answer"
  | "lost-reply"
  | "twice"
  | "partly";

export type Verdict = {
  /** Milliseconds until it takes effect, and from there until the reply is heard. */
  readonly before: number;
  readonly after: number;
  readonly fault?: CallFault;
  /** The function's environment is gone before it took effect, or before the reply was heard. */
  readonly crash?: "before" | "after";
};

/** Everything else that may go wrong, by the name it is counted under. */
export const mishaps = [
  "throttle",
  "internal",
  "conflict",
  "no-answer",
  "lost-reply",
  "twice",
  "partly",
  "crash",
  "freeze",
  "slow",
  "repeat-message",
  "repeat-batch",
  "late-batch",
  "redeploy",
  "provider-down",
  "provider-error",
  "provider-mute",
  "repeat-webhook",
  "late-webhook",
  "client-gave-up",
  "client-doubles",
  "poison-record",
  "poison-message",
  "clock-skew",
  "late-sweep",
] as const;
export type Mishap = (typeof mishaps)[number];

export type MishapCounts = Partial<Record<Mishap, number>>;

export type Chaos = {
  readonly decide: (call: PortCall) => Verdict;
  /** Whether a mishap happens now; counted when it does. */
  readonly strikes: (mishap: Mishap) => boolean;
  readonly counts: () => MishapCounts;
  /** From here on nothing new goes wrong. */
  readonly end: () => void;
};

/** How likely each is in a run that has it at full strength. */
const strength: Readonly<Record<Mishap, number>> = {
  throttle: 0.06,
  internal: 0.04,
  conflict: 0.08,
  "no-answer": 0.05,
  "lost-reply": 0.08,
  twice: 0.08,
  partly: 0.15,
  crash: 0.04,
  freeze: 0.02,
  slow: 0.06,
  "repeat-message": 0.2,
  "repeat-batch": 0.2,
  "late-batch": 0.2,
  redeploy: 0.25,
  "provider-down": 0.3,
  "provider-error": 0.2,
  "provider-mute": 0.25,
  "repeat-webhook": 0.3,
  "late-webhook": 0.3,
  "client-gave-up": 0.06,
  "client-doubles": 0.2,
  "poison-record": 0.02,
  "poison-message": 0.02,
  "clock-skew": 0.7,
  "late-sweep": 0.3,
};

const faultsOf: Readonly<Record<PortKind, readonly CallFault[]>> = {
  table: ["throttle", "internal", "no-answer"],
  queue: ["throttle", "internal", "no-answer", "lost-reply", "twice", "partly"],
  provider: ["no-answer", "lost-reply"],
  login: ["no-answer", "lost-reply", "internal"],
  push: ["no-answer", "lost-reply", "internal"],
  mail: ["no-answer", "lost-reply", "internal"],
  timer: [],
};
const writeFaults: readonly CallFault[] = ["conflict", "lost-reply", "twice"];

/**
 * Chaos drawn from dice. Each run has its own mixture: some mishaps are left out, so that the others come together
 * more often, and the strength of the whole differs from run to run.
 */
export function swarmChaos(dice: Dice): Chaos {
  const calm = dice.chance(0.08);
  const overall = calm ? 0 : 0.2 + 0.8 * dice.fraction();
  const chosen = new Map<Mishap, number>();
  for (const mishap of mishaps) {
    chosen.set(mishap, dice.chance(0.55) ? strength[mishap] * overall * (0.3 + 0.7 * dice.fraction()) : 0);
  }
  const counts: MishapCounts = {};
  let over = false;

  const count = (mishap: Mishap): void => {
    counts[mishap] = (counts[mishap] ?? 0) + 1;
  };
  const strikes = (mishap: Mishap): boolean => {
    if (over || !dice.chance(chosen.get(mishap) ?? 0)) return false;
    count(mishap);
    return true;
  };
  const latency = (): number => {
    if (strikes("freeze")) return dice.between(4_000, 400_000);
    if (strikes("slow")) return dice.between(100, 4_000);
    return dice.between(1, 12);
  };
  const faultFor = ({ port, isWrite }: PortCall): CallFault | undefined => {
    for (const fault of faultsOf[port]) if (strikes(fault)) return fault;
    if (port === "table" && isWrite) for (const fault of writeFaults) if (strikes(fault)) return fault;
    return undefined;
  };
  return {
    strikes,
    counts: () => counts,
    end: () => {
      over = true;
    },
    decide(call) {
      const before = latency();
      if (call.port === "timer")
        return strikes("crash") ? { before, after: 0, crash: "before" } : { before, after: 0 };
      const after = dice.chance(0.5) ? 0 : latency();
      if (strikes("crash")) return { before, after, crash: dice.chance(0.5) ? "before" : "after" };
      const fault = faultFor(call);
      return fault === undefined ? { before, after } : { before, after, fault };
    },
  };
}
