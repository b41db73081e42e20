// Event patterns, as event source mappings filter with them.
// See "Comparison operators for use in event patterns" (EventBridge) and "Control which events Lambda sends".

import { isRecord, parseObject } from "../json.ts";

export type Matcher = (event: Record<string, unknown>) => boolean;

/** Compiles a pattern. Throws for one that is not valid or uses an operator that is not supported. */
export function compilePattern(text: string): Matcher {
  const pattern = parseObject(text);
  if (pattern === undefined) throw new Error(`Event pattern is not a JSON object: ${text}`);
  check(pattern);
  return (event) => matchesObject(pattern, event);
}

/** Passes an event that any of the patterns matches; every event when there is no pattern. */
export function anyPattern(patterns: readonly string[]): Matcher {
  const matchers = patterns.map(compilePattern);
  return matchers.length === 0 ? () => true : (event) => matchers.some((matches) => matches(event));
}

/** What `readBody` found stands in for the text, so that patterns can look into a JSON body. */
export function queueEvent(record: Record<string, unknown>): Record<string, unknown> {
  const body = record["body"];
  const parsed = typeof body === "string" ? parseObject(body) : undefined;
  return parsed === undefined ? record : { ...record, body: parsed };
}

function check(pattern: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(pattern)) {
    if (key === "$or" && Array.isArray(value)) {
      for (const branch of value) if (isRecord(branch)) check(branch);
    } else if (isRecord(value)) check(value);
    else if (!Array.isArray(value)) throw new Error(`Event pattern: ${key} must be an object or a list`);
    else for (const entry of value) if (isRecord(entry)) checkOperator(entry);
  }
}

const operators: ReadonlySet<string> = new Set([
  "exists",
  "prefix",
  "suffix",
  "equals-ignore-case",
  "anything-but",
  "numeric",
  "wildcard",
]);

function checkOperator(entry: Record<string, unknown>): void {
  const [name, ...others] = Object.keys(entry);
  if (name === undefined || others.length > 0 || !operators.has(name)) {
    throw new Error(`Event pattern operator ${JSON.stringify(entry)} is not supported`);
  }
}

function matchesObject(pattern: Record<string, unknown>, event: unknown): boolean {
  // A list of objects matches when one of them does.
  if (Array.isArray(event)) return event.some((entry) => matchesObject(pattern, entry));
  return Object.entries(pattern).every(([key, wanted]) => {
    if (key === "$or" && Array.isArray(wanted)) {
      return wanted.some((branch) => isRecord(branch) && matchesObject(branch, event));
    }
    const present = isRecord(event) && Object.hasOwn(event, key);
    const actual = present ? event[key] : undefined;
    if (isRecord(wanted)) return present ? matchesObject(wanted, actual) : onlyAbsence(wanted);
    return Array.isArray(wanted) && wanted.some((rule) => matchesRule(rule, present, actual));
  });
}

/** Under a missing object only rules that ask for absence can hold. */
function onlyAbsence(pattern: Record<string, unknown>): boolean {
  return Object.values(pattern).every((wanted) =>
    isRecord(wanted)
      ? onlyAbsence(wanted)
      : Array.isArray(wanted) && wanted.some((rule) => matchesRule(rule, false, undefined)),
  );
}

function matchesRule(rule: unknown, present: boolean, actual: unknown): boolean {
  if (isRecord(rule) && "exists" in rule) {
    // `exists` sees leaves only: an object in this place does not exist for it.
    return rule["exists"] === (present && !isRecord(actual));
  }
  if (!present) return false;
  const values = Array.isArray(actual) ? actual : [actual];
  if (!isRecord(rule)) return values.some((value) => value === rule);
  return values.some((value) => matchesOperator(rule, value));
}

function matchesOperator(rule: Record<string, unknown>, actual: unknown): boolean {
  const [name, argument] = Object.entries(rule)[0] ?? [];
  switch (name) {
    case "prefix":
    case "suffix":
      return typeof actual === "string" && edgeMatches(name, actual, argument);
    case "equals-ignore-case":
      return typeof actual === "string" && actual.toLowerCase() === String(argument).toLowerCase();
    case "wildcard":
      return typeof actual === "string" && wildcard(String(argument)).test(actual);
    case "numeric":
      return typeof actual === "number" && Array.isArray(argument) && numeric(actual, argument);
    case "anything-but":
      return anythingBut(argument, actual);
    default:
      return false;
  }
}

function edgeMatches(edge: "prefix" | "suffix", actual: string, argument: unknown): boolean {
  const anyCase = isRecord(argument);
  const wanted = String(anyCase ? argument["equals-ignore-case"] : argument);
  const [text, part] = anyCase ? [actual.toLowerCase(), wanted.toLowerCase()] : [actual, wanted];
  return edge === "prefix" ? text.startsWith(part) : text.endsWith(part);
}

function anythingBut(argument: unknown, actual: unknown): boolean {
  if (!isRecord(argument)) return !(Array.isArray(argument) ? argument : [argument]).includes(actual);
  return !Object.entries(argument).some(([operator, wanted]) =>
    (Array.isArray(wanted) ? wanted : [wanted]).some((one) => matchesOperator({ [operator]: one }, actual)),
  );
}

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
    "s",
  );

const numericComparisons: Readonly<Record<string, (actual: number, wanted: number) => boolean>> = {
  "=": (actual, wanted) => actual === wanted,
  "<": (actual, wanted) => actual < wanted,
  "<=": (actual, wanted) => actual <= wanted,
  ">": (actual, wanted) => actual > wanted,
  ">=": (actual, wanted) => actual >= wanted,
};

/** `[">", 0, "<=", 5]`: pairs that must all hold. */
function numeric(actual: number, pairs: readonly unknown[]): boolean {
  for (let index = 0; index < pairs.length; index += 2) {
    const compare = numericComparisons[String(pairs[index])];
    if (compare === undefined || !compare(actual, Number(pairs[index + 1]))) return false;
  }
  return pairs.length > 0;
}
