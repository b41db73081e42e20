/** The planted bugs fit the sources as they are; that each is found takes minutes and is `npm run simulate -- --planted`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { plantedBugs } from "./planted/index.ts";
import { withEdit } from "./planted/planted-bug.ts";

const root = new URL("../..", import.meta.url).pathname;

test.each(plantedBugs)("$name fits", ({ edits }) => {
  for (const edit of edits) {
    const text = readFileSync(join(root, edit.file), "utf8");
    expect(withEdit(text, edit)).not.toBe(text);
  }
});

test("an edit that fits nowhere, or twice, is refused", () => {
  const edit = { file: "a.ts", find: "b", replace: "c" };
  expect(() => withEdit("a", edit)).toThrow("0 times");
  expect(() => withEdit("b b", edit)).toThrow("2 times");
  expect(withEdit("a b", edit)).toBe("a c");
});

test("bugs have names of their own", () => {
  expect(new Set(plantedBugs.map(({ name }) => name)).size).toBe(plantedBugs.length);
});
