/** The parts that a run stands on: dice, scheduler, chaos of one crash. */
import { describe, expect, test } from "vitest";
import { swarmChaos } from "./core/chaos.ts";
import { createDice } from "./core/dice.ts";
import { createScheduler } from "./core/scheduler.ts";
import { pointChaos } from "./crash-points/point-chaos.ts";
import { readOptions } from "./runner/options.ts";

describe("dice", () => {
  test("the same seed gives the same numbers, forks do not disturb each other", () => {
    const one = createDice(7);
    const other = createDice(7);
    const first = one.fork("a").fraction();
    expect(other.fork("b").fraction()).not.toBe(first);
    expect(other.fork("a").fraction()).toBe(first);
    expect([one.fraction(), one.fraction()]).toEqual([other.fraction(), other.fraction()]);
  });

  test("numbers are spread over their range, and weights are kept", () => {
    const dice = createDice("spread");
    const counts = new Map<number, number>();
    for (let round = 0; round < 6_000; round += 1) {
      const value = dice.between(1, 6);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(200);
    const heavy = Array.from({ length: 1_000 }, () =>
      dice.weighted(["a", "b"], (name) => (name === "a" ? 9 : 1)),
    );
    expect(heavy.filter((name) => name === "a").length).toBeGreaterThan(850);
  });
});

describe("scheduler", () => {
  test("things happen in the order of their times, equal times in the order they were asked for", async () => {
    const scheduler = createScheduler(1_000);
    const seen: string[] = [];
    const at = (ms: number, name: string) =>
      scheduler.after(ms, () => void seen.push(`${name}@${scheduler.now()}`));
    at(30, "c");
    at(10, "a");
    at(20, "b");
    at(10, "a2");
    at(15, "cancelled")();
    expect(scheduler.pending()).toBe(4);
    expect(await scheduler.runUntil(() => false)).toBe(false);
    expect(seen).toEqual(["a@1010", "a2@1010", "b@1020", "c@1030"]);
  });

  test("what follows from a step without waiting happens before the next step", async () => {
    const scheduler = createScheduler(0);
    const seen: string[] = [];
    const work = async (name: string): Promise<void> => {
      await scheduler.sleep(5);
      for (let turn = 0; turn < 3; turn += 1) {
        await Promise.resolve();
        seen.push(`${name}${turn}`);
      }
    };
    const all = Promise.all([work("a"), work("b")]);
    await scheduler.runUntil(() => seen.length === 6);
    await all;
    expect(seen).toEqual(["a0", "a1", "a2", "b0", "b1", "b2"]);
  });
});

describe("chaos", () => {
  const call = { fn: "transfers", port: "table", operation: "PutItem", isWrite: true } as const;

  test("nothing goes wrong after its end", () => {
    const chaos = swarmChaos(createDice(5));
    for (let round = 0; round < 500; round += 1) chaos.decide(call);
    const before = JSON.stringify(chaos.counts());
    expect(before).not.toBe("{}");
    chaos.end();
    for (let round = 0; round < 500; round += 1) {
      const { fault, crash } = chaos.decide(call);
      expect([fault, crash]).toEqual([undefined, undefined]);
    }
    expect(JSON.stringify(chaos.counts())).toBe(before);
  });

  test("one crash is at its await and nowhere else", () => {
    const chaos = pointChaos({ at: 2, mode: "after" });
    expect(chaos.decide(call).crash).toBeUndefined();
    chaos.arm();
    const crashes = [chaos.decide(call), chaos.decide(call), chaos.decide(call)].map(({ crash }) => crash);
    expect(crashes).toEqual([undefined, "after", undefined]);
    expect(chaos.awaits()).toHaveLength(3);
  });
});

describe("command line", () => {
  test("options are read, and what is not one is refused", () => {
    expect(readOptions([])).toMatchObject({ what: "seeds", from: 1, count: 1_000 });
    expect(readOptions(["--seed", "7"])).toMatchObject({ what: "one-seed", from: 7 });
    expect(readOptions(["--seeds", "20", "--from", "5"])).toMatchObject({
      what: "seeds",
      from: 5,
      count: 20,
    });
    expect(readOptions(["--minutes", "0.5"])).toMatchObject({ what: "seeds", forMs: 30_000 });
    expect(readOptions(["--write"])).toMatchObject({ write: true, goesOn: false });
    expect(readOptions(["--continue"])).toMatchObject({ write: true, goesOn: true });
    expect(readOptions(["--planted"])).toMatchObject({ what: "planted", write: false });
    expect(readOptions(["--crash-points"]).what).toBe("crash-points");
    expect(() => readOptions(["--seeds", "many"])).toThrow("--seeds needs a whole number");
    expect(() => readOptions(["--minutes", "-1"])).toThrow();
    expect(() => readOptions(["--hope"])).toThrow();
  });
});
