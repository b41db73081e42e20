/** Applying an update to an item. Every right side is read from the item as it was before the update. */
import { validation } from "../../errors.ts";
import { own } from "../../json.ts";
import { type AttributeValue, emptyItem, type Item } from "../attribute-values.ts";
import { addNumbers, subtractNumbers } from "../numbers.ts";
import type { Update, UpdateOperand } from "./ast.ts";
import { follow, type Path } from "./paths.ts";

/** What to do at the end of a path: a new value, or `undefined` to remove what is there. */
type Change = { readonly path: Path; readonly value: AttributeValue | undefined };
/** A change with the part of its path that lies below where the walk has come. */
type Step = { readonly rest: Path; readonly value: AttributeValue | undefined };

/**
 * @param before the stored item, or one with the key attributes alone when there is none.
 * @throws ValidationException when a path leads nowhere or an operand has the wrong type.
 */
export function applyUpdate(update: Update, before: Item): Item {
  const changes: Change[] = [
    ...update.sets.map(({ path, value }) => ({ path, value: read(value, before) })),
    ...update.removes.map((path) => ({ path, value: undefined })),
    ...update.adds.map(({ path, value }) => ({ path, value: added(follow(before, path), value) })),
    ...update.deletes.flatMap(({ path, value }) => deletion(before, path, value)),
  ];
  return changeMap(
    before,
    changes.map(({ path, value }) => ({ rest: path, value })),
  );
}

function wrongType(): Error {
  return validation("An operand in the update expression has an incorrect data type");
}

function wrongPath(): Error {
  return validation("The document path provided in the update expression is invalid for update");
}

function read(operand: UpdateOperand, before: Item): AttributeValue {
  switch (operand.kind) {
    case "value":
      return operand.value;
    case "path": {
      const value = follow(before, operand.path);
      if (value !== undefined) return value;
      throw validation("The provided expression refers to an attribute that does not exist in the item");
    }
    case "if_not_exists":
      return follow(before, operand.path) ?? read(operand.otherwise, before);
    case "list_append": {
      const [left, right] = [read(operand.left, before), read(operand.right, before)];
      if (!("L" in left && "L" in right)) throw wrongType();
      return { L: [...left.L, ...right.L] };
    }
    case "+":
    case "-": {
      const [left, right] = [read(operand.left, before), read(operand.right, before)];
      if (!("N" in left && "N" in right)) throw wrongType();
      return { N: (operand.kind === "+" ? addNumbers : subtractNumbers)(left.N, right.N) };
    }
  }
}

function added(current: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (current === undefined) return value;
  if ("N" in current && "N" in value) return { N: addNumbers(current.N, value.N) };
  if ("SS" in current && "SS" in value) return { SS: union(current.SS, value.SS) };
  if ("NS" in current && "NS" in value) return { NS: union(current.NS, value.NS) };
  if ("BS" in current && "BS" in value) return { BS: union(current.BS, value.BS) };
  throw wrongType();
}

function union(left: readonly string[], right: readonly string[]): readonly string[] {
  return [...new Set([...left, ...right])];
}

/** A set from which all is taken disappears; taking from nothing does nothing. */
function deletion(before: Item, path: Path, value: AttributeValue): readonly Change[] {
  const current = follow(before, path);
  if (current === undefined) return [];
  return [{ path, value: without(current, value) }];
}

function without(current: AttributeValue, value: AttributeValue): AttributeValue | undefined {
  const left = (members: readonly string[], gone: readonly string[]) => {
    const rest = members.filter((member) => !gone.includes(member));
    return rest.length === 0 ? undefined : rest;
  };
  if ("SS" in current && "SS" in value) {
    const SS = left(current.SS, value.SS);
    return SS && { SS };
  }
  if ("NS" in current && "NS" in value) {
    const NS = left(current.NS, value.NS);
    return NS && { NS };
  }
  if ("BS" in current && "BS" in value) {
    const BS = left(current.BS, value.BS);
    return BS && { BS };
  }
  throw wrongType();
}

function changeMap(map: Item, steps: readonly Step[]): Item {
  const next = Object.assign(emptyItem(), map);
  for (const [head, inner] of groupByHead(steps)) {
    if (typeof head !== "string") throw wrongPath();
    const value = changeMember(own(map, head), inner);
    if (value === undefined) delete next[head];
    else next[head] = value;
  }
  return next;
}

/** The new value of one member: the value given for it, or the member with what lies below it changed. */
function changeMember(
  current: AttributeValue | undefined,
  steps: readonly Step[],
): AttributeValue | undefined {
  const here = steps.find(({ rest }) => rest.length === 0);
  if (here !== undefined) return here.value;
  if (current === undefined) throw wrongPath();
  if ("M" in current) return { M: changeMap(current.M, steps) };
  if ("L" in current) return { L: changeList(current.L, steps) };
  throw wrongPath();
}

/** Indexes mean the list as it was: sets beyond its end are appended in their order, removals close up last. */
function changeList(list: readonly AttributeValue[], steps: readonly Step[]): readonly AttributeValue[] {
  const next: (AttributeValue | undefined)[] = [...list];
  const byIndex = [...groupByHead(steps)].map(([head, inner]) => {
    if (typeof head !== "number") throw wrongPath();
    return { head, inner };
  });
  for (const { head, inner } of byIndex.sort((a, b) => a.head - b.head)) {
    const value = changeMember(list[head], inner);
    if (head < list.length) next[head] = value;
    else if (value !== undefined) next.push(value);
  }
  return next.filter((member) => member !== undefined);
}

function groupByHead(steps: readonly Step[]): ReadonlyMap<string | number, readonly Step[]> {
  const groups = new Map<string | number, Step[]>();
  for (const { rest, value } of steps) {
    const [head, ...below] = rest;
    if (head === undefined) continue;
    const group = groups.get(head);
    if (group === undefined) groups.set(head, [{ rest: below, value }]);
    else group.push({ rest: below, value });
  }
  return groups;
}
