/** Ways to spoil a valid request: in its values, its text, its headers. */
import fc from "fast-check";
import { isPlace } from "./known.ts";

/** What breaks programs, where anything may stand. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, "", " ", "\n", "0", "null", "undefined", "NaN", [], {}, [[]], [null]],
    ...[0, -0, -1, 1.5, 0.1 + 0.2, 1e21, 1e308, 5e-324, 2 ** 31, 2 ** 53, 2 ** 53 + 2, -(2 ** 53)],
    ...["\u0000", "a\u0000b", "\ud800", "x\udc00", "\udbff\udbff", "\u202e", "\ufeff", "\u2028", "İ", "ß"],
    ...[
      "__proto__",
      "constructor",
      "toString",
      "#ACCOUNT",
      "usr_",
      "../../..",
      "%00",
      "%E0%A4%A",
      "' OR 1=1",
    ],
    ...["2026-02-30T00:00:00Z", "2026-11-22", "+275760-09-13T00:00:00Z", "0000-00-00T00:00:00Z"],
    ...[{ $ne: null }, { S: "a" }, { value: 1, currency: "USD" }, { length: 1e9 }],
    "x".repeat(5_000),
    "👩‍👩‍👧‍👦".repeat(200),
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.double(),
  fc.maxSafeInteger(),
);

type Path = readonly (string | number)[];

const isBranch = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !isPlace(value);

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (!isBranch(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...path, name]))];
}

/** A copy in which what is at the path is another; `remove` leaves it out. */
function changedAt(value: unknown, [step, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (step === undefined) return change(value);
  if (!isBranch(value)) return value;
  const members = Object.entries(value).flatMap(([name, member]) => {
    if (name !== String(step)) return [[name, member] as const];
    const after = changedAt(member, rest, change);
    return after === remove ? [] : [[name, after] as const];
  });
  return Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members);
}
const remove = Symbol("remove");

type Change = (value: unknown) => unknown;

const change: fc.Arbitrary<Change> = fc.oneof(
  hostileValue.map(
    (hostile): Change =>
      () =>
        hostile,
  ),
  fc.constant<Change>(() => remove),
  fc.constant<Change>((value) => [value]),
  fc.constant<Change>((value) => ({ value })),
  fc.constant<Change>((value) => (typeof value === "number" ? String(value) : value)),
  fc
    .tuple(fc.constantFrom("extra", "id", "isOps", "__proto__", "constructor", "", "value"), hostileValue)
    .map(
      ([name, hostile]): Change =>
        (value) =>
          isBranch(value)
            ? Object.fromEntries([...Object.entries(value), [name, hostile]])
            : { [name]: hostile },
    ),
);

/** Changes a value in one to three places. */
export const spoiling: fc.Arbitrary<Change> = fc
  .array(fc.tuple(fc.nat(50), change), { minLength: 1, maxLength: 3 })
  .map(
    (changes): Change =>
      (value) => {
        let spoiled = value;
        for (const [n, apply] of changes) {
          const paths = pathsOf(spoiled);
          const after = changedAt(spoiled, paths[n % paths.length] ?? [], apply);
          spoiled = after === remove ? undefined : after;
        }
        return spoiled;
      },
  );

/** Changes the text of a body, so that it may not even be JSON. */
export const garbling: fc.Arbitrary<(text: string) => string> = fc.oneof(
  fc.nat(400).map((at) => (text: string) => text.slice(0, at % (text.length + 1))),
  fc
    .tuple(fc.nat(400), fc.string({ unit: "binary", minLength: 1, maxLength: 4 }))
    .map(([at, more]) => (text: string) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + more + text.slice(place);
    }),
  fc.constant((text: string) => text.replace("{", '{"__proto__":{"isOps":true},')),
  fc.constant((text: string) => text.replace(/^\{(.*)\}$/s, "{$1,$1}")),
  fc.constant((text: string) => text.replace(/\d+/, "1e400")),
  fc.constant((text: string) => text.replace(/\d+/, "10000000000000000001")),
  fc.constant((text: string) => text.replace(/"[^"]*"$/, '"\\ud800"')),
  fc.constant((text: string) => `${"[".repeat(3_000)}${text}${"]".repeat(3_000)}`),
  fc.constant((text: string) => text + " ".repeat(70_000)),
  fc.string({ unit: "binary", maxLength: 200 }).map((text) => () => text),
);

const text = (...values: readonly string[]) => fc.constantFrom(...values);

/** Headers that replace those of a good request; an empty name is dropped, `undefined` takes one away. */
export const hostileHeaders: fc.Arbitrary<Readonly<Record<string, string | undefined>>> = fc.oneof(
  text("text/plain", "", "application/json; charset=utf-16", "application/JSON", "multipart/form-data").map(
    (value) => ({ "content-type": value }),
  ),
  fc.constant({ "content-type": undefined }),
  fc.constant({ "idempotency-key": undefined }),
  fc
    .oneof(text("", " ", "k".repeat(256), "schlüssel", "a\tb", "\u0000"), fc.string({ maxLength: 300 }))
    .map((value) => ({ "idempotency-key": value })),
  fc
    .oneof(
      text("Bearer", "Bearer ", "Basic YTpi", "bearer forged", "Bearer a b", "Bearer forged", "Bearer é"),
      fc.string({ maxLength: 100 }),
    )
    .map((value) => ({ authorization: value })),
  fc.string({ unit: "binary", maxLength: 100 }).map((value) => ({ "x-correlation-id": value })),
  fc.string({ maxLength: 80 }).map((value) => ({ "stripe-signature": value })),
  text("t=1,v1=00", "t=NaN,v1=", "v1=".repeat(2_000), "t=99999999999999999999,v1=a").map((value) => ({
    "stripe-signature": value,
  })),
  fc.record({ "x-forwarded-for": fc.string(), host: fc.string(), "if-none-match": fc.string() }),
);
