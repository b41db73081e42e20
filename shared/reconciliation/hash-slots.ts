/** Numbered slots found by the 64-bit hash of a text: some 16 bytes each, whatever the text. */
import { hash } from "node:crypto";

export type HashSlots = {
  /** A new slot for the text, beside those it has already. */
  readonly add: (text: string) => number;
  /** The slots of a text, newest first. */
  readonly of: (text: string) => Iterable<number>;
  readonly has: (text: string) => boolean;
  readonly size: () => number;
};

const FIRST_CAPACITY = 1024;
const END = -1;

/** A typed array of twice the length with the same beginning. */
const grown = (array: Uint32Array | Int32Array, capacity: number) => {
  const larger = array instanceof Int32Array ? new Int32Array(capacity) : new Uint32Array(capacity);
  larger.set(array);
  return larger;
};

export function createHashSlots(): HashSlots {
  let capacity = FIRST_CAPACITY;
  let count = 0;
  let low: Uint32Array | Int32Array = new Uint32Array(capacity);
  let high: Uint32Array | Int32Array = new Uint32Array(capacity);
  let next: Uint32Array | Int32Array = new Int32Array(capacity);
  let buckets = new Int32Array(capacity).fill(END);

  const hashOf = (text: string): readonly [number, number] => {
    const digest = hash("sha256", text, "buffer");
    return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
  };

  const link = (slot: number): void => {
    const bucket = (low[slot] ?? 0) & (capacity - 1);
    next[slot] = buckets[bucket] ?? END;
    buckets[bucket] = slot;
  };

  const grow = (): void => {
    capacity *= 2;
    low = grown(low, capacity);
    high = grown(high, capacity);
    next = grown(next, capacity);
    buckets = new Int32Array(capacity).fill(END);
    for (let slot = 0; slot < count; slot += 1) link(slot);
  };

  function* of(text: string): Generator<number> {
    const [wantedLow, wantedHigh] = hashOf(text);
    for (let slot = buckets[wantedLow & (capacity - 1)] ?? END; slot !== END; slot = next[slot] ?? END) {
      if (low[slot] === wantedLow && high[slot] === wantedHigh) yield slot;
    }
  }

  return {
    add(text) {
      if (count === capacity) grow();
      const slot = count;
      count += 1;
      [low[slot], high[slot]] = hashOf(text);
      link(slot);
      return slot;
    },
    of,
    has: (text) => of(text).next().done !== true,
    size: () => count,
  };
}
