/** Rules that every row of every route table keeps; a test fails with the names of the rows that break its rule. */
import { expect, it } from "vitest";
import type { Route } from "../../../shared/http/route.ts";
import { inputSchemaOf, routeSample } from "../../builders/route-sample.ts";
import { routeCases } from "./edge.ts";

const namesIn = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");

const propertiesOf = (type: Route["query"] | Route["body"]): string[] =>
  type === undefined ? [] : Object.keys((inputSchemaOf(type)["properties"] ?? {}) as object);

const requiredOf = (type: Route["params"]): unknown =>
  type === undefined ? [] : inputSchemaOf(type)["required"];

const bodyText = ({ body }: Route): string => (body === undefined ? "" : JSON.stringify(inputSchemaOf(body)));

const count = (text: string, part: string): number => text.split(part).length - 1;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const isUnique = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;

const breaking = (keeps: (route: Route, name: string) => boolean): string[] =>
  routeCases.filter(({ route, name }) => !keeps(route, name)).map(({ key }) => key);

const isOpen = ({ auth }: Route): boolean => auth === "none" || auth === "signature";

it("sees the routes of every area", () => {
  expect(routeCases.length).toBeGreaterThan(40);
  expect(new Set(routeCases.map(({ area }) => area)).size).toBe(11);
});

it("tells routes apart by method and path, whatever the parameters are called", () => {
  const shapes = routeCases.map(({ key }) => key.replaceAll(/\{\w+\}/g, "{}"));
  expect(shapes).toEqual([...new Set(shapes)]);
});

it("gives each route a name that is unique over all areas, as operation ids must be", () => {
  const names = routeCases.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});

it("has plain paths, names and summaries", () => {
  expect(breaking(({ path }) => /^(\/[a-z0-9-]+(\.json)?|\/\{[a-zA-Z]+\})+$/.test(path))).toEqual([]);
  expect(breaking((_, name) => /^[a-z][A-Za-z]+$/.test(name))).toEqual([]);
  expect(breaking(({ summary }) => /^[A-Z].*[^.]$/.test(summary))).toEqual([]);
});

it("describes exactly the parameters that a path names, all of them required", () => {
  expect(breaking(({ path }) => isUnique(namesIn(path)))).toEqual([]);
  expect(
    breaking(({ path, params }) => same(propertiesOf(params).toSorted(), namesIn(path).toSorted())),
  ).toEqual([]);
  expect(breaking(({ params }) => same(requiredOf(params), propertiesOf(params)))).toEqual([]);
});

it("reads and deletes without a body, and reads without an idempotency key", () => {
  const takesNoBody = ({ method }: Route) => method === "GET" || method === "DELETE";
  expect(breaking((route) => !takesNoBody(route) || route.body === undefined)).toEqual([]);
  expect(breaking(({ method, idempotent }) => method !== "GET" || !idempotent)).toEqual([]);
});

it("answers 201 with what was made and 204 with nothing", () => {
  expect(breaking(({ reply }) => reply.status !== 204 || reply.body === undefined)).toEqual([]);
  expect(breaking(({ reply }) => reply.status !== 201 || reply.body !== undefined)).toEqual([]);
});

it("takes an idempotency key wherever a request says how much money is to move", () => {
  const asking = routeCases.filter(({ route }) => bodyText(route).includes("PositiveMoney"));
  expect(asking.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["createTransfer", "createTopUp", "createCampaign", "patchCampaign"]),
  );
  // A quote of payments makes nothing.
  expect(asking.filter(({ route }) => !route.idempotent).map(({ name }) => name)).toEqual(["quotePayment"]);
});

it("takes no unknown members in a body, at any depth", () => {
  expect(
    breaking((route) => {
      const text = bodyText(route);
      // A map whose keys have a rule, as currencies and the hints of a channel have, is as closed as an object.
      const maps = text.match(/"propertyNames":\{("type":"string",)?"(\$ref|enum|pattern)":/g) ?? [];
      return count(text, '"type":"object"') === count(text, '"additionalProperties":false') + maps.length;
    }),
  ).toEqual([]);
});

it("belongs to ops exactly when its path does", () => {
  expect(breaking(({ path, auth }) => path.startsWith("/ops/") === (auth === "ops"))).toEqual([]);
});

it("limits how often strangers may write", () => {
  expect(
    breaking((route) => !isOpen(route) || route.method === "GET" || route.throttle !== undefined),
  ).toEqual([]);
  expect(
    breaking(
      ({ throttle }) =>
        throttle === undefined || (throttle.ratePerSecond > 0 && throttle.burst >= throttle.ratePerSecond),
    ),
  ).toEqual([]);
});

it("may refuse a cursor exactly where it takes one, and answers there with the next", () => {
  const takesCursor = ({ query }: Route): boolean => propertiesOf(query).includes("cursor");
  const mayRefuse = ({ problems }: Route): boolean => problems.includes("cursor-invalid");
  expect(breaking((route) => takesCursor(route) === mayRefuse(route))).toEqual([]);
  expect(
    breaking((route) => {
      const members = propertiesOf(route.reply.body);
      return !takesCursor(route) || (members.includes("items") && members.includes("nextCursor"));
    }),
  ).toEqual([]);
});

it("names each of a route's problems once", () => {
  expect(breaking(({ problems }) => isUnique(problems))).toEqual([]);
});

it("finds a valid sample of every request, which the other tests spoil in one place", () => {
  for (const { route } of routeCases) {
    const sample = routeSample(route);
    expect(Object.keys(sample.params)).toEqual(propertiesOf(route.params));
    expect("body" in sample).toBe(route.body !== undefined);
  }
});
