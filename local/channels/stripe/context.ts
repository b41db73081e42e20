/** What the parts of the simulator share: state, time, ids, events and later work. */
import type { Reported } from "../kit/misreports.ts";
import type { StatementFault } from "../simulator.ts";
import type { SimulatorState } from "./state.ts";

/** Who caused an event: shown in it as `request`. */
export interface RequestInfo {
  readonly id: string | null;
  readonly idempotencyKey: string | null;
}

/** What Stripe finishes by itself later: a slow payment, named by its charge, or a slow refund. */
export interface LateEnd {
  readonly kind: "settle-payment" | "settle-refund";
  /** Id of the charge or the refund. */
  readonly objectId: string;
  readonly ending: "succeed" | "fail";
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
  /** Address of the payer's page of the intent with that client secret. */
  pageUrl(clientSecret: string): string;
  /** Records an event about `object` as it is now, and has it delivered. */
  emit(type: string, object: { readonly id: string }, request: RequestInfo): void;
  /** Whether a webhook about the event is still to be accepted. */
  isPending(eventId: string): boolean;
  /** Has something end `ms` from now, also after a restart. */
  endLater(ms: number, end: LateEnd): void;
  /** Takes an end out of the future, so that it comes now or otherwise. */
  takeEnd(objectId: string): LateEnd["ending"] | undefined;
  /** What the statement is to be wrong about. */
  statementFaults(): readonly StatementFault[];
  /** What answers say of a payment: the truth, unless a misreport of it was ordered. */
  reported(id: string, truth: Reported): Reported;
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** `length` characters from a random source that gives numbers in [0, 1). */
export function randomText(random: () => number, length: number): string {
  return Array.from({ length }, () => ALPHABET[Math.floor(random() * ALPHABET.length)] ?? "0").join("");
}

/** Makes ids such as `pi_3…`: random, with a counter in them so that none comes twice. */
export function createIdSource(sequence: () => number, random: () => number): (prefix: string) => string {
  return (prefix) => `${prefix}_3${sequence().toString(36).padStart(6, "0")}${randomText(random, 17)}`;
}
