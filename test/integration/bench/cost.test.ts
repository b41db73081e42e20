/** The price of every action: what is committed still holds, and the meter that says so is right. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Action, metered } from "../../../bench/actions/recorder.ts";
import { baseOf, expectedActions, measureActions, refuseUnmeasured } from "../../../bench/actions.ts";
import { costMarkdown, dearerThan, parseCostMarkdown } from "../../../bench/cost-table.ts";
import { areas } from "../../../functions/areas.ts";
import { type Recount, recount } from "./recount.ts";

const committed = () =>
  parseCostMarkdown(readFileSync(join(import.meta.dirname, "../../../docs/prices.md"), "utf8"));

let actions: readonly Action[];
const recounts = new Map<string, Recount>();

beforeAll(async () => {
  actions = await measureActions(async (world, action, run) => {
    let counted: Recount | undefined;
    const usage = await metered(world, action, async () => {
      counted = await recount(world, run);
    });
    if (counted !== undefined) recounts.set(action, counted);
    return usage;
  });
});

const unitsOf = ({ writeUnits, readUnits, requests }: Action) => ({ writeUnits, readUnits, requests });
const priced = (name: string) => {
  const action = actions.find((one) => one.action === name);
  if (action === undefined) throw new Error(`there is no price of ${name}`);
  return unitsOf(action);
};

describe("prices", () => {
  it("are no dearer than docs/prices.md says (npm run bench:cost -- --write after a change that is worth it)", () => {
    expect(dearerThan(committed(), actions)).toEqual([]);
  });

  it("hold for a payment to a person: 6 write units, 2 read units, 3 requests", () => {
    expect(priced("POST /v1/transfers")).toEqual({ writeUnits: 6, readUnits: 2, requests: 3 });
  });

  it("are there for every route and every worker", () => {
    const names = actions.map(({ action }) => action);
    expect(new Set(names.map(baseOf))).toEqual(new Set(expectedActions()));
    expect(expectedActions()).toContain("payments-sweep");
    expect(expectedActions().length).toBeGreaterThan(Object.values(areas).length);
  });

  it("are asked for by name when a route has none", () => {
    const { getHealth } = areas.meta;
    const expected = expectedActions({ ...areas, more: { getMore: { ...getHealth, path: "/more" } } });
    const names = actions.map(({ action }) => action);
    expect(() => refuseUnmeasured(names, expected)).toThrow("measures GET /v1/more:");
    expect(() => refuseUnmeasured(names)).not.toThrow();
  });

  it("are compared by dollars: a write more is a complaint, a write for a read is none", () => {
    const table = parseCostMarkdown(costMarkdown(actions));
    expect(dearerThan(table, actions)).toEqual([]);
    const change = (by: Partial<Action>) =>
      actions.map((action) => (action.action === "POST /v1/transfers" ? { ...action, ...by } : action));
    expect(dearerThan(table, change({ writeUnits: 7 }))).toEqual([
      "POST /v1/transfers got dearer: 7 write units, 2 read units, 3 requests, was 6 write units, 2 read units, 3 requests",
    ]);
    expect(dearerThan(table, change({ writeUnits: 5, readUnits: 3 }))).toEqual([]);
    expect(dearerThan(table.slice(1), actions)).toEqual(["POST /v1/transfers is not in docs/prices.md"]);
  });
});

describe("the table's meter", () => {
  it("counts what the engine says it consumed, for every action", () => {
    const settled = actions.filter(({ action }) => recounts.get(action)?.refused === false);
    expect(settled.length).toBeGreaterThan(actions.length * 0.9);
    expect(Object.fromEntries(settled.map((one) => [one.action, unitsOf(one)]))).toEqual(
      Object.fromEntries(settled.map(({ action }) => [action, recounts.get(action)?.consumed])),
    );
  });

  it("counts what follows from the items before and after, indexes included, for every action", () => {
    const settled = actions.filter(({ action }) => recounts.get(action)?.refused === false);
    expect(Object.fromEntries(settled.map((one) => [one.action, unitsOf(one)]))).toEqual(
      Object.fromEntries(settled.map(({ action }) => [action, recounts.get(action)?.computed])),
    );
  });

  it("counts refused writes too, as if they had been made", () => {
    const refused = actions.filter(({ action }) => recounts.get(action)?.refused === true);
    expect(refused.map(({ action }) => action)).toContain("POST /v1/transfers (replay)");
    expect(priced("POST /v1/transfers (replay)").writeUnits).toBe(6);
    for (const { action, writeUnits, requests } of refused) {
      const { consumed } = recounts.get(action) ?? { consumed: { writeUnits: 0, requests: 0 } };
      expect(writeUnits).toBeGreaterThan(consumed.writeUnits);
      expect(requests).toBe(consumed.requests);
    }
  });
});
