/** `npm run openapi`: writes docs/openapi.json, or with `--check` says whether it is up to date. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { areas } from "../functions/areas.ts";
import { openApiDocument } from "../shared/http/openapi.ts";

const FILE = "docs/openapi.json";
const text = `${JSON.stringify(openApiDocument(areas), null, 2)}\n`;

if (process.argv.includes("--help")) {
  console.log(
    "usage: npm run openapi [-- --check]\n\nWrites docs/openapi.json. With --check it only compares, and fails when they differ.",
  );
} else if (process.argv.includes("--check")) {
  const current = (() => {
    try {
      return readFileSync(FILE, "utf8");
    } catch {
      return "";
    }
  })();
  if (current !== text) {
    console.error(`${FILE} is not what the routes say. Run: npm run openapi`);
    process.exitCode = 1;
  }
} else {
  mkdirSync("docs", { recursive: true });
  writeFileSync(FILE, text);
  console.log(
    `${FILE}: ${Object.values(areas).reduce((sum, routes) => sum + Object.keys(routes).length, 0)} operations`,
  );
}
