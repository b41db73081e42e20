/** A copy of the table in memory, kept up by its changes: what the invariants compare replies and rules with. */
import type { Item } from "../../../shared/table/table.ts";
import type { Change } from "../cloud/changes.ts";

export type Mirror = {
  readonly apply: (changes: readonly Change[], at: number) => void;
  readonly get: (pk: string, sk: string) => Item | undefined;
  /** Items whose partition begins with a prefix, in no particular order. */
  readonly under: (prefix: string) => Iterable<Item>;
  /** The last item of a partition in the order of sort keys. */
  readonly newest: (pk: string) => Item | undefined;
  /** When an item changed last; 0 for one that never was. */
  readonly changedAt: (pk: string, sk: string) => number;
};

export function createMirror(): Mirror {
  const partitions = new Map<string, Map<string, Item>>();
  const changed = new Map<string, number>();
  const name = (pk: string, sk: string): string => `${pk}\n${sk}`;

  return {
    apply(changes, at) {
      for (const { pk, sk, after } of changes) {
        const partition = partitions.get(pk) ?? new Map<string, Item>();
        partitions.set(pk, partition);
        if (after === undefined) partition.delete(sk);
        else partition.set(sk, after);
        changed.set(name(pk, sk), at);
      }
    },
    get: (pk, sk) => partitions.get(pk)?.get(sk),
    *under(prefix) {
      for (const [pk, items] of partitions) if (pk.startsWith(prefix)) yield* items.values();
    },
    newest(pk) {
      let last: string | undefined;
      const items = partitions.get(pk);
      for (const sk of items?.keys() ?? []) if (last === undefined || sk > last) last = sk;
      return last === undefined ? undefined : items?.get(last);
    },
    changedAt: (pk, sk) => changed.get(name(pk, sk)) ?? 0,
  };
}

/** Reading members of items without knowing them. */
export const textOf = (item: Item | undefined, member: string): string => {
  const value = item?.[member];
  return typeof value === "string" ? value : "";
};
export const numberOf = (item: Item | undefined, member: string): number => {
  const value = item?.[member];
  return typeof value === "number" ? value : 0;
};
export const partOf = (item: Item | undefined, member: string): Item => {
  const value = item?.[member];
  return typeof value === "object" && value !== null ? (value as Item) : {};
};
