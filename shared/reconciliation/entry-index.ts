/**
 * The entries of a channel's clearing accounts of one day, compactly: what each is about as a hash, its amount, its
 * place in its chain, and whether a line of the statement was found for it. About 40 bytes an entry.
 */
import { type Currency, currencyCodes } from "../money/currencies.ts";
import { createHashSlots } from "./hash-slots.ts";
import { type Subject, subjectText } from "./subject.ts";

/** Which chain of those that were read, and the place in it. */
export type Place = { readonly chain: number; readonly sequence: number };

export type EntryIndex = {
  readonly add: (
    subject: Subject,
    entry: Place & { readonly value: number; readonly currency: Currency },
  ) => void;
  /**
   * Takes the entry that a line is for: one of the same amount if there is, else one of another.
   * `taken`: there are entries of this subject, and each has its line already.
   */
  readonly take: (
    subject: Subject,
    amount: { readonly value: number; readonly currency: string },
  ) =>
    | { readonly taken: "equal" }
    | { readonly taken: "other"; readonly value: number; readonly currency: Currency }
    | { readonly taken: "none-left" | "unknown" };
  /** Whether the subject's entries all have their line; `undefined` when it has none. */
  readonly isStated: (subject: Subject) => boolean | undefined;
  /** Places of entries without a line, in the order of reading. */
  readonly unstated: () => Iterable<Place>;
  readonly size: () => number;
};

export function createEntryIndex(): EntryIndex {
  const slots = createHashSlots();
  let values = new Float64Array(1024);
  let sequences = new Uint32Array(1024);
  let chains = new Uint16Array(1024);
  /** The currency, with the mark of a found line in the highest bit. */
  let tags = new Uint8Array(1024);
  const STATED = 0x80;

  const currencyAt = (slot: number): Currency => currencyCodes[(tags[slot] ?? 0) & ~STATED] ?? missing(slot);
  const isStated = (slot: number): boolean => ((tags[slot] ?? 0) & STATED) !== 0;
  const state = (slot: number): void => {
    tags[slot] = (tags[slot] ?? 0) | STATED;
  };

  const makeRoomFor = (slot: number): void => {
    if (slot < values.length) return;
    const before = { values, sequences, chains, tags };
    const capacity = 2 * values.length;
    values = new Float64Array(capacity);
    sequences = new Uint32Array(capacity);
    chains = new Uint16Array(capacity);
    tags = new Uint8Array(capacity);
    values.set(before.values);
    sequences.set(before.sequences);
    chains.set(before.chains);
    tags.set(before.tags);
  };

  return {
    add(subject, { value, currency, chain, sequence }) {
      const slot = slots.add(subjectText(subject));
      makeRoomFor(slot);
      values[slot] = value;
      sequences[slot] = sequence;
      chains[slot] = chain;
      tags[slot] = currencyCodes.indexOf(currency);
    },
    take(subject, { value, currency }) {
      const all = [...slots.of(subjectText(subject))];
      const free = all.filter((slot) => !isStated(slot));
      const equal = free.find((slot) => values[slot] === value && currencyAt(slot) === currency);
      const [other] = free;
      const chosen = equal ?? other;
      if (chosen === undefined) return { taken: all.length === 0 ? "unknown" : "none-left" };
      state(chosen);
      return equal === undefined
        ? { taken: "other", value: values[chosen] ?? 0, currency: currencyAt(chosen) }
        : { taken: "equal" };
    },
    isStated(subject) {
      const all = [...slots.of(subjectText(subject))];
      return all.length === 0 ? undefined : all.every(isStated);
    },
    *unstated() {
      for (let slot = 0; slot < slots.size(); slot += 1) {
        if (!isStated(slot)) yield { chain: chains[slot] ?? 0, sequence: sequences[slot] ?? 0 };
      }
    },
    size: slots.size,
  };
}

const missing = (slot: number): never => {
  throw new Error(`the entry ${slot} has no currency`);
};
