/** Randomness from a seed: every choice of a simulated run is drawn from here, so a seed replays exactly. */
import type { Random } from "../../../shared/platform/random.ts";

export type Dice = Random & {
  /** An integer in [from, to]. */
  readonly between: (from: number, to: number) => number;
  readonly chance: (probability: number) => boolean;
  /** One of a list that is not empty. */
  readonly pick: <T>(list: readonly T[]) => T;
  /** One of a list that is not empty, each as likely as its weight. */
  readonly weighted: <T>(list: readonly T[], weightOf: (value: T) => number) => T;
  readonly shuffled: <T>(list: readonly T[]) => T[];
  /** Other dice that follow from these and a name, so that two users of randomness do not disturb each other. */
  readonly fork: (name: string) => Dice;
};

/** 32 bits of a text, well mixed (FNV-1a with a final avalanche). */
export function hash32(text: string, basis = 0x811c9dc5): number {
  let hash = basis;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** @param seed any whole number. The generator is sfc32, from PractRand. */
export function createDice(seed: number | string): Dice {
  const name = String(seed);
  let a = hash32(name);
  let b = hash32(name, a);
  let c = hash32(name, b);
  let counter = 1;
  const fraction = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let round = 0; round < 12; round += 1) fraction();

  const at = <T>(list: readonly T[], index: number): T => {
    const value = list[index];
    if (value === undefined) throw new Error("nothing to choose from");
    return value;
  };
  const below = (count: number): number => Math.floor(fraction() * count);
  return {
    fraction,
    bytes: (count) => Uint8Array.from({ length: count }, () => below(256)),
    between: (from, to) => from + below(to - from + 1),
    chance: (probability) => fraction() < probability,
    pick: (list) => at(list, below(list.length)),
    weighted(list, weightOf) {
      const total = list.reduce((sum, value) => sum + weightOf(value), 0);
      let rest = fraction() * total;
      for (const value of list) {
        rest -= weightOf(value);
        if (rest < 0) return value;
      }
      return at(list, list.length - 1);
    },
    shuffled(list) {
      const result = [...list];
      for (let last = result.length - 1; last > 0; last -= 1) {
        const other = below(last + 1);
        [result[last], result[other]] = [at(result, other), at(result, last)];
      }
      return result;
    },
    fork: (fork) => createDice(`${name}/${fork}`),
  };
}
