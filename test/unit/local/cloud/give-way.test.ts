/** Whose turn it is: requests run at once, other work when there are none or when its share of the time has come. */
import { describe, expect, it } from "vitest";
import { createGiveWay } from "../../../../local/cloud/lambda/give-way.ts";

/** A clock that moves by hand, and fires timers as it passes them. */
function manualTime() {
  let now = 0;
  const timers = new Map<() => void, number>();
  return {
    now: () => now,
    setTimer: (delayMs: number, fire: () => void) => {
      timers.set(fire, now + delayMs);
      return () => void timers.delete(fire);
    },
    waiting: () => timers.size,
    async advance(ms: number): Promise<void> {
      now += ms;
      for (const [fire, at] of [...timers]) {
        if (at > now || !timers.delete(fire)) continue;
        fire();
      }
      await turn();
    },
  };
}

/** Lets everything that is ready run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Work that ends when it is told to. */
function held() {
  const gate = Promise.withResolvers<void>();
  let begun = false;
  return {
    begun: () => begun,
    end: gate.resolve,
    work: async () => {
      begun = true;
      await gate.promise;
      return "done";
    },
  };
}

describe("giving way", () => {
  it("lets other work run at once, and several at a time, while there are no requests", async () => {
    const giveWay = createGiveWay(manualTime());
    const [one, two] = [held(), held()];
    const both = [giveWay.other(one.work), giveWay.other(two.work)];
    await turn();
    expect([one.begun(), two.begun()]).toEqual([true, true]);
    one.end();
    two.end();
    expect(await Promise.all(both)).toEqual(["done", "done"]);
  });

  it("never makes a request wait", async () => {
    const giveWay = createGiveWay(manualTime());
    const [other, request] = [held(), held()];
    void giveWay.other(other.work);
    void giveWay.awaited(request.work);
    await turn();
    expect([other.begun(), request.begun()]).toEqual([true, true]);
    other.end();
    request.end();
  });

  it("gives other work a tenth of the time between requests, one piece at a time and in order", async () => {
    const time = manualTime();
    const giveWay = createGiveWay(time);
    const request = held();
    void giveWay.awaited(request.work);
    const [one, two, three] = [held(), held(), held()];
    for (const { work } of [one, two, three]) void giveWay.other(work);
    await turn();
    expect([one.begun(), two.begun(), three.begun()]).toEqual([true, false, false]);
    await time.advance(20);
    one.end();
    await turn();
    await time.advance(179);
    expect(two.begun()).toBe(false);
    await time.advance(1);
    expect([two.begun(), three.begun()]).toEqual([true, false]);
    two.end();
    three.end();
    request.end();
  });

  it("lets other work on half a second after a long piece at the latest", async () => {
    const time = manualTime();
    const giveWay = createGiveWay(time);
    const request = held();
    void giveWay.awaited(request.work);
    const [long, next] = [held(), held()];
    void giveWay.other(long.work);
    void giveWay.other(next.work);
    await turn();
    await time.advance(10_000);
    long.end();
    await turn();
    await time.advance(499);
    expect(next.begun()).toBe(false);
    await time.advance(1);
    expect(next.begun()).toBe(true);
    next.end();
    request.end();
  });

  it("goes on as soon as no request has come for a while", async () => {
    const time = manualTime();
    const giveWay = createGiveWay(time);
    const request = held();
    const asked = giveWay.awaited(request.work);
    const first = held();
    const [second, third] = [held(), held()];
    void giveWay.other(first.work);
    void giveWay.other(second.work);
    void giveWay.other(third.work);
    request.end();
    expect(await asked).toBe("done");
    await time.advance(9);
    expect(second.begun()).toBe(false);
    await time.advance(1);
    expect([second.begun(), third.begun()]).toEqual([true, true]);
    for (const { end } of [first, second, third]) end();
  });

  it("passes failures on and counts them as ended", async () => {
    const time = manualTime();
    const giveWay = createGiveWay(time);
    const fails = async (): Promise<never> => {
      throw new Error("broken");
    };
    await expect(giveWay.awaited(fails)).rejects.toThrow("broken");
    await time.advance(10);
    await expect(giveWay.other(fails)).rejects.toThrow("broken");
    expect(await giveWay.other(async () => "next")).toBe("next");
  });

  it("lets go of all that wait when it is closed, and runs nothing after that", async () => {
    const time = manualTime();
    const giveWay = createGiveWay(time);
    const request = held();
    void giveWay.awaited(request.work);
    const [running, waiting] = [held(), held()];
    const first = giveWay.other(running.work);
    const second = giveWay.other(waiting.work);
    await turn();
    giveWay.close();
    expect(await second).toBeUndefined();
    expect(await giveWay.other(waiting.work)).toBeUndefined();
    running.end();
    request.end();
    expect(await first).toBe("done");
    expect(waiting.begun()).toBe(false);
    expect(time.waiting()).toBe(0);
  });
});
