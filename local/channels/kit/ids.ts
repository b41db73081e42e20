/** Ids as providers print them, from the simulator's own randomness. */

export type IdSource = {
  /** `count` decimal digits, the first not 0. */
  readonly digits: (count: number) => string;
  /** `count` of `0-9a-f`. */
  readonly hex: (count: number) => string;
  /** `count` of `0-9A-Z`. */
  readonly alphanumeric: (count: number) => string;
};

const DIGITS = "0123456789";
const HEX = "0123456789abcdef";
const ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Ids over numbers in [0, 1). */
export function createIdSource(random: () => number): IdSource {
  const pick = (letters: string) => letters[Math.floor(random() * letters.length)] ?? "0";
  const text = (letters: string, count: number) =>
    Array.from({ length: count }, () => pick(letters)).join("");
  return {
    digits: (count) => `${pick(DIGITS.slice(1))}${text(DIGITS, count - 1)}`,
    hex: (count) => text(HEX, count),
    alphanumeric: (count) => text(ALPHANUMERIC, count),
  };
}
