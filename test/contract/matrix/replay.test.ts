/**
 * Every route that changes something, sent again: once more later, and fifty times at once. One effect, compared over
 * the whole table and everything that went out, after all consumers are done.
 */
import { afterEach, describe, expect, it } from "vitest";
import { problems } from "../../../shared/http/problems.ts";
import { allRoutes, createWholeWorld, type WholeWorld } from "../../builders/whole-world.ts";
import type { Called, CallOptions } from "../../builders/world.ts";
import { BUSY, replays } from "./replays.ts";
import { scenes } from "./scenes.ts";
import { effectBetween, snapshotOf } from "./snapshot.ts";
import { type Stage, setStage } from "./stage.ts";

const MANY = 50;
const LATER_MS = 61_000;

const changing = allRoutes.filter(({ route }) => route.method !== "GET");

let w: WholeWorld | undefined;
afterEach(async () => {
  await w?.close();
  w = undefined;
});

const answerOf = ({ status, body }: Called) => ({ status, body });
const isProblem = ({ headers }: Called): boolean => headers["content-type"] === "application/problem+json";

it("has a line for every route that changes something", () => {
  expect(Object.keys(replays).toSorted()).toEqual(changing.map(({ name }) => name).toSorted());
});

describe.each(changing)("$key", ({ name, route }) => {
  const replay = replays[name] ?? {};

  /** A new world with the route's scene in it, at rest. Two of them are equal. */
  async function prepared() {
    w = await createWholeWorld();
    const world = w;
    const s: Stage = await setStage(w, { number: 1 });
    const scene: CallOptions = {
      ...(await scenes[name](s)),
      as: route.auth === "ops" ? s.ops : s.owner.name,
      key: "the-key",
    };
    // Everybody has signed in before, so that an account made on the way is no effect.
    await s.does("getMe", s.ops);
    await w.settle();
    return {
      world,
      send: () => world.call(name, scene),
      snapshot: () => snapshotOf(world, replay.volatile),
    };
  }

  it("has one effect and one answer when it is sent again", async () => {
    const { world, send, snapshot } = await prepared();
    const before = await snapshot();
    const first = await send();
    expect(isProblem(first)).toBe(false);
    await world.settle();
    const done = await snapshot();
    expect(Object.keys(effectBetween(before, done)).length > 0).toBe(replay.changesNothing !== true);

    if (replay.sameMoment !== true) await world.settle(LATER_MS);
    const atRest = await snapshot();
    const again = await send();
    await world.settle();
    expect(effectBetween(atRest, await snapshot())).toEqual({});
    if (replay.again === undefined) expect(answerOf(again)).toEqual(answerOf(first));
    else expect(again.body).toMatchObject({ code: replay.again });
    if (route.idempotent) {
      expect(first.headers["idempotent-replayed"]).toBeUndefined();
      expect(again.headers["idempotent-replayed"]).toBe("true");
    }
  });

  it(`has one effect when ${MANY} equal ones come at once`, async () => {
    const alone = await prepared();
    const before = await alone.snapshot();
    await alone.send();
    await alone.world.settle();
    const wanted = effectBetween(before, await alone.snapshot());
    await alone.world.close();

    const { world, send, snapshot } = await prepared();
    const start = await snapshot();
    const answers = await Promise.all(Array.from({ length: MANY }, send));
    await world.settle();
    expect(effectBetween(start, await snapshot())).toEqual(wanted);

    const good = answers.filter((answer) => !isProblem(answer));
    const codes = answers.filter(isProblem).map(({ body }) => body.code);
    expect(good.length).toBeGreaterThan(0);
    for (const answer of good) expect(answerOf(answer)).toEqual(answerOf(good[0] ?? answer));
    const expected = [
      ...BUSY,
      ...(replay.atOnce ?? []),
      ...(replay.again === undefined ? [] : [replay.again]),
    ];
    expect(codes.filter((code) => !expected.includes(code))).toEqual([]);
    if (replay.again !== undefined) expect(good).toHaveLength(1);
    if (route.idempotent)
      expect(good.filter(({ headers }) => headers["idempotent-replayed"] === undefined)).toHaveLength(1);
  });
});

/** Where there is a body to differ in. */
const withBody = changing.filter(({ route }) => route.idempotent && "body" in route);

describe.each(withBody)("$key", ({ name, route }) => {
  it("refuses a key that was used for another request, and has no second effect", async () => {
    w = await createWholeWorld();
    const s = await setStage(w, { number: 1 });
    const who = route.auth === "ops" ? s.ops : s.owner.name;
    const scene = { ...(await scenes[name](s)), as: who, key: "the-key" };
    const changed = { ...scene, body: differing(scene.body) };
    await w.call(name, scene);
    await w.settle();
    const before = await snapshotOf(w);
    const refused = await w.call(name, changed);
    await w.settle();
    expect(refused).toMatchObject({ status: problems["idempotency-key-reused"].status });
    expect(refused.body).toMatchObject({ code: "idempotency-key-reused" });
    expect(effectBetween(before, await snapshotOf(w))).toEqual({});
  });
});

/** The same body with its first number one greater, in digits or as a text of digits, or its first text another. */
function differing(body: unknown): unknown {
  const text = JSON.stringify(body);
  const digits = /:("?)(\d+)\1(?=[,}])/;
  const changed = digits.test(text)
    ? text.replace(digits, (_, quote: string, number: string) => `:${quote}${Number(number) + 1}${quote}`)
    : text.replace(/:"([^"]*)"/, ':"$1 too"');
  return JSON.parse(changed);
}
