/**
 * Cuts a member out of a JSON object as the exact text that was sent. Paytm signs the text of `body`, so parsing and
 * printing it again would lose what was signed: spaces, the order of members, `1.10`.
 */

const isBlank = (character: string | undefined) =>
  character === " " || character === "\n" || character === "\r" || character === "\t";

/** The index after the string that opens at `start`. */
function afterString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

/** The index after the value that begins at `start`: the next comma or bracket outside of it. */
function afterValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      at = afterString(text, at);
      continue;
    }
    if (depth === 0 && (character === "," || character === "}")) return at;
    if (character === "{" || character === "[") depth += 1;
    if (character === "}" || character === "]") depth -= 1;
    at += 1;
  }
  return at;
}

/**
 * The members of a JSON object with the texts of their values; `undefined` for anything that is no object, and for one
 * that names a member twice, as readers differ about which of the two counts.
 */
export function memberTexts(text: string): ReadonlyMap<string, string> | undefined {
  try {
    const whole: unknown = JSON.parse(text);
    if (typeof whole !== "object" || whole === null || Array.isArray(whole)) return undefined;
  } catch {
    return undefined;
  }
  // From here on the text is known to be well formed.
  const members = new Map<string, string>();
  let at = text.indexOf("{") + 1;
  while (at < text.length) {
    while (isBlank(text[at]) || text[at] === ",") at += 1;
    if (text[at] !== '"') break;
    const afterName = afterString(text, at);
    const name: unknown = JSON.parse(text.slice(at, afterName));
    const valueStart = text.indexOf(":", afterName) + 1;
    const end = afterValue(text, valueStart);
    if (typeof name !== "string" || members.has(name)) return undefined;
    members.set(name, text.slice(valueStart, end).trim());
    at = end;
  }
  return members;
}
