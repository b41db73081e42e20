/** Stripe's form encoding: `metadata[payment_id]=…`, `expand[]=latest_charge`. */

export type FormValue = string | number | boolean | readonly string[] | FormParams | undefined;
export type FormParams = { readonly [name: string]: FormValue };

function* pairsOf(params: FormParams, prefix = ""): Generator<[string, string]> {
  for (const [name, value] of Object.entries(params)) {
    const key = prefix === "" ? name : `${prefix}[${name}]`;
    if (value === undefined || value === "") continue;
    if (isList(value)) for (const item of value) yield [`${key}[]`, item];
    else if (typeof value === "object") yield* pairsOf(value, key);
    else yield [key, String(value)];
  }
}

const isList = (value: FormValue): value is readonly string[] => Array.isArray(value);

/** A query or a form body. Members without a value are left out: an empty one would ask Stripe to unset something. */
export const encodeForm = (params: FormParams): string =>
  new URLSearchParams([...pairsOf(params)]).toString();
