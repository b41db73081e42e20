/** What the parts of the simulator share: state, time, ids, events and later work. */
import type { EventRecord, Job } from "./schema.ts";
import type { SimulatorState } from "./state.ts";

/** Who caused an event: shown in it as `request`. */
export interface RequestInfo {
  readonly id: string | null;
  readonly idempotencyKey: string | null;
}

/** The inside of the simulator, as its endpoints see it. */
export interface Context {
  readonly state: SimulatorState;
  /** What the account had in every currency before its first payment, in Stripe's units. */
  readonly openingBalance: number;
  nowMs(): number;
  /** Whole seconds, as in every `created`. */
  nowSeconds(): number;
  /** The random source: numbers in [0, 1). */
  random(): number;
  /** A new id with that prefix. Never repeats, even when the random source does. */
  newId(prefix: string): string;
  /** Base address of the simulator's own pages. */
  pageUrl(path: string): string;
  /** Records an event about `object` as it is now, and has it delivered. */
  emit(type: string, object: { readonly id: string }, request: RequestInfo): EventRecord;
  /** Has a job run at its time, also after a restart. */
  later(job: Job): void;
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** `length` characters from a random source that gives numbers in [0, 1). */
export function randomText(random: () => number, length: number): string {
  return Array.from({ length }, () => ALPHABET[Math.floor(random() * ALPHABET.length)] ?? "0").join("");
}

/** Makes ids such as `pi_3…`: random, with a saved counter in them so that none comes twice. */
export function createIdSource(state: SimulatorState, random: () => number): (prefix: string) => string {
  return (prefix) => {
    state.sequence += 1;
    return `${prefix}_3${state.sequence.toString(36).padStart(6, "0")}${randomText(random, 17)}`;
  };
}
