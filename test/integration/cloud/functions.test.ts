import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { getPriority, tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createClock } from "../../../local/cloud/clock.ts";
import {
  createFunctions,
  type Functions,
  type FunctionsOptions,
} from "../../../local/cloud/lambda/functions.ts";
import { createLog } from "../../../local/cloud/log.ts";
import type { FunctionModel } from "../../../local/cloud/template/model.ts";

const directory = mkdtempSync(path.join(tmpdir(), "kith-functions-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const handlers = `
import { getPriority } from "node:os";
let calls = 0;
export const echo = async (event, context) => {
  console.log("first\\nsecond");
  process.stdout.write("third\\n");
  calls += 1;
  return { event, calls, name: context.functionName, id: context.awsRequestId, left: context.getRemainingTimeInMillis(), own: process.env.OWN, path: process.env.PATH };
};
export const niceness = async () => getPriority(0);
export const dates = async () => {
  class Later extends Date { year() { return this.getUTCFullYear(); } }
  const moved = new Date();
  return {
    ms: [Date.now(), moved.getTime(), Date.parse(Date())],
    given: [new Date(5).getTime(), new Date("2020-02-01T00:00:00Z").getTime(), new Date(2020, 1, 1).getMonth(), Date.UTC(2020, 1)],
    kinds: [moved instanceof Date, new Later(0) instanceof Date, moved.constructor === Date, structuredClone(moved) instanceof Date],
    later: new Later(0).year(), name: Date.name, length: Date.length, text: Object.prototype.toString.call(moved),
  };
};
export const hold = async ({ ms }) => new Promise((resolve) => setTimeout(() => resolve("held"), ms));
export const greedy = async () => { const all = []; for (;;) all.push(new Array(100_000).fill({ x: 1 }).map(() => ({}))); };
export const failing = async () => { throw new TypeError("no such luck"); };
`;
writeFileSync(path.join(directory, "index.mjs"), handlers);
writeFileSync(
  path.join(directory, "broken.mjs"),
  "throw new RangeError('broken bundle'); export const handler = 1;",
);

const clock = createClock();
const log = createLog({ now: () => 0 });
let functions: Functions | undefined;
afterEach(async () => {
  await functions?.stop();
  clock.stop();
});

function running(
  handler: string,
  settings: Partial<FunctionModel> = {},
  options: Pick<FunctionsOptions, "mostWorkers" | "isAwaited"> = { mostWorkers: 4 },
) {
  const fn: FunctionModel = {
    logicalId: "Fn",
    label: handler,
    name: "kith-fn",
    arn: "arn:aws:lambda:eu-west-1:000000000000:function:kith-fn",
    codeDirectory: directory,
    handler,
    memoryMb: 64,
    timeoutSeconds: 5,
    environment: { OWN: "mine" },
    roleArn: "r",
    asyncRetries: 0,
    ...settings,
  };
  const made = createFunctions({
    functions: [fn],
    clock,
    log,
    environmentOf: () => ({}),
    hosts: {},
    losesAnswer: () => false,
    ...options,
  });
  functions = made;
  return { functions: made, invoke: (event: unknown, id?: string) => made.invoke(fn.arn, event, id) };
}

describe("a function's workers", () => {
  it("keep their state between calls, and have only the environment that they are given", async () => {
    const { invoke } = running("index.echo");
    await invoke({}, "one");
    const outcome = await invoke({ a: 1 }, "two");
    expect(outcome).toEqual({
      kind: "returned",
      value: { event: { a: 1 }, calls: 2, name: "kith-fn", id: "two", own: "mine", left: expect.any(Number) },
    });
  });

  it("give their output line by line, under the call that wrote it", async () => {
    const { invoke } = running("index.echo");
    await invoke({}, "speaker");
    const lines = log
      .since(0)
      .filter(({ correlation, what }) => correlation === "speaker" && what === "function");
    expect(lines.map(({ text }) => text)).toEqual(["first", "second", "third"]);
  });

  it("have the cloud's time, in dates that are dates in every way", async () => {
    const { invoke } = running("index.dates");
    const nextYear = 366 * 24 * 3_600_000;
    clock.advance(nextYear);
    const expected = clock.now();
    const outcome = await invoke({});
    expect(outcome).toMatchObject({
      kind: "returned",
      value: {
        given: [5, Date.UTC(2020, 1), 1, Date.UTC(2020, 1)],
        kinds: [true, true, true, true],
        later: 1970,
        name: "Date",
        length: 7,
        text: "[object Date]",
      },
    });
    const { ms } = Object(outcome).value;
    expect(ms).toHaveLength(3);
    for (const one of ms) expect(Math.abs(one - expected)).toBeLessThan(10_000);
  });

  it("report what the handler threw", async () => {
    const outcome = await running("index.failing").invoke({});
    expect(outcome).toMatchObject({
      kind: "threw",
      error: { errorType: "TypeError", errorMessage: "no such luck" },
    });
  });

  it("report a bundle that does not load", async () => {
    const outcome = await running("broken.handler").invoke({});
    expect(outcome).toMatchObject({
      kind: "threw",
      error: { errorType: "RangeError", errorMessage: "broken bundle" },
    });
  });

  it("end at the time limit, and the next call gets a new one", async () => {
    const { invoke } = running("index.hold", { timeoutSeconds: 1 });
    expect(await invoke({ ms: 60_000 })).toEqual({
      kind: "timed-out",
      message: "Task timed out after 1.00 seconds",
    });
    expect(await invoke({ ms: 1 })).toEqual({ kind: "returned", value: "held" });
  });

  it("end when they take more memory than the function has", async () => {
    const outcome = await running("index.greedy", { timeoutSeconds: 25 }).invoke({});
    expect(outcome).toMatchObject({ kind: "crashed", message: expect.stringContaining("memory") });
  });

  it("run one call each, as many at once as there may be workers", async () => {
    const { invoke, functions: all } = running("index.hold");
    const calls = Array.from({ length: 7 }, () => invoke({ ms: 20 }));
    expect(await Promise.all(calls)).toEqual(calls.map(() => ({ kind: "returned", value: "held" })));
    expect(all.stats()[0]).toMatchObject({ invocations: 7, errors: 0, workers: 4, running: 0 });
  });

  it("are more where somebody waits for the answer, and never as many as there are calls", async () => {
    const workersFor = async (isAwaited: boolean): Promise<number> => {
      const { invoke, functions: all } = running("index.hold", {}, { isAwaited: () => isAwaited });
      await Promise.all(Array.from({ length: 20 }, () => invoke({ ms: 20 })));
      const { workers } = all.stats()[0] ?? { workers: 0 };
      await all.stop();
      return workers;
    };
    const awaited = await workersFor(true);
    const other = await workersFor(false);
    expect(other).toBeGreaterThan(1);
    expect(awaited).toBeGreaterThan(other);
    expect(awaited).toBeLessThan(20);
  });

  it.runIf(process.platform === "linux")(
    "give way to what all of them wait for, those that nobody waits for the most",
    async () => {
      const nicenessOf = async (isAwaited: boolean) => {
        const { functions: all, invoke } = running("index.niceness", {}, { isAwaited: () => isAwaited });
        const outcome = await invoke({});
        await all.stop();
        return outcome;
      };
      const own = getPriority(0);
      const returned = (value: number) => ({ kind: "returned", value: Math.min(value, 19) });
      expect(await nicenessOf(true)).toEqual(returned(own + 5));
      expect(await nicenessOf(false)).toEqual(returned(own + 10));
    },
  );

  it("are refused beyond the reserved concurrency", async () => {
    const { invoke } = running("index.hold", { reservedConcurrency: 1 });
    const [first, second] = await Promise.all([invoke({ ms: 50 }), invoke({ ms: 50 })]);
    expect([first.kind, second.kind]).toEqual(["returned", "throttled"]);
  });

  it("crash on request, in the middle of a call", async () => {
    const { invoke, functions: all } = running("index.hold");
    await invoke({ ms: 1 });
    const call = invoke({ ms: 60_000 });
    await all.crash("kith-fn");
    expect(await call).toMatchObject({ kind: "crashed" });
  });
});

it("names a bundle file that is missing", () => {
  expect(() => running("absent.handler")).toThrow("absent.mjs");
});
