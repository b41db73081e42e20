/**
 * Deploys one stage: checks that nothing is left to fill in, then hands over to the CDK.
 *
 *     npm run deploy -- --stage prod
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { loadStage, missingSettings, type Stage, stageNames } from "../infra/config.ts";

const usage = `Deploys Kith into the AWS account you are signed in to.

  npm run deploy -- --stage <${stageNames.filter((name) => name !== "local").join("|")}> [--dry-run] [--yes]

  --stage     which settings of infra/config.ts to use
  --dry-run   synthesize, and show what would change if an account can be reached; deploy nothing
  --yes       do not ask before permissions are widened
  --help      this text

Before the first deploy: fill in infra/config.ts, put each social provider's {"clientSecret": "…"} into the secret named
there, and run \`npx cdk bootstrap\`. After it: put the Stripe keys into the secret kith/<stage>/stripe.`;

const root = join(import.meta.dirname, "..");

/** Runs the CDK's own command line and answers its exit code. */
function cdk(...args: readonly string[]): Promise<number> {
  const command = join(root, "node_modules", ".bin", "cdk");
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit" });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

/** What is left to do before this stage can be deployed, for people to read. */
export function missingReport(stage: Stage): string | undefined {
  const missing = missingSettings(stage);
  if (missing.length === 0) return undefined;
  const lines = missing.map(({ path, why }) => `  ${path} ${why}`);
  return [`Stage "${stage.name}" is not ready. In infra/config.ts:`, ...lines].join("\n");
}

async function dryRun(stage: Stage): Promise<number> {
  const chosen = ["-c", `stage=${stage.name}`];
  const synthesized = await cdk("synth", "--quiet", ...chosen);
  if (synthesized !== 0) return synthesized;
  console.log(`Stage "${stage.name}" synthesizes. What would change:`);
  const compared = await cdk("diff", "--all", ...chosen);
  if (compared !== 0) console.log("No comparison: it needs AWS credentials. The templates are in cdk.out/.");
  return 0;
}

/** @returns the exit code. */
export async function deploy(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      stage: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (values.stage === undefined) {
    console.error(`Which stage?\n\n${usage}`);
    return 2;
  }
  const stage = loadStage(values.stage);
  const report = missingReport(stage);
  if (report !== undefined) console.error(report);
  if (values["dry-run"]) return dryRun(stage);
  if (report !== undefined) return 1;
  const approval = values.yes ? ["--require-approval", "never"] : [];
  return cdk("deploy", "--all", "-c", `stage=${stage.name}`, ...approval);
}

if (import.meta.main) {
  try {
    process.exitCode = await deploy(process.argv.slice(2));
  } catch (error) {
    // Wrong options and settings: the message says it all.
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
}
