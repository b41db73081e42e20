/** Flat forms: `application/x-www-form-urlencoded` bodies and queries. */

/** The fields of a form; the first value of a repeated name. A map, so that no name is special. */
export function parseForm(encoded: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(encoded)) if (!fields.has(name)) fields.set(name, value);
  return fields;
}

/** A form's text, in the order of the fields. */
export const encodeForm = (fields: Readonly<Record<string, string>>): string =>
  new URLSearchParams({ ...fields }).toString();

/** `content-type` of a form. */
export const FORM_TYPE = "application/x-www-form-urlencoded";
