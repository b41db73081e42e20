/** From a route's zod schema to values that fit it, with things that exist where ids belong. */
import fc from "fast-check";
import type * as z from "zod";
import { type IdKind, idPrefixes } from "../../../../shared/platform/ids.ts";
import { inputSchemaOf } from "../../../builders/route-sample.ts";
import { type KnownKind, placeOf } from "./known.ts";

type JsonSchema = { readonly [member: string]: unknown };

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const schemaIn = (value: unknown): JsonSchema => (isObject(value) ? value : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const known = (kind: KnownKind): fc.Arbitrary<unknown> => fc.nat(9_999).map((n) => placeOf(kind, n));

/** Members whose rule JSON Schema does not say, or for which there is a better guess, by name. */
const named: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  timeZone: fc.constantFrom("Europe/Berlin", "UTC", "America/St_Johns", "Pacific/Kiritimati"),
  channel: fc.constantFrom("stripe", "stripe", "stripe", "paypal", "paypal", "wechat-pay"),
  // Whom the two that are open can pay; the others are a channel's own to refuse.
  recipient: fc.constantFrom<unknown>(
    { type: "stripe_account", accountId: "acct_1Fuzz" },
    { type: "stripe_account", accountId: "acct_1Unknown" },
    { type: "paypal_email", email: "ada@example.com" },
    { type: "paypal_email", email: "unclaimed@example.com" },
    { type: "wechat", openId: "o-nobody" },
  ),
  country: fc.constantFrom("US", "FR", "IN", "ZZ"),
  cursor: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    known("cursor"),
    known("forged-cursor"),
    fc.base64String({ maxLength: 60 }),
  ),
  handle: fc.oneof(known("handle"), fc.stringMatching(/^[a-z][a-z0-9_]{2,23}$/)),
  deviceId: fc.constantFrom("device-0001", "device-0002", "device-0003"),
  pushToken: fc.constantFrom("token-1", "token-2", "token-3"),
  provider: fc.constantFrom("Google", "Facebook"),
  version: fc.constantFrom(1, 1, 1, 2),
  currency: fc.constantFrom("USD", "USD", "USD", "USD", "EUR", "JPY", "KWD"),
  rates: fc.constantFrom<unknown>({ EUR: "0.92" }, { USD: "1.09", EUR: "0.9134567891" }, {}),
  // Most payments are without: a quote fits one amount only.
  quoteId: fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, known("quote")),
  pin: fc.constantFrom("482917", "482917", "730264", "111111"),
  currentPin: fc.constantFrom("482917", "730264", "000000"),
  code: fc.oneof(known("code"), fc.stringMatching(/^[\x21-\x7e]{1,40}$/)),
};

const REFERRAL_CODE = "^[0-9A-HJKMNP-TV-Z]{10}$";

const DAY_MS = 86_400_000;
const FROM = Date.parse("2026-11-22T00:00:00Z");
const dateTime = fc.oneof(
  fc.integer({ min: -3, max: 40 }).map((days) => new Date(FROM + days * DAY_MS).toISOString()),
  fc.constantFrom("0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z"),
);

const uri = fc.constantFrom(
  "https://app.example/signed-in",
  "https://example.com/a?b=c#d",
  "myapp://callback",
  "https://例え.jp/路",
);

function text({ pattern, format, minLength = 0, maxLength = 200 }: JsonSchema): fc.Arbitrary<unknown> {
  if (format === "date-time") return dateTime;
  if (format === "uri") return uri;
  if (typeof pattern === "string") {
    const kind = (Object.keys(idPrefixes) as IdKind[]).find((one) =>
      pattern.startsWith(`^${idPrefixes[one]}_`),
    );
    if (kind !== undefined)
      return fc.oneof({ weight: 9, arbitrary: known(kind) }, fc.stringMatching(new RegExp(pattern)));
    if (pattern === REFERRAL_CODE) return known("code");
    return fc.stringMatching(new RegExp(pattern), { size: "small" });
  }
  return fc.string({
    unit: "grapheme",
    minLength: Number(minLength),
    maxLength: Math.min(40, Number(maxLength)),
  });
}

/** Mostly small, as balances are; sometimes at the edge. */
function integer({ minimum, maximum }: JsonSchema): fc.Arbitrary<unknown> {
  const min = Number(minimum ?? Number.MIN_SAFE_INTEGER);
  const max = Number(maximum ?? Number.MAX_SAFE_INTEGER);
  return fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min, max: Math.min(max, Math.max(min, 4_000)) }) },
    fc.constantFrom(min, max, max - 1),
  );
}

function arbitraryOf(schema: JsonSchema, definitions: JsonSchema): fc.Arbitrary<unknown> {
  const again = (part: unknown): fc.Arbitrary<unknown> => arbitraryOf(schemaIn(part), definitions);
  const reference = schema["$ref"];
  if (typeof reference === "string") return again(definitions[reference.replace("#/$defs/", "")]);
  if ("const" in schema) return fc.constant(schema["const"]);
  const values = list(schema["enum"]);
  if (values.length > 0) return fc.constantFrom(...values);
  const choices = [...list(schema["anyOf"]), ...list(schema["oneOf"])];
  if (choices.length > 0) return fc.oneof(...choices.map(again));
  switch (schema["type"]) {
    case "object": {
      const required = list(schema["required"]).map(String);
      const members = Object.entries(schemaIn(schema["properties"])).map(
        ([name, part]) => [name, memberOf(name, schemaIn(part), again)] as const,
      );
      return fc.record(Object.fromEntries(members), { requiredKeys: required });
    }
    case "array":
      return fc.array(again(schema["items"]), {
        minLength: Number(schema["minItems"] ?? 0),
        maxLength: Number(schema["maxItems"] ?? 4),
      });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "integer":
    case "number":
      return integer(schema);
    default:
      return text(schema);
  }
}

const memberOf = (
  name: string,
  part: JsonSchema,
  otherwise: (part: JsonSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> => {
  const byName = part["$ref"] === "#/$defs/Currency" ? "currency" : name;
  const own = part["pattern"] === REFERRAL_CODE ? undefined : named[byName];
  return own === undefined ? otherwise(part) : own;
};

/** Values that the schema takes, but for rules that JSON Schema cannot say. */
export function validOf(type: z.ZodType): fc.Arbitrary<unknown> {
  const schema = inputSchemaOf(type);
  return arbitraryOf(schema, schemaIn(schema["$defs"]));
}
