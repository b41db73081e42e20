/**
 * Every route × every kind of caller, with real tokens, real handlers and real things of real people: what each is
 * answered is declared in `expectations.ts`.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { problems } from "../../../shared/http/problems.ts";
import { routeSample } from "../../builders/route-sample.ts";
import { allRoutes, createWholeWorld, type NamedRoute, type WholeWorld } from "../../builders/whole-world.ts";
import type { Called, CallOptions } from "../../builders/world.ts";
import { expectations, type Party, parties, type Verdict } from "./expectations.ts";
import { scenes } from "./scenes.ts";
import { type Identify, type Person, type Stage, setStage } from "./stage.ts";
import { createPool, faults, type Pool } from "./tokens.ts";

let pool: Pool;
let w: WholeWorld;
/** Real people for tokens that are wrong. */
let person: string;
let staff: string;

beforeAll(async () => {
  pool = await createPool(() => w.world.clock.now());
  w = await createWholeWorld({ tokens: () => pool.verifier });
  vi.stubGlobal("fetch", pool.fetch);
  const s = await setStage(w, { identify });
  person = s.owner.name;
  staff = s.ops;
  // The verifier has the pool's keys from here on.
  await s.does("getOpsHealth", staff);
});
afterAll(() => w.close());
beforeEach(() => vi.stubGlobal("fetch", pool.fetch));

const identify: Identify = async (who) => ({
  headers: { authorization: `Bearer ${await pool.token(who)}` },
});

const send = (named: NamedRoute, request: CallOptions, authorization?: string): Promise<Called> =>
  w.call(named.name, {
    ...request,
    headers: { ...request.headers, ...(authorization === undefined ? {} : { authorization }) },
  });

const peopleIn = (called: Called): string[] => [
  ...new Set(JSON.stringify(called.body ?? null).match(/usr_[0-9A-Z]{26}/g) ?? []),
];

function judge({ route }: NamedRoute, called: Called, verdict: Verdict, caller: Person): void {
  if (verdict !== "ok" && verdict !== "own") {
    expect(called.body).toMatchObject({ code: verdict });
    expect(called.status).toBe(problems[verdict].status);
    // A refusal tells nothing of anybody.
    expect(JSON.stringify({ ...called.body, instance: "" })).not.toMatch(/usr_|owner|other/);
    return;
  }
  const problem = called.headers["content-type"] === "application/problem+json" ? called.body : undefined;
  expect({ status: called.status, problem }).toEqual({ status: route.reply.status });
  if (verdict === "own") expect(peopleIn(called).filter((id) => id !== caller.id)).toEqual([]);
}

const decideTerms = (s: Stage, granted: boolean) =>
  s.does("putConsents", s.owner.name, {
    body: { consents: [{ purpose: "terms", version: 1, granted }] },
  });

/** Who calls in the owner's scene, after whatever has to happen to them first. */
const callers: Readonly<Record<Party, (s: Stage) => Promise<Person>>> = {
  owner: async (s) => s.owner,
  stranger: (s) => s.newPerson("stranger"),
  "other party": async (s) => s.other,
  async frozen(s) {
    await s.does("freezeAccount", s.ops, { params: { id: s.owner.id }, body: { reason: "ops" } });
    return s.owner;
  },
  async withdrawn(s) {
    await decideTerms(s, false);
    return s.owner;
  },
  unconsented: (s) => s.newPerson("unconsented", { consented: false }),
  async ops(s) {
    const { body } = await s.does("getMe", s.ops);
    return { name: s.ops, id: body.id };
  },
};

it("has a row and a scene for every route", () => {
  const names = allRoutes.map(({ name }) => name).toSorted();
  expect(Object.keys(expectations).toSorted()).toEqual(names);
  expect(Object.keys(scenes).toSorted()).toEqual(names);
});

describe.each(allRoutes)("$key", (named) => {
  const { name, route } = named;
  const expectation = expectations[name];

  const request = async (): Promise<CallOptions> =>
    expectation.tokens === "refused" ? routeSample(route) : scenes[name](await setStage(w, { identify }));

  function judgeToken(called: Called): void {
    if (expectation.tokens === "refused") {
      expect(called.body).toMatchObject({ code: "unauthenticated" });
      expect(called).toMatchObject({ status: 401, headers: { "www-authenticate": "Bearer" } });
    } else {
      expect(called.status).toBe(route.reply.status);
    }
  }

  it("is called without a token", async () => {
    judgeToken(await send(named, await request()));
  });

  it("is called with a malformed token", async () => {
    judgeToken(await send(named, await request(), "Bearer not.a.token"));
  });

  it.each(faults)("is called with a token of a real person that is wrong: %s", async (fault) => {
    const who = route.auth === "ops" ? staff : person;
    judgeToken(await send(named, await request(), `Bearer ${await pool.token(who, fault)}`));
  });

  it("is called in a session that was ended", async () => {
    const s = await setStage(w, { identify });
    const scene = await scenes[name](s);
    const who = `${route.auth === "ops" ? s.ops : s.owner.name}:tablet`;
    // The function has seen the person a moment ago and may remember them.
    const before = await s.does("getMe", who);
    await send(named, { ...routeSample(route), key: "before" }, `Bearer ${await pool.token(who)}`);
    await s.does("revoke", who, { body: { refreshToken: `refresh-${before.body.id}` } });
    judgeToken(await send(named, scene, `Bearer ${await pool.token(who)}`));
    // Another session of theirs goes on.
    expect((await s.does("getMe", who.replace("tablet", "phone"))).body.id).toBe(before.body.id);
  });

  it.each(parties)("is called by: %s", async (party) => {
    const s = await setStage(w, { identify });
    const scene = await scenes[name](s);
    const caller = await callers[party](s);
    const { headers } = await identify(caller.name);
    const called = await send(named, scene, headers?.["authorization"]);
    judge(named, called, expectation[party], caller);
  });
});
