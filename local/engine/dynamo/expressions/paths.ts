/** Document paths: `a.b[2].c` as names and list indexes, followed into items. */
import { own } from "../../json.ts";
import { type AttributeValue, emptyItem, type Item } from "../attribute-values.ts";
import { type ExpressionKind, invalid } from "./lexer.ts";

/** The first segment is always a name: that of an attribute. */
export type Path = readonly (string | number)[];

export function follow(item: Item, path: Path): AttributeValue | undefined {
  let at: AttributeValue | undefined = { M: item };
  for (const segment of path) {
    if (at === undefined) return undefined;
    if (typeof segment === "string") at = "M" in at ? own(at.M, segment) : undefined;
    else at = "L" in at ? at.L[segment] : undefined;
  }
  return at;
}

export function formatPath(path: Path): string {
  return `[${path.map((segment) => (typeof segment === "number" ? `[${segment}]` : segment)).join(", ")}]`;
}

export function samePath(left: Path, right: Path): boolean {
  return left.length === right.length && left.every((segment, at) => segment === right[at]);
}

/**
 * @throws ValidationException when one path lies within another, or two treat one place as both map and list.
 */
export function refuseOverlaps(paths: readonly Path[], kind: ExpressionKind): void {
  for (const [position, one] of paths.entries()) {
    for (const two of paths.slice(position + 1)) {
      const problem = clash(one, two);
      if (problem !== undefined) {
        throw invalid(
          kind,
          `Two document paths ${problem} with each other; must remove or rewrite one of these paths; path one: ${formatPath(one)}, path two: ${formatPath(two)}`,
        );
      }
    }
  }
}

function clash(one: Path, two: Path): "overlap" | "conflict" | undefined {
  const shared = Math.min(one.length, two.length);
  for (let at = 0; at < shared; at += 1) {
    if (one[at] === two[at]) continue;
    return typeof one[at] === typeof two[at] ? undefined : "conflict";
  }
  return "overlap";
}

/** Only the parts of an item that the paths name; the chosen members of a list close up in their order. */
export function project(item: Item, paths: readonly Path[]): Item {
  const chosen = emptyItem();
  for (const [name, inner] of groupByHead(paths)) {
    const value = typeof name === "string" ? own(item, name) : undefined;
    const part = value === undefined ? undefined : projectValue(value, inner);
    if (part !== undefined && typeof name === "string") chosen[name] = part;
  }
  return chosen;
}

function projectValue(value: AttributeValue, paths: readonly Path[]): AttributeValue | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  if ("M" in value) {
    const inner = project(value.M, paths);
    return Object.keys(inner).length === 0 ? undefined : { M: inner };
  }
  if (!("L" in value)) return undefined;
  const members = [...groupByHead(paths)]
    .flatMap(([head, inner]) => (typeof head === "number" ? [{ head, inner }] : []))
    .sort((a, b) => a.head - b.head)
    .flatMap(({ head, inner }) => {
      const member = value.L[head];
      const part = member === undefined ? undefined : projectValue(member, inner);
      return part === undefined ? [] : [part];
    });
  return members.length === 0 ? undefined : { L: members };
}

function groupByHead(paths: readonly Path[]): ReadonlyMap<string | number, readonly Path[]> {
  const groups = new Map<string | number, Path[]>();
  for (const [head, ...rest] of paths) {
    if (head === undefined) continue;
    const group = groups.get(head);
    if (group === undefined) groups.set(head, [rest]);
    else group.push(rest);
  }
  return groups;
}
