// Synthesizes the CDK app when its sources changed since the last time; else the last assembly is used again.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { writeAtomically } from "./state.ts";

export type SynthesizeOptions = {
  /** The repository. */
  readonly root: string;
  readonly outDir: string;
  readonly stage: string;
};

/** Everything that the template and the bundles are made of. */
const sources = ["infra", "functions", "shared", "package-lock.json", "cdk.json"];

/** Returns whether anything was synthesized. Rejects with the app's own words when it fails. */
export async function synthesize(options: SynthesizeOptions): Promise<boolean> {
  const { root, outDir, stage } = options;
  const mark = `${outDir}.hash`;
  const hash = hashOf(root, stage);
  const isCurrent = existsSync(path.join(outDir, "manifest.json")) && existsSync(mark);
  if (isCurrent && readFileSync(mark, "utf8") === hash) return false;
  rmSync(mark, { force: true });
  rmSync(outDir, { recursive: true, force: true });
  await runApp(options);
  writeAtomically(mark, hash);
  return true;
}

function hashOf(root: string, stage: string): string {
  const hash = createHash("sha256").update(`${stage}\n${process.version}\n`);
  for (const source of sources) {
    for (const file of filesUnder(path.join(root, source))) {
      hash
        .update(`${path.relative(root, file)}\n`)
        .update(readFileSync(file))
        .update("\n");
    }
  }
  return hash.digest("hex");
}

function filesUnder(file: string): string[] {
  if (!existsSync(file)) return [];
  if (!statSync(file).isDirectory()) return [file];
  return readdirSync(file)
    .sort()
    .flatMap((name) => filesUnder(path.join(file, name)));
}

function runApp({ root, outDir, stage }: SynthesizeOptions): Promise<void> {
  const child = spawn(process.execPath, ["infra/app.ts"], {
    cwd: root,
    env: { ...process.env, CDK_OUTDIR: outDir, KITH_STAGE: stage },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The CDK app could not be synthesized:\n${output.trim()}`));
    });
  });
}
