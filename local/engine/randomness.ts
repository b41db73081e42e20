/** Every choice and identifier of the engine, drawn from one injectable source. */

export type Randomness = {
  /** At least 0 and below 1. */
  random(): number;
  /** Whether {@link order} shuffles. */
  readonly shuffles: boolean;
  /** A version 4 UUID. */
  uuid(): string;
  /**
   * The list in the order in which the engine hands it out: as it is, or shuffled when the engine was asked to
   * show that AWS promises no order there.
   */
  order<T>(list: readonly T[]): readonly T[];
};

export function buildRandomness(random: () => number, shuffle: boolean): Randomness {
  return {
    random,
    shuffles: shuffle,
    uuid: () => uuidFrom(random),
    order: (list) => (shuffle ? shuffled(list, random) : list),
  };
}

function uuidFrom(random: () => number): string {
  const bytes = Buffer.from(Array.from({ length: 16 }, () => Math.floor(random() * 256)));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function shuffled<T>(list: readonly T[], random: () => number): readonly T[] {
  return list
    .map((value) => ({ value, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}
