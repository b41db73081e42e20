import { describe, expect, it } from "vitest";
import { createClock } from "../../../../local/cloud/clock.ts";

describe("createClock", () => {
  it("runs what became due in order of time, when it is moved", () => {
    const clock = createClock(0, () => 1_000);
    const ran: string[] = [];
    clock.after(300, () => ran.push(`c at ${clock.now()}`));
    clock.after(100, () => ran.push("a"));
    clock.at(1_200, () => ran.push("b"));
    clock.after(900, () => ran.push("late"));
    clock.advance(500);
    expect(ran).toEqual(["a", "b", "c at 1500"]);
    clock.stop();
  });

  it("runs nothing that was cancelled, not even by an action that became due with it", () => {
    const clock = createClock(0, () => 0);
    const ran: string[] = [];
    const second = clock.after(20, () => ran.push("second"));
    clock.after(10, () => second.cancel());
    clock.advance(100);
    expect(ran).toEqual([]);
    clock.stop();
  });

  it("starts ahead by an offset, tells of each move, and never goes back", () => {
    const clock = createClock(60_000, () => 0);
    const told: number[] = [];
    clock.onMove((offset) => told.push(offset));
    expect(clock.now()).toBe(60_000);
    clock.advance(1);
    expect(told).toEqual([60_001]);
    expect(() => clock.advance(-1)).toThrow("forward");
    clock.stop();
  });

  it("runs what is due by itself as real time passes", async () => {
    const clock = createClock();
    await new Promise<void>((resolve) => clock.after(5, resolve));
    clock.stop();
    expect(clock.offsetMs()).toBe(0);
  });
});
