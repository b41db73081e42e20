/**
 * `npm run openapi`: writes what is derived from the routes: docs/openapi.json and the table of routes in the README.
 * With `--check` it only says whether they are up to date.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { areas } from "../functions/areas.ts";
import { openApiDocument } from "../shared/http/openapi.ts";
import { API_PREFIX, type Route } from "../shared/http/route.ts";

const DOCUMENT = "docs/openapi.json";
const README = "README.md";
const BEGIN = "<!-- routes: written by npm run openapi -->";
const END = "<!-- end of routes -->";

const usage = `usage: npm run openapi [-- --check]

Writes docs/openapi.json and the table of routes in README.md. With --check it only compares, and fails when they differ.`;

const readText = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};

const row = ({ method, path, auth, idempotent, summary }: Route): string =>
  `| \`${method} ${API_PREFIX}${path}\`${idempotent ? " ★" : ""} | ${auth === "none" ? "" : auth} | ${summary} |`;

/** Markdown: one heading row an area, one row a route. */
function routeTable(): string {
  const rows = Object.entries(areas).flatMap(([area, routes]) => [
    `| **${area}** | | |`,
    ...Object.values<Route>(routes).map(row),
  ]);
  return [BEGIN, "| route | caller | what it does |", "| --- | --- | --- |", ...rows, END].join("\n");
}

function readmeWithTable(readme: string): string {
  const start = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (start === -1 || end === -1)
    throw new Error(`${README} has no place for the table of routes (${BEGIN} … ${END})`);
  return readme.slice(0, start) + routeTable() + readme.slice(end + END.length);
}

const files: readonly (readonly [name: string, wanted: string])[] = [
  [DOCUMENT, `${JSON.stringify(openApiDocument(areas), null, 2)}\n`],
  [README, readmeWithTable(readText(README))],
];

if (process.argv.includes("--help")) {
  console.log(usage);
} else if (process.argv.includes("--check")) {
  for (const [name, wanted] of files) {
    if (readText(name) === wanted) continue;
    console.error(`${name} is not what the routes say. Run: npm run openapi`);
    process.exitCode = 1;
  }
} else {
  mkdirSync("docs", { recursive: true });
  for (const [name, wanted] of files) writeFileSync(name, wanted);
  const operations = Object.values(areas).reduce((sum, routes) => sum + Object.keys(routes).length, 0);
  console.log(`${files.map(([name]) => name).join(" and ")}: ${operations} operations`);
}
