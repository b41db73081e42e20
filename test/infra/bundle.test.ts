import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { bundleDirectory, bundleFunction } from "../../infra/constructs/bundle.ts";

const root = mkdtempSync(join(tmpdir(), "kith-bundle-"));
const put = (path: string, text: string): void => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
};
put(
  "functions/meta/api.ts",
  'import { say } from "../../shared/say.ts";\nexport const handler = async (name: string) => say(name);',
);
put(
  "shared/say.ts",
  'import legacy from "./legacy.cjs";\nexport const say = (name: string): string => legacy(name);',
);
put(
  "shared/legacy.cjs",
  'const { basename } = require("node:path");\nmodule.exports = (name) => "hello " + basename(name);',
);
put("functions/wallet/api.ts", "export const handler = (;");
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("bundleFunction", () => {
  it("makes one module that runs, CommonJS inside included", async () => {
    const { directory, bytes } = bundleFunction("meta", root);
    expect(readdirSync(directory)).toEqual(["index.mjs"]);
    expect(readFileSync(join(directory, "index.mjs"))).toHaveLength(bytes);
    const { handler } = await import(pathToFileURL(join(directory, "index.mjs")).href);
    expect(await handler("a/world")).toBe("hello world");
  });

  it("makes the same bytes of the same sources", () => {
    const read = () => readFileSync(join(bundleFunction("meta", root).directory, "index.mjs"), "utf8");
    expect(read()).toBe(read());
  });

  it("keeps the source map and the list of inputs outside the asset", () => {
    const { metafile } = bundleFunction("meta", root);
    expect(Object.keys(metafile.inputs)).toContain("shared/say.ts");
    expect(readdirSync(join(root, ".build/bundle-info/meta")).sort()).toEqual([
      "index.mjs.map",
      "metafile.json",
    ]);
  });

  it("leaves nothing of an older build behind", () => {
    put(".build/bundles/meta/old.mjs", "");
    bundleFunction("meta", root);
    expect(readdirSync(bundleDirectory("meta", root))).toEqual(["index.mjs"]);
  });

  it("names the function whose entry is missing or broken", () => {
    expect(() => bundleFunction("feed", root)).toThrow("function feed has no entry at functions/feed/api.ts");
    expect(() => bundleFunction("wallet", root)).toThrow(
      "function wallet (functions/wallet/api.ts) does not bundle",
    );
  });
});
