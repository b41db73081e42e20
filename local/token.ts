/** `npm run token -- <persona>`: signs a persona in through the real flow and prints an access token, alone on its line. */

import { signedIn } from "./client/api-client.ts";
import { requireCloud } from "./client/running-cloud.ts";
import { defaultPersonas } from "./identity/index.ts";

const usage = `usage: npm run --silent token -- PERSONA

Signs a persona in through the real sign-in flow of the running local cloud and prints an access token.
It is good for 15 minutes.

personas: ${defaultPersonas.map((persona) => persona.id).join(", ")}
          or "new:NAME" for somebody new`;

async function main([persona]: readonly string[]): Promise<number> {
  if (persona === undefined || persona === "--help") {
    console.log(usage);
    return persona === undefined ? 2 : 0;
  }
  const isNew = persona.startsWith("new:");
  if (!isNew && !defaultPersonas.some(({ id }) => id === persona)) {
    console.error(`There is no persona ${persona}.\n\n${usage}`);
    return 2;
  }
  const api = await signedIn(requireCloud(), isNew ? { name: persona.slice("new:".length) } : persona);
  console.log(api.accessToken);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = 1;
}
