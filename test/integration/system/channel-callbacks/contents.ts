/** Contents of callbacks, changed before they are signed: JSON or a form, whichever the provider writes. */

type Value = string | number | boolean;

const isForm = (content: string): boolean => !content.trimStart().startsWith("{");

/**
 * The content with every member of these names, at any depth, set to something else. A form gets the fields that it
 * does not have. @throws Error when nothing of a JSON content has such a name: the case would test nothing.
 */
export function withMembers(content: string, values: Readonly<Record<string, Value>>): string {
  if (isForm(content)) {
    const form = new URLSearchParams(content);
    for (const [name, value] of Object.entries(values)) form.set(name, String(value));
    return form.toString();
  }
  let found = 0;
  const changed = JSON.stringify(JSON.parse(content), (name, member: unknown) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined || typeof member === "object") return member;
    found += 1;
    return value;
  });
  if (found === 0) throw new Error(`No member of ${content} is one of ${Object.keys(values).join(", ")}`);
  return changed;
}

/** What the first member of this name says, at any depth; `undefined` when there is none. */
export function memberOf(content: string, wanted: string): string | undefined {
  if (isForm(content)) return new URLSearchParams(content).get(wanted) ?? undefined;
  const found: string[] = [];
  JSON.parse(content, (name, member: unknown) => {
    if (name === wanted && typeof member === "string") found.push(member);
    return member;
  });
  return found[0];
}

/** The content with names replaced wherever they are. @throws Error when one of them is nowhere. */
export function renamed(content: string, names: ReadonlyMap<string, string>): string {
  return [...names].reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`${from} is not in ${text}`);
    return text.replaceAll(from, to);
  }, content);
}

let made = 0;

/** A name of the same form that nobody else has: its last eight characters are digits. */
export function anotherLike(name: string): string {
  made += 1;
  const digits = String(70_000_000 + made);
  return `${name.slice(0, -digits.length)}${digits}`;
}
