/** `npm run token -- <persona>`: signs a persona in through the real flow and prints an access token, alone on its line. */

import { parseArgs } from "node:util";
import { signedIn } from "./client/api-client.ts";
import { requireCloud } from "./client/running-cloud.ts";
import { defaultPersonas } from "./identity/index.ts";

const usage = `usage: npm run --silent token -- PERSONA [--dir FOLDER]

Signs a persona in through the real sign-in flow of the running local cloud and prints an access token.
It is good for 15 minutes. --dir names the folder of a cloud that was started with one.

personas: ${defaultPersonas.map((persona) => persona.id).join(", ")}
          or "new:NAME" for somebody new`;

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { dir: { type: "string" }, help: { type: "boolean" } },
  });
  const [persona] = positionals;
  if (persona === undefined || values.help === true) {
    console.log(usage);
    return values.help === true ? 0 : 2;
  }
  const isNew = persona.startsWith("new:");
  if (!isNew && !defaultPersonas.some(({ id }) => id === persona)) {
    console.error(`There is no persona ${persona}.\n\n${usage}`);
    return 2;
  }
  const api = await signedIn(
    requireCloud(values.dir),
    isNew ? { name: persona.slice("new:".length) } : persona,
  );
  console.log(api.accessToken);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = 1;
}
