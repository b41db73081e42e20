// What happens once the local cloud is ready and before the prompt says so: here is told what to try next.

import path from "node:path";
import { prepareReadyPeople } from "./client/ready-people.ts";
import { toRunningCloud } from "./client/running-cloud.ts";
import type { Cloud } from "./cloud/cloud.ts";
import { defaultPersonas } from "./identity/index.ts";

/** Returns the lines to print; `dir` is where state is kept. Rejects when something that should be prepared could not be. */
export async function afterReady({ endpoints }: Cloud, dir: string): Promise<string[]> {
  const kept = (name: string): string => path.relative(process.cwd(), path.join(dir, name));
  await prepareReadyPeople(toRunningCloud(endpoints));
  const people = defaultPersonas.map(({ id, groups }) =>
    groups.length > 0 ? `${id} (${groups.join(", ")})` : id,
  );
  return [
    "",
    "  The local cloud is ready.",
    "",
    `    API        ${endpoints.api}/v1`,
    `    Control    ${endpoints.control}`,
    ...(endpoints.pool === undefined ? [] : [`    Sign-in    ${endpoints.pool}`]),
    ...Object.entries(endpoints.channels).map(([name, url]) => `    ${name.padEnd(10)} ${url}`),
    `    Addresses  ${kept("endpoints.json")}, keys ${kept("secrets.json")}`,
    "",
    `  People who can sign in: ${people.join(", ")}`,
    "",
    "  Try, in another terminal:",
    "",
    "    npm run demo",
    `    curl ${endpoints.api}/v1/health`,
    `    curl -H "authorization: Bearer $(npm run --silent token -- ada)" ${endpoints.api}/v1/wallet`,
    `    curl ${endpoints.control}/outbox`,
    "",
    "  Ctrl-C stops it; what it holds is kept until `npm start -- --fresh`.",
    "",
  ];
}
