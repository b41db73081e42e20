/** `npm run simulate`: the product under one seeded scheduler, with everything going wrong that can. */
import { runCommand } from "../test/simulation/runner/main.ts";
import { type Options, readOptions, USAGE } from "../test/simulation/runner/options.ts";

const fromCommandLine = (): Options | undefined => {
  try {
    return readOptions(process.argv.slice(2));
  } catch (cause) {
    console.error(`${cause instanceof Error ? cause.message : String(cause)}\n\n${USAGE}`);
    return undefined;
  }
};

const options = fromCommandLine();
const isWell = options !== undefined && (await runCommand(options));
// What crashed in a run never ends: it is left behind.
process.exit(isWell ? 0 : 1);
