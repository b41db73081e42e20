/** Bugs put into a copy of the product on purpose: what the simulation must find, to be worth anything. */

export type Edit = {
  readonly file: string;
  /** Must be in the file exactly once, so that a stale one is noticed. */
  readonly find: string;
  readonly replace: string;
};

export type PlantedBug = {
  readonly name: string;
  /** What it means, in a sentence. */
  readonly what: string;
  readonly edits: readonly Edit[];
};

/** A bug of one edit. */
export const bug = (name: string, what: string, file: string, find: string, replace: string): PlantedBug => ({
  name,
  what,
  edits: [{ file, find, replace }],
});

/** @throws Error when an edit does not fit exactly once. */
export function withEdit(text: string, { file, find, replace }: Edit): string {
  const parts = text.split(find);
  if (parts.length !== 2)
    throw new Error(`${file}: the text to replace is there ${parts.length - 1} times: ${find}`);
  return parts.join(replace);
}
