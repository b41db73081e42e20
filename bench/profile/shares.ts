/** Whose code the time of a CPU profile was spent in. */
import type { Profiler, Runtime } from "node:inspector";

export type Share = { readonly part: string; readonly fraction: number };

export const ENGINE = "the embedded engine, in memory";
const REST = "collecting garbage and the rest";
/** What is not the transfers': waiting, and the profiler itself. */
const isOutside = ({ functionName, url }: Runtime.CallFrame): boolean =>
  functionName === "(idle)" || url === "node:inspector";

/** The innermost file on the stack that belongs to a part decides; what Node does for it counts as its own. */
const parts: readonly (readonly [string, RegExp])[] = [
  [ENGINE, /\/local\/engine\//],
  ["token verification (aws-jwt-verify)", /\/aws-jwt-verify\//],
  ["items to and from wire form (lib-dynamodb)", /\/@aws-sdk\/(lib|util)-dynamodb/],
  ["AWS SDK: middleware, signing, protocol", /\/(@aws-sdk|@smithy)\//],
  ["parsing by schema (zod)", /\/node_modules\/zod\//],
  ["log lines and metrics (Powertools)", /\/@aws-lambda-powertools\//],
  ["middleware (middy)", /\/@middy\//],
  ["Kith's own code", /\/(shared|functions)\//],
];

/** Fractions of the time, the largest first. Whatever happens below the engine is the engine's. */
export function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): readonly Share[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const partOf = (id: number): string => {
    let found: string | undefined;
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const url = byId.get(at)?.callFrame.url ?? "";
      const [part] = parts.find(([, pattern]) => pattern.test(url)) ?? [];
      if (part === ENGINE) return ENGINE;
      found ??= part;
    }
    return found ?? REST;
  };
  const cached = new Map<number, string>();
  const spent = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const node = byId.get(id);
    if (node === undefined || isOutside(node.callFrame)) continue;
    const part = cached.get(id) ?? partOf(id);
    cached.set(id, part);
    spent.set(part, (spent.get(part) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const total = [...spent.values()].reduce((sum, value) => sum + value, 0);
  return [...spent]
    .map(([part, value]) => ({ part, fraction: total === 0 ? 0 : value / total }))
    .sort((a, b) => b.fraction - a.fraction);
}
