/** Finding members that a JSON text names twice: one reader takes the first, another the last. @see RFC 8259 section 4 */

/** Strings and the signs that make objects and arrays; everything else cannot be a member's name. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/**
 * Whether an object in the text has two members of one name, however the name is escaped.
 * @param text JSON that has been parsed without error
 */
export function hasDuplicateMember(text: string): boolean {
  /** The names seen in each object that is open; an array has none. */
  const open: (Set<string> | undefined)[] = [];
  let previous = "";
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const name: string = JSON.parse(previous);
      const names = open.at(-1);
      if (names?.has(name)) return true;
      names?.add(name);
    }
    previous = token;
  }
  return false;
}
