/**
 * A callback's form, decoded once. Signatures cover bytes, and the text's encoding is a field of the form itself, so
 * values stay bytes (one character each) until both are known.
 */

/** Names and values as strings of bytes, in the order they came. */
export type ByteForm = ReadonlyMap<string, string>;

const MOST_FIELDS = 100;

/** Bytes of a percent-encoded text; `undefined` where a `%` is not followed by two hex digits. */
function decoded(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  return text
    .replaceAll("+", " ")
    .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The fields of a body; `undefined` when it is no form or names a field twice. */
export function readForm(body: Uint8Array): ByteForm | undefined {
  const parts = Buffer.from(body).toString("latin1").split("&");
  if (parts.length > MOST_FIELDS) return undefined;
  const fields = new Map<string, string>();
  for (const part of parts) {
    const mark = part.indexOf("=");
    const name = decoded(part.slice(0, Math.max(mark, 0)));
    const value = decoded(part.slice(mark + 1));
    if (name === undefined || name === "" || value === undefined || fields.has(name)) return undefined;
    fields.set(name, value);
  }
  return fields;
}

const charsets: ReadonlySet<string> = new Set(["utf-8", "utf8", "gbk", "gb2312", "gb18030"]);

/** The fields as text, in the encoding that `charset` names; `undefined` for another one or for bytes that are no text. */
export function textOfForm(form: ByteForm): ReadonlyMap<string, string> | undefined {
  const charset = (form.get("charset") ?? "utf-8").toLowerCase();
  if (!charsets.has(charset)) return undefined;
  const decoder = new TextDecoder(charset, { fatal: true, ignoreBOM: true });
  try {
    return new Map([...form].map(([name, value]) => [name, decoder.decode(Buffer.from(value, "latin1"))]));
  } catch {
    return undefined;
  }
}
