/** Reading of request parameters, with Stripe's refusals. */
import { invalidParam } from "./errors.ts";
import type { FormObject, FormValue } from "./form.ts";

/** Typed access to the parameters of one request. */
export interface Params {
  readonly form: FormObject;
  text(name: string): string | undefined;
  requiredText(name: string): string;
  integer(name: string): number | undefined;
  requiredInteger(name: string): number;
  flag(name: string): boolean | undefined;
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined;
  object(name: string): FormObject | undefined;
  /** Values of a list such as `expand[]`. */
  list(name: string): string[];
  metadata(): Record<string, string>;
}

const MAX_METADATA_KEYS = 50;
const MAX_METADATA_NAME = 40;
const MAX_METADATA_VALUE = 500;

const missing = (name: string) => invalidParam(name, `Missing required param: ${name}.`, "parameter_missing");

function asText(name: string, value: FormValue | undefined): string | undefined {
  if (typeof value === "object") throw invalidParam(name, `Invalid string for ${name}.`);
  return value === "" ? undefined : value;
}

function asInteger(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(value))
    throw invalidParam(name, `Invalid integer: ${value}`, "parameter_invalid_integer");
  return Number(value);
}

function asFlag(name: string, value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (value !== "true" && value !== "false") throw invalidParam(name, `Invalid boolean: ${value}`);
  return value === "true";
}

function asMetadata(value: FormValue | undefined): Record<string, string> {
  if (value === undefined || value === "") return {};
  if (typeof value === "string") throw invalidParam("metadata", "Invalid object for metadata.");
  const entries = Object.entries(value).map(([name, inner]) => {
    const text = asText(`metadata[${name}]`, inner) ?? "";
    if (name.length > MAX_METADATA_NAME)
      throw invalidParam("metadata", `Metadata names have at most ${MAX_METADATA_NAME} characters.`);
    if (text.length > MAX_METADATA_VALUE)
      throw invalidParam(
        `metadata[${name}]`,
        `Metadata values have at most ${MAX_METADATA_VALUE} characters.`,
      );
    return [name, text] as const;
  });
  if (entries.length > MAX_METADATA_KEYS)
    throw invalidParam("metadata", `Metadata has at most ${MAX_METADATA_KEYS} keys.`);
  return Object.fromEntries(entries.filter(([, text]) => text !== ""));
}

/** Refuses names that the endpoint does not know, then gives typed access to the others. */
export function readParams(form: FormObject, allowed: readonly string[]): Params {
  const unknown = Object.keys(form).find((name) => !allowed.includes(name));
  if (unknown !== undefined)
    throw invalidParam(unknown, `Received unknown parameter: ${unknown}`, "parameter_unknown");
  const text = (name: string) => asText(name, form[name]);
  const integer = (name: string) => asInteger(name, text(name));
  const required = <T>(name: string, value: T | undefined): T => {
    if (value === undefined) throw missing(name);
    return value;
  };
  const object = (name: string): FormObject | undefined => {
    const value = form[name];
    if (typeof value === "string" && value !== "") throw invalidParam(name, `Invalid object for ${name}.`);
    return typeof value === "object" ? value : undefined;
  };
  return {
    form,
    text,
    integer,
    object,
    requiredText: (name) => required(name, text(name)),
    requiredInteger: (name) => required(name, integer(name)),
    flag: (name) => asFlag(name, text(name)),
    choice(name, choices) {
      const value = text(name);
      const known = choices.find((choice) => choice === value);
      if (value !== undefined && known === undefined)
        throw invalidParam(name, `Invalid ${name}: must be one of ${choices.join(", ")}`);
      return known;
    },
    list: (name) => Object.values(object(name) ?? {}).map((value) => asText(name, value) ?? ""),
    metadata: () => asMetadata(form["metadata"]),
  };
}
