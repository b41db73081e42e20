/** Verifying one's own statement with the public script that shares no code with the service. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ApiClient } from "../client/api-client.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/verify-statement.mjs", import.meta.url));

export async function verifyOwnStatement(
  api: ApiClient,
): Promise<{ readonly verified: boolean; readonly line: string }> {
  const { body } = await api.get("/wallet/statement?currency=USD");
  const result = spawnSync(process.execPath, [SCRIPT, "-"], {
    input: JSON.stringify(body),
    encoding: "utf8",
  });
  // Without an error the script ran; with one there is no output to show.
  const line = result.error?.message ?? `${result.stdout}${result.stderr}`.trim();
  return { verified: result.status === 0, line };
}
