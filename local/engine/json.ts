/** Typed reading of request bodies: every member is checked before use, a wrong type is refused as AWS does. */
import { notImplemented, serialization } from "./errors.ts";

export type JsonObject = { readonly [name: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own member, so that an attribute called `constructor` is never the one inherited from Object. */
export function own<T>(map: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

function wrongType(name: string, expected: string): Error {
  return serialization(`${name} must be ${expected}`);
}

export function optionalString(body: JsonObject, name: string): string | undefined {
  const value = own(body, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw wrongType(name, "a string");
  return value;
}

export function optionalBoolean(body: JsonObject, name: string): boolean | undefined {
  const value = own(body, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw wrongType(name, "a boolean");
  return value;
}

export function optionalInteger(body: JsonObject, name: string): number | undefined {
  const value = own(body, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value)) throw wrongType(name, "an integer");
  return value;
}

export function optionalObject(body: JsonObject, name: string): JsonObject | undefined {
  const value = own(body, name);
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw wrongType(name, "a structure");
  return value;
}

export function optionalArray(body: JsonObject, name: string): readonly unknown[] | undefined {
  const value = own(body, name);
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw wrongType(name, "a list");
  return value;
}

export function objectList(body: JsonObject, name: string): readonly JsonObject[] {
  return (optionalArray(body, name) ?? []).map((entry) => {
    if (!isObject(entry)) throw wrongType(`each member of ${name}`, "a structure");
    return entry;
  });
}

export function stringList(body: JsonObject, name: string): readonly string[] {
  return (optionalArray(body, name) ?? []).map((entry) => {
    if (typeof entry !== "string") throw wrongType(`each member of ${name}`, "a string");
    return entry;
  });
}

/** A map of strings; absent reads as empty. */
export function stringMap(body: JsonObject, name: string): Readonly<Record<string, string>> {
  const entries = Object.entries(optionalObject(body, name) ?? {});
  return Object.fromEntries(
    entries.map(([key, value]) => {
      if (typeof value !== "string") throw wrongType(`${name}.${key}`, "a string");
      return [key, value];
    }),
  );
}

/** Refuses members that this engine does not act upon, so that nothing a caller asks for is silently ignored. */
export function refuseOthers(body: JsonObject, known: ReadonlySet<string>): void {
  for (const name of Object.keys(body)) {
    if (!known.has(name) && body[name] !== undefined && body[name] !== null) throw notImplemented(name);
  }
}

/**
 * Text that equal JSON values have in common and no others have: members in the order of their names, the length before
 * each text, so that nothing is escaped. It is made of every transaction.
 */
export function canonicalText(value: unknown): string {
  if (typeof value === "string") return `"${value.length}:${value}`;
  if (Array.isArray(value)) return `[${value.map(canonicalText).join("")}]`;
  if (!isObject(value)) return `${value};`;
  let text = "";
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member !== undefined) text += `${name.length}:${name}${canonicalText(member)}`;
  }
  return `{${text}}`;
}
