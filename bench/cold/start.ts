/** One cold start: a fresh process that imports a bundle and says how long that took and how much memory it had. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export type ColdStart = {
  /** From before the import of the bundle to after it. */
  readonly initMs: number;
  /** The most memory the process had, Node's own included. */
  readonly peakMb: number;
};

// Plain text and not a file, so that nothing but the bundle is read and compiled in the measured time. Linux hands
// the parent's own peak on in `maxRSS`; the mark of the process's memory itself begins with the program.
const importBundle = `
const before = performance.now();
const { handler } = await import(process.argv[1]);
const initMs = performance.now() - before;
if (typeof handler !== "function") throw new Error("the bundle exports no handler");
const { existsSync, readFileSync } = process.getBuiltinModule("node:fs");
const status = "/proc/self/status";
const peak = existsSync(status) ? /VmHWM:\\s+(\\d+) kB/.exec(readFileSync(status, "utf8"))?.[1] : undefined;
const peakMb = Number(peak ?? process.resourceUsage().maxRSS) / 1024;
process.stdout.write(JSON.stringify({ initMs, peakMb }), () => process.exit());
`;

// Before the import, so that whatever the bundle takes from these modules is what is refused.
const refuseNetwork = `
import net from "node:net";
import dns from "node:dns";
const refuse = () => { console.error("the bundle reached for the network at init"); process.exit(3); };
net.Socket.prototype.connect = refuse;
dns.lookup = refuse;
globalThis.fetch = refuse;
`;

/** The bundle's only file. */
const moduleOf = (directory: string): string => pathToFileURL(join(directory, "index.mjs")).href;

const run = (
  script: string,
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ["--input-type=module", "--eval", script, "--", moduleOf(directory)],
      { env: { ...environment }, timeout: 60_000 },
      (error, stdout, stderr) =>
        error === null
          ? resolve(stdout)
          : reject(new Error(`the bundle in ${directory} does not start: ${stderr}`, { cause: error })),
    );
  });

/** @throws Error with what the process said when the bundle does not start. */
export const coldStart = async (
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<ColdStart> => JSON.parse(await run(importBundle, directory, environment));

/** @throws Error when the bundle does not start, or reaches for the network while it does. */
export const startWithoutNetwork = async (
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> => {
  await run(`${refuseNetwork}${importBundle}`, directory, environment);
};
