/**
 * Set-up for every command that needs it: installs the packages when they are missing or not those of the lockfile.
 * Plain JavaScript for any Node from 20 on, as it runs before the pinned Node is there.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stamp = join(root, "node_modules", ".kith-installed");
const wanted = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");
const installed = existsSync(stamp) ? readFileSync(stamp, "utf8") : "";

if (installed !== wanted) {
  console.error("Installing packages (npm ci) ...");
  // Inherited npm settings of the calling script must not reach the inner run.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(lifecycle|package|command)/.test(name)),
  );
  const result = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    env,
    shell: process.platform === "win32",
  });
  if (result.status !== 0) {
    console.error("The packages could not be installed; see above.");
    process.exit(result.status ?? 1);
  }
  writeFileSync(stamp, wanted);
}
