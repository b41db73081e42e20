/** The state of the whole world as comparable values, and what changed between two of them. */
import { isDeepStrictEqual } from "node:util";
import type { WholeWorld } from "../../builders/whole-world.ts";

export type Snapshot = {
  readonly items: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly outside: { readonly pushes: number; readonly emails: number; readonly channelObjects: number };
};

/** @param volatile attributes that are left out. */
export async function snapshotOf(w: WholeWorld, volatile: readonly string[] = []): Promise<Snapshot> {
  const items = [...(await w.items())].map(
    ([key, item]) =>
      [key, Object.fromEntries(Object.entries(item).filter(([name]) => !volatile.includes(name)))] as const,
  );
  const objects = [...w.outside.providers.simulators.values()].flatMap(({ control }) => control.objects());
  return { items: new Map(items), outside: { ...w.outside.sent, channelObjects: objects.length } };
}

/** `PAYMENT FACT`, `LEDGER -1234`: what an item is, without whose and when. */
function shapeOf(key: string, item: Readonly<Record<string, unknown>>): string {
  const [partition = "", sort = ""] = key.split(" ");
  const amount = item["amount"] as { readonly available?: number; readonly held?: number } | undefined;
  const detail =
    partition.startsWith("LEDGER#") && amount !== undefined
      ? `${amount.available}/${amount.held}`
      : (/^[A-Z]+/.exec(sort)?.[0] ?? "");
  return `${partition.split("#")[0]} ${detail}`;
}

/** How many items of each shape were added, changed and removed, and what went out. */
export function effectBetween(before: Snapshot, after: Snapshot): Readonly<Record<string, number>> {
  const effect: Record<string, number> = {};
  const count = (what: string, by = 1) => {
    effect[what] = (effect[what] ?? 0) + by;
  };
  for (const [key, item] of after.items) {
    const known = before.items.get(key);
    if (known === undefined) count(`added ${shapeOf(key, item)}`);
    else if (!isDeepStrictEqual(known, item)) count(`changed ${shapeOf(key, item)}`);
  }
  for (const [key, item] of before.items) if (!after.items.has(key)) count(`removed ${shapeOf(key, item)}`);
  for (const name of ["pushes", "emails", "channelObjects"] as const) {
    const more = after.outside[name] - before.outside[name];
    if (more !== 0) count(name, more);
  }
  return effect;
}
