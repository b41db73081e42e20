/** Stripe's form encoding: `metadata[order]=7`, `expand[]=charge`, `items[0][price]=p`. */

/** A decoded form. Lists are objects with their positions as names. */
export interface FormObject {
  [name: string]: FormValue;
}
export type FormValue = string | FormObject;

const MAX_DEPTH = 8;

/** The names in `a[b][]`: `a`, `b`, and an empty one that asks for the next free position. */
function pathOf(key: string): string[] | undefined {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(key);
  if (!match) return undefined;
  const inner = [...(match[2] ?? "").matchAll(/\[([^[\]]*)\]/g)].map(([, name]) => name ?? "");
  const path = [match[1] ?? "", ...inner];
  return path.length <= MAX_DEPTH ? path : undefined;
}

function insert(target: FormObject, path: readonly string[], value: string): void {
  const [head = "", ...rest] = path;
  const name = head === "" ? String(Object.keys(target).length) : head;
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const existing = target[name];
  const next: FormObject = typeof existing === "object" ? existing : Object.create(null);
  target[name] = next;
  insert(next, rest, value);
}

/** Decodes a form or a query. Keys that are not well formed are kept as they are, to be refused as unknown. */
export function parseForm(encoded: string): FormObject {
  const form: FormObject = Object.create(null);
  for (const [key, value] of new URLSearchParams(encoded)) insert(form, pathOf(key) ?? [key], value);
  return form;
}
