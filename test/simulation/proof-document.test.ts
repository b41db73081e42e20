/** `docs/proof.md` says what was run: its tables are those of the commands, and name what there is. */
import { describe, expect, test } from "vitest";
import { mishaps } from "./core/chaos.ts";
import { moneyFlows } from "./crash-points/money-flows.ts";
import { flows } from "./flows/index.ts";
import { plantedBugs } from "./planted/index.ts";
import { joined, type LongRun, longRunText, readLongRun, repeatedIn } from "./runner/long-run.ts";
import { blockOf, readProof, withBlock } from "./runner/proof-document.ts";

/** The cells of a table, without its head and the line below. */
const rowsOf = (table: string): readonly (readonly string[])[] =>
  table
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe("docs/proof.md", () => {
  test("lists every planted bug, each found", () => {
    const rows = rowsOf(blockOf(readProof(), "planted"));
    expect(rows.map(([name, what]) => [name, what])).toEqual(
      plantedBugs.map(({ name, what }) => [name, what]),
    );
    for (const [, , invariant, seeds] of rows) {
      expect(invariant).toMatch(/^[a-z-]+$/);
      expect(Number(seeds)).toBeGreaterThan(0);
    }
  });

  test("lists every flow of money, each well", () => {
    const rows = rowsOf(blockOf(readProof(), "crash-points"));
    expect(rows.map(([name]) => name)).toEqual([...moneyFlows.map(({ name }) => name), "all"]);
    for (const row of rows) expect(row.at(-1)).toBe("well");
  });

  test("shows the long run of docs/simulation.json, in which nothing was violated", () => {
    const run = readLongRun();
    expect(run).toBeDefined();
    if (run === undefined) return;
    expect(blockOf(readProof(), "seeds")).toBe(longRunText(run));
    expect(run.violations).toEqual([]);
    // A newer fault or flow may be missing until the next long run; one that is gone may not be listed.
    expect(mishaps).toEqual(expect.arrayContaining(Object.keys(run.mishaps)));
    expect(flows.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(run.flows)));
  });
});

describe("a block", () => {
  const document = "a\n<!-- simulate:planted -->\nold\n<!-- /simulate:planted -->\nb\n";

  test("is replaced between its markers, the rest stays", () => {
    const written = withBlock(document, "planted", "new");
    expect(blockOf(written, "planted")).toBe("new");
    expect(withBlock(written, "planted", "old")).toBe(withBlock(document, "planted", "old"));
    expect(written.startsWith("a\n") && written.endsWith("\nb\n")).toBe(true);
  });

  test("is refused where its markers are not", () => {
    expect(() => withBlock(document, "seeds", "new")).toThrow("no place for seeds");
  });
});

describe("a long run in parts", () => {
  const part = (from: number, seeds: number): LongRun => ({
    from,
    seeds,
    steps: 10 * seeds,
    simulatedMs: 1_000,
    seconds: 5,
    threads: 2,
    mishaps: { crash: seeds },
    flows: { pay: seeds },
    violations: [],
    repeated: [],
  });

  test("adds up", () => {
    expect(joined(part(1, 20), part(21, 5))).toEqual({ ...part(1, 25), simulatedMs: 2_000, seconds: 10 });
  });

  test("counts what ran again, and only what that violated", () => {
    const found = (seed: number) => ({ seed, invariant: "ledger", detail: "" });
    const run = { ...part(1, 20), violations: [found(3), found(7)] };
    const again = [part(3, 1), { ...part(7, 1), violations: [found(7)] }];
    const whole = repeatedIn(run, again);
    expect(whole).toMatchObject({ from: 1, seeds: 20, steps: 220, violations: [found(7)], repeated: [3, 7] });
    expect(longRunText(whole)).toContain("| run again, mended | 3, 7 |");
  });

  test("has no gap and no seed twice", () => {
    expect(() => joined(part(1, 20), part(22, 5))).toThrow("does not continue");
    expect(() => joined(part(1, 20), part(20, 5))).toThrow("does not continue");
  });
});
