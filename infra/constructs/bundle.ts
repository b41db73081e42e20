/**
 * Bundles: one file of JavaScript per function, made by esbuild. The same sources give the same bytes, so a deploy
 * touches only the functions that changed.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Code } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { type BuildOptions, type BuildResult, buildSync, type Metafile } from "esbuild";
import { type FunctionName, functionSpecs } from "../functions.ts";

/** CDK context key; `false` puts a placeholder in place of each bundle, for tests of the template. */
export const BUNDLE_CONTEXT = "kith:bundle";

export const repositoryRoot = resolve(import.meta.dirname, "../..");

const builtIn = (root: string): string => join(root, ".build");

/** Where a function's bundle is put: the only file in it is `index.mjs`. */
export const bundleDirectory = (name: FunctionName, root = repositoryRoot, outputs = builtIn(root)): string =>
  join(outputs, "bundles", name);

// Packages that are CommonJS inside call `require`, which an ES module does not have.
const banner =
  'import{createRequire as kithRequire}from"node:module";const require=kithRequire(import.meta.url);';

/** How every function is bundled; also what the benchmark of bundle sizes measures. */
export const bundleOptions = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node24",
  minify: true,
  mainFields: ["module", "main"] as string[],
  banner: { js: banner },
  alias: {
    "@aws-sdk/credential-provider-node": join(import.meta.dirname, "lambda-credentials.ts"),
  },
  legalComments: "none",
  charset: "utf8",
  sourcemap: "external",
  sourcesContent: false,
  metafile: true,
  write: false,
  logLevel: "silent",
} as const satisfies BuildOptions;

export type Bundle = {
  readonly directory: string;
  readonly bytes: number;
  readonly metafile: Metafile;
};

function put(path: string, contents: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}

function build(name: FunctionName, entry: string, root: string, directory: string) {
  try {
    const outfile = join(directory, "index.mjs");
    return buildSync({ ...bundleOptions, absWorkingDir: root, entryPoints: [entry], outfile });
  } catch (cause) {
    throw new Error(`The function ${name} (${entry}) does not bundle`, { cause });
  }
}

function outputFile(result: Pick<BuildResult, "outputFiles">, end: string): Uint8Array {
  const file = result.outputFiles?.find((output) => output.path.endsWith(end));
  if (!file) throw new Error(`esbuild made no ${end}`);
  return file.contents;
}

/**
 * Bundles one function into `.build/bundles/<name>/index.mjs`. The source map and the list of what is inside go to
 * `.build/bundle-info/<name>/`, outside the asset.
 * @param outputs in place of `.build`, for whoever must not be in the way of others that bundle at the same time
 * @throws Error naming the function when its entry is missing or does not build.
 */
export function bundleFunction(name: FunctionName, root = repositoryRoot, outputs = builtIn(root)): Bundle {
  const { entry } = functionSpecs[name];
  if (!existsSync(join(root, entry))) throw new Error(`The function ${name} has no entry at ${entry}`);
  const directory = bundleDirectory(name, root, outputs);
  const result = build(name, entry, root, directory);
  const info = join(outputs, "bundle-info", name);
  rmSync(directory, { recursive: true, force: true });
  const code = outputFile(result, "index.mjs");
  put(join(directory, "index.mjs"), code);
  put(join(info, "index.mjs.map"), outputFile(result, "index.mjs.map"));
  put(join(info, "metafile.json"), JSON.stringify(result.metafile));
  return { directory, bytes: code.byteLength, metafile: result.metafile };
}

const placeholder =
  "exports.handler = async () => { throw new Error('This is a placeholder, not a bundle'); };";

/** The code of a function: its bundle, or a placeholder when the context turns bundling off. */
export function functionCode(scope: Construct, name: FunctionName): Code {
  const wanted: unknown = scope.node.tryGetContext(BUNDLE_CONTEXT);
  if (wanted === false || wanted === "false") return Code.fromInline(placeholder);
  return Code.fromAsset(bundleFunction(name).directory);
}
