/** How large the bundles are, that each starts as deployed, and that none reaches for the network while it does. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coldEnvironment } from "../../../bench/cold/environment.ts";
import { coldStart, startWithoutNetwork } from "../../../bench/cold/start.ts";
import { coldMarkdown } from "../../../bench/cold/table.ts";
import { withSection } from "../../../bench/section.ts";
import { SIZE_LIMIT_BYTES, type Sized, sizeComplaints } from "../../../bench/size-reasons.ts";
import { type Bundle, bundleFunction, repositoryRoot } from "../../../infra/constructs/bundle.ts";
import { type FunctionName, functionNames, functionSpecs } from "../../../infra/functions.ts";

const bundles = new Map<FunctionName, Bundle>();
const sizes = (): Sized[] => [...bundles].map(([name, { bytes }]) => ({ function: name, bytes }));
const bundleOf = (name: FunctionName): Bundle => {
  const bundle = bundles.get(name);
  if (bundle === undefined) throw new Error(`${name} was not bundled`);
  return bundle;
};
const scratch = mkdtempSync(join(tmpdir(), "kith-sizes-"));
beforeAll(() => {
  for (const name of functionNames) bundles.set(name, bundleFunction(name, repositoryRoot, scratch));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const moduleWith = (text: string): string => {
  const directory = mkdtempSync(join(scratch, "bundle-"));
  writeFileSync(join(directory, "index.mjs"), text);
  return directory;
};

describe("bundles", () => {
  it("are no larger than 500 KiB, or have a reason", () => {
    expect(sizeComplaints(sizes())).toEqual([]);
    expect(bundles.size).toBe(functionNames.length);
  });

  it("are complained of by name when they are too large, and when a reason is no longer needed", () => {
    const wallet = (bytes: number): Sized[] => [{ function: "wallet", bytes }];
    expect(sizeComplaints(wallet(SIZE_LIMIT_BYTES), {})).toEqual([]);
    expect(sizeComplaints(wallet(SIZE_LIMIT_BYTES + 1), {})).toEqual([
      expect.stringContaining("wallet is 512001 bytes, more than 512000"),
    ]);
    expect(sizeComplaints(wallet(1), { wallet: "it was" })).toEqual([
      expect.stringContaining("needs no reason"),
    ]);
  });

  /** The functions whose bundle has code of a package in it. */
  const carrying = (path: string): readonly FunctionName[] =>
    functionNames.filter((name) =>
      Object.values(bundleOf(name).metafile.outputs)
        .flatMap(({ inputs }) => Object.entries(inputs))
        .some(([input, { bytesInOutput }]) => input.startsWith(`node_modules/${path}/`) && bytesInOutput > 0),
    );

  it.each(["stripe", "alipay-sdk", "wechatpay-axios-plugin", "paytmchecksum"])(
    "carry nothing of %s: channels are our own code",
    (library) => {
      expect(carrying(library)).toEqual([]);
    },
  );

  it("verify tokens only where there are callers with tokens", () => {
    const verifying = carrying("aws-jwt-verify");
    expect(verifying.filter((name) => functionSpecs[name].kind !== "api")).toEqual([]);
    expect(verifying).toContain("transfers");
    expect(verifying).not.toContain("callbacks");
  });
});

describe("a start", () => {
  it.each(functionNames)(
    "of %s succeeds with the deployed environment and without a network",
    async (name) => {
      await startWithoutNetwork(bundleOf(name).directory, coldEnvironment(name));
    },
  );

  it("is refused when the bundle reaches for the network", async () => {
    const directory = moduleWith(
      'import net from "node:net"; net.connect(9, "127.0.0.1"); export const handler = () => {};',
    );
    await expect(startWithoutNetwork(directory, {})).rejects.toThrow("reached for the network");
  });

  it("is refused without a handler", async () => {
    await expect(coldStart(moduleWith("export const other = 1;"), {})).rejects.toThrow("exports no handler");
  });

  it("says how long it took and how much memory it had", async () => {
    const start = await coldStart(moduleWith("export const handler = () => {};"), {});
    expect(start.initMs).toBeGreaterThan(0);
    expect(start.peakMb).toBeGreaterThan(10);
  });
});

describe("docs/performance.md", () => {
  const report = { functions: [] };

  it("keeps its other sections when the table is written again", () => {
    const sectionOf = (document: string, initMs: number): string =>
      withSection(document, "bench:cold", coldMarkdown({ ...report, bare: { initMs, peakMb: 40 } }, 7));
    const document = `# Performance\n\n${sectionOf("", 1)}\n## Another\n\ntext\n`;
    const again = sectionOf(document, 23);
    expect(again).toContain("\n## Another\n\ntext\n");
    expect(again.match(/## Cold starts/g)).toHaveLength(1);
    expect(again).toContain(" 23 |");
    expect(sectionOf(again, 1)).toBe(document);
  });
});
