/**
 * The envelope of an answer: `{"<method>_response":{…},"sign":"…","alipay_cert_sn":"…"}`. The signature covers the
 * inner object's text exactly as it was sent, so the text is cut out, not printed again.
 */

/** `isError`: the gateway's own `error_response`. `text`: the inner object, from its `{` to its `}`. */
export type Envelope = {
  readonly isError: boolean;
  readonly text: string;
  readonly node: Readonly<Record<string, unknown>>;
  readonly signature?: string;
  readonly certificateSerial?: string;
};

/** Behind the string that begins at `at`. */
function endOfString(text: string, at: number): number {
  let index = at + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === "\\" ? 2 : 1;
  return index + 1;
}

/** Behind the value that begins at `at`, in a text that is JSON. */
function endOfValue(text: string, at: number): number {
  if (text[at] === '"') return endOfString(text, at);
  let depth = 0;
  for (let index = at; index < text.length; ) {
    const character = text[index] ?? "";
    if (character === '"') {
      index = endOfString(text, index);
      continue;
    }
    if (depth === 0 && index > at && /[,}\]\s]/.test(character)) return index;
    if (character === "{" || character === "[") depth += 1;
    if (character === "}" || character === "]") depth -= 1;
    index += 1;
    if (depth === 0 && (character === "}" || character === "]")) return index;
  }
  return text.length;
}

const skipping = (text: string, at: number, characters: RegExp): number => {
  let index = at;
  while (index < text.length && characters.test(text[index] ?? "")) index += 1;
  return index;
};

/** The members of a JSON object as the text of their values; `undefined` when a name comes twice. */
function membersOf(text: string): ReadonlyMap<string, string> | undefined {
  const members = new Map<string, string>();
  let at = skipping(text, text.indexOf("{") + 1, /[\s,]/);
  while (text[at] === '"') {
    const nameEnd = endOfString(text, at);
    const name: unknown = JSON.parse(text.slice(at, nameEnd));
    const valueAt = skipping(text, nameEnd, /[\s:]/);
    const valueEnd = endOfValue(text, valueAt);
    if (typeof name !== "string" || members.has(name)) return undefined;
    members.set(name, text.slice(valueAt, valueEnd));
    at = skipping(text, valueEnd, /[\s,]/);
  }
  return members;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The name of a method's inner object. */
const nodeName = (method: string): string => `${method.replaceAll(".", "_")}_response`;

/** The envelope of an answer to `method`; `undefined` for a text that is none. */
export function readEnvelope(text: string, method: string): Envelope | undefined {
  if (!isObject(parsed(text))) return undefined;
  const members = membersOf(text);
  const name = nodeName(method);
  const isError = members?.has(name) !== true;
  const inner = members?.get(isError ? "error_response" : name);
  const node = parsed(inner);
  if (inner === undefined || !isObject(node)) return undefined;
  const signature = parsed(members?.get("sign"));
  const certificateSerial = parsed(members?.get("alipay_cert_sn"));
  return {
    isError,
    text: inner,
    node,
    ...(typeof signature === "string" && { signature }),
    ...(typeof certificateSerial === "string" && { certificateSerial }),
  };
}

/** A member as text; `undefined` when it is missing or empty. */
export function textAt(node: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = node[name];
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}
