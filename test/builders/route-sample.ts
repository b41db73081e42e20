/** A valid request for any route, made from its schemas, so that a new route brings its own sample to every test. */
import * as z from "zod";
import type { Route } from "../../shared/http/route.ts";
import { type IdKind, idPrefixes } from "../../shared/platform/ids.ts";

type JsonSchema = { readonly [member: string]: unknown };

/** A well-formed id that names nothing. */
export const sampleId = (kind: IdKind): string => `${idPrefixes[kind]}_01KAZ7Q6N0ABCDEFGHJKMNPQRS`;

/** Texts of which one fits each pattern in the contracts; add one when a new pattern fits none of them. */
const texts: readonly string[] = [
  ...(Object.keys(idPrefixes) as IdKind[]).map(sampleId),
  "a text",
  "stripe",
  "acct_1Kith",
  "ada_lovelace",
  "https://example.com/after-sign-in",
  "en-GB",
  "2026-11-22T12:00:00Z",
  "ABCDEFGHJK",
  "device-0001",
  "22:30",
  "482913",
  "QWxhbiBNYXRoaXNvbiBUdXJpbmcgMTkxMi0xOTU0XzE",
  "2026-11-20",
  "FR",
  "0.92",
];

/** Members whose rule JSON Schema cannot say, by name. */
const named: Readonly<Record<string, string>> = { timeZone: "Europe/Berlin", to: "06:00" };

/** Members that take the second of their words, as it must differ from another member: what a quote sells and buys. */
const secondWord: ReadonlySet<string> = new Set(["to"]);

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const member = (schema: JsonSchema, name: string): JsonSchema => {
  const value = schema[name];
  return isObject(value) ? value : {};
};

/** Text that is no choice among words. */
const isNamedText = (part: unknown): boolean =>
  isObject(part) && part["type"] === "string" && !("enum" in part);

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const formats: Readonly<Record<string, RegExp>> = {
  uri: /^https:\/\//,
  date: /^\d{4}-\d\d-\d\d$/,
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
};

function textFor({ pattern, format, minLength = 0, maxLength = 4096 }: JsonSchema): string {
  const found = texts.find(
    (text) =>
      text.length >= Number(minLength) &&
      text.length <= Number(maxLength) &&
      (typeof format !== "string" || (formats[format]?.test(text) ?? true)) &&
      (typeof pattern !== "string" || new RegExp(pattern, "u").test(text)),
  );
  if (found === undefined)
    throw new Error(`no sample text fits the pattern ${String(pattern)}: add one here`);
  return found;
}

const definitionOf = (part: unknown, definitions: JsonSchema): unknown => {
  const reference = isObject(part) ? part["$ref"] : undefined;
  return typeof reference === "string" ? definitions[reference.replace("#/$defs/", "")] : part;
};

/** A member's value where its name says which. */
function valueByName(name: string, part: unknown, definitions: JsonSchema): unknown {
  if (isNamedText(part)) return named[name];
  const words = definitionOf(part, definitions);
  return secondWord.has(name) && isObject(words) ? list(words["enum"])[1] : undefined;
}

function valueFor(schema: JsonSchema, definitions: JsonSchema): unknown {
  const again = (part: unknown): unknown => valueFor(isObject(part) ? part : {}, definitions);
  if ("$ref" in schema) return again(definitionOf(schema, definitions));
  if ("const" in schema) return schema["const"];
  if ("default" in schema) return schema["default"];
  for (const choice of ["enum", "anyOf", "oneOf"]) {
    const [first] = list(schema[choice]);
    if (first !== undefined) return choice === "enum" ? first : again(first);
  }
  switch (schema["type"]) {
    case "object":
      // A map has one member, under the first name that its keys allow.
      if ("propertyNames" in schema)
        return { [String(again(schema["propertyNames"]))]: again(schema["additionalProperties"]) };
      return Object.fromEntries(
        Object.entries(member(schema, "properties")).map(([name, part]) => [
          name,
          valueByName(name, part, definitions) ?? again(part),
        ]),
      );
    case "array":
      return [again(schema["items"])];
    case "boolean":
      return true;
    case "integer":
    case "number":
      return Math.max(1, Number(schema["minimum"] ?? 1));
    default:
      return textFor(schema);
  }
}

/** The JSON Schema of what a caller sends. */
export const inputSchemaOf = (type: z.ZodType): JsonSchema =>
  z.toJSONSchema(type, { io: "input", unrepresentable: "any" });

/** A value that the schema takes, with every optional member. @throws Error when none was found. */
export function sampleOf(type: z.ZodType): unknown {
  const schema = inputSchemaOf(type);
  const sample = valueFor(schema, member(schema, "$defs"));
  const parsed = type.safeParse(sample);
  if (!parsed.success) throw new Error(`the sample ${JSON.stringify(sample)} is not valid: ${parsed.error}`);
  return sample;
}

export type RouteSample = {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

/** Query and path parameters are text on the wire. */
const textMembers = (type: z.ZodType | undefined): Record<string, string> =>
  type === undefined
    ? {}
    : Object.fromEntries(
        Object.entries(sampleOf(type) as object).map(([name, value]) => [name, String(value)]),
      );

export const routeSample = (route: Route): RouteSample => ({
  params: textMembers(route.params),
  query: textMembers(route.query),
  ...(route.body === undefined ? {} : { body: sampleOf(route.body) }),
});
